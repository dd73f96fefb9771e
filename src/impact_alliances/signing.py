"""Links that only we can have made: what they say is signed, for one purpose, and may expire."""

import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Any

from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

from impact_alliances.errors import Refusal, Unavailable
from impact_alliances.settings import Settings

KEY_FILE = "secret.key"
_DAY_S = 86_400


class BadLink(Refusal):
    """A link that we did not make, or that was changed on the way."""

    status = 403
    title = "Lien incorrect"

    def __init__(self) -> None:
        super().__init__(
            "Ce lien est incomplet ou a été modifié : copiez-le en entier depuis le message reçu."
        )


class ExpiredLink(Refusal):
    """A link of ours whose time is over."""

    status = 410
    title = "Lien expiré"

    def __init__(self) -> None:
        super().__init__("Ce lien n’est plus valable : son délai est passé.")


class Signer:
    """Makes and reads signed texts for links, under the key of the settings or, without one, under
    a key drawn once and kept in the data folder.
    """

    def __init__(self, settings: Settings) -> None:
        self._given = settings.secret_key.get_secret_value()
        self._file = settings.data_dir / KEY_FILE

    def sign(self, purpose: str, *parts: str, days: float | None = None) -> str:
        """A text for a link that says `parts`, good for `purpose` alone, and for so many `days`;
        for ever by default.
        """
        lasts_s = None if days is None else days * _DAY_S
        return str(self._serializer(purpose).dumps([lasts_s, *parts]))

    def read(self, purpose: str, token: str) -> tuple[str, ...]:
        """The parts that `token` says. Raises `BadLink` when it is not one of ours for that
        purpose, `ExpiredLink` when its time is over.
        """
        serializer = self._serializer(purpose)
        try:
            (lasts_s, *parts) = serializer.loads(token)
            if lasts_s is not None:
                serializer.loads(token, max_age=lasts_s)
        except SignatureExpired as over:
            raise ExpiredLink from over
        except (BadData, UnicodeError) as wrong:
            raise BadLink from wrong
        return tuple(parts)

    def seal(self, purpose: str, text: str) -> str:
        """What the key makes of `text` for that purpose, in 32 hexadecimal digits: alike for the
        same text, and telling nothing of it.
        """
        made = hmac.new(self._key().encode(), f"{purpose}\0{text}".encode(), hashlib.sha256)
        return made.hexdigest()[:32]

    def _serializer(self, purpose: str) -> URLSafeTimedSerializer:
        options: dict[str, Any] = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
        return URLSafeTimedSerializer(self._key(), salt=purpose, signer_kwargs=options)

    def _key(self) -> str:
        if not self._given:
            try:
                self._given = _kept(self._file)
            except OSError as fault:
                raise Unavailable(
                    "La clé qui signe les liens ne peut être lue ni gardée dans le dossier des "
                    "données : donnez le réglage IMPACT_SECRET_KEY."
                ) from fault
        return self._given


def _kept(file: Path) -> str:
    """The key of that file, drawn by the first process that needs one."""
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        drawn = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(drawn, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as written:
            written.write(secrets.token_hex(32))
        # Whole or not at all, and never over the one of another process.
        with contextlib.suppress(FileExistsError):
            os.link(drawn, file)
        drawn.unlink()
    return file.read_text(encoding="ascii").strip()
