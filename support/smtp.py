"""A real SMTP server of this machine, which may be told to fail at any step, and remembers what it
took.
"""

import asyncio
import email
import email.policy
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

# What may happen at a step: an answer in place of the usual one, a connection cut before it, or
# nothing at all; « lose » is to take the message and to be cut before saying so.
CUT, HANG, LOSE = "cut", "hang", "lose"
# The steps, in order: « CONTENT » is after the server said to go on, « DOT » after the last dot.
STEPS = ("CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "CONTENT", "DOT")


@dataclass(frozen=True)
class Taken:
    """A message that the server answered for."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """As its reader sees it."""
        return email.message_from_bytes(self.content, policy=email.policy.default)


@dataclass
class Inbox:
    """What a server took. `moods` gives what happens at a step, `delay_s` how long it thinks after
    the last dot.
    """

    moods: dict[str, str] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)
    connections: int = 0
    delay_s: Callable[[], float] = lambda: 0.0
    port: int = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a message, unless in another mood."""
        await asyncio.sleep(self.delay_s())
        mood = self.moods.get("DOT", "")
        if mood not in ("", LOSE):
            return await _act(server, mood) or ""
        content = bytes(envelope.original_content or b"")
        self.taken.append(Taken(envelope.mail_from or "", tuple(envelope.rcpt_tos), content))
        if mood == LOSE:
            await _act(server, CUT)
        return "250 2.0.0 Ok: queued"

    def times_taken(self) -> Counter[str]:
        """How often each Message-ID was taken."""
        return Counter(str(one.message["Message-ID"]) for one in self.taken)


async def _act(server: SMTP, mood: str) -> str | None:
    """The answer of a mood; or no answer ever."""
    if mood == CUT and isinstance(server.transport, asyncio.Transport):
        server.transport.abort()
    if mood in (CUT, HANG):
        # Until the connection goes.
        await asyncio.Event().wait()
    return mood


class _Moody(SMTP):
    """One connection to such a server."""

    event_handler: Inbox

    async def _handle_client(self) -> None:
        self.event_handler.connections += 1
        if mood := self.event_handler.moods.get("CONNECT"):
            await self.push((await _act(self, mood)) or "")
            self.transport.close()  # type: ignore[union-attr]
            return
        await super()._handle_client()

    async def _instead(self, step: str) -> bool:
        mood = self.event_handler.moods.get(step)
        if mood:
            await self.push((await _act(self, mood)) or "")
            if mood.startswith("421"):
                self.transport.close()  # type: ignore[union-attr]
        return bool(mood)

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802
        if not await self._instead("EHLO"):
            await super().smtp_EHLO(hostname)

    async def smtp_HELO(self, hostname: str) -> None:  # noqa: N802
        if not await self._instead("EHLO"):
            await super().smtp_HELO(hostname)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
        if not await self._instead("MAIL"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802
        if not await self._instead("RCPT"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if await self._instead("DATA"):
            return
        if mood := self.event_handler.moods.get("CONTENT"):
            await self.push("354 Go on")
            await _act(self, mood)
        await super().smtp_DATA(arg)


@contextmanager
def smtp_server(
    inbox: Inbox | None = None,
    *,
    port: int = 0,
    logins: Mapping[str, str] | None = None,
    certificate: ssl.SSLContext | None = None,
    is_tls: bool = False,
) -> Iterator[Inbox]:
    """A server that listens until the end of the `with`, on a free port by default.

    With `logins`, names and passwords, it takes nothing from others; with a `certificate` it offers
    STARTTLS, or speaks TLS from the first byte when `is_tls`.
    """
    inbox = inbox or Inbox()
    options: dict[str, Any] = {"hostname": "localhost", "enable_SMTPUTF8": False}
    if logins is not None:
        options |= {"auth_required": True, "auth_require_tls": False}
        options["authenticator"] = lambda *given: AuthResult(
            success=_is_known(logins, given[-1]), handled=False
        )
    if certificate and not is_tls:
        options |= {"tls_context": certificate, "require_starttls": True}
    loop = asyncio.new_event_loop()
    open_ones: list[_Moody] = []

    def connected() -> _Moody:
        open_ones.append(_Moody(inbox, loop=loop, **options))
        return open_ones[-1]

    encryption = certificate if is_tls else None
    listening = loop.create_server(connected, "127.0.0.1", port, ssl=encryption)
    server = loop.run_until_complete(listening)
    inbox.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield inbox
    finally:
        asyncio.run_coroutine_threadsafe(_end(server, open_ones), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _is_known(logins: Mapping[str, str], given: Any) -> bool:
    if not isinstance(given, LoginPassword):
        return False
    return logins.get(given.login.decode()) == given.password.decode()


async def _end(server: asyncio.Server, open_ones: list[_Moody]) -> None:
    """Close the port, and cut those who are connected, as a machine that is stopped does."""
    server.close()
    for one in open_ones:
        if isinstance(one.transport, asyncio.Transport):
            one.transport.abort()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    # What was cut is closed by the loop at its next turn.
    await asyncio.sleep(0)
