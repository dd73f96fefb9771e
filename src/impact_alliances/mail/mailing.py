"""Whether messages leave here, and how: by a server, to the page of the demonstration, or not."""

from dataclasses import dataclass

from impact_alliances.settings import Settings


@dataclass(frozen=True)
class Mailing:
    """What the settings say of mail.

    `lacking` names the settings to give before anything can be sent; none when all are there.
    `is_kept_here`: messages stay in the database and are shown on a page, as in the demonstration.
    """

    is_kept_here: bool
    lacking: tuple[str, ...]

    @classmethod
    def of(cls, settings: Settings) -> "Mailing":
        """That of these settings."""
        lacking = tuple(
            f"IMPACT_{name.upper()}"
            for name in ("smtp_host", "mail_from")
            if not getattr(settings, name)
        )
        return cls(settings.keeps_mail, lacking)

    @property
    def is_open(self) -> bool:
        """Whether a message can be asked for: it will be sent, or shown."""
        return self.is_kept_here or not self.lacking
