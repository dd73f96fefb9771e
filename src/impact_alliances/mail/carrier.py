"""The seam between the queue and what carries messages away, and how a message may fail there."""

from contextlib import AbstractContextManager
from typing import Protocol

from impact_alliances.errors import Unavailable
from impact_alliances.resources.letter import Letter

# In our words: the server's may name someone, and this goes to the journal.
CUT = "Le serveur de courrier a coupé la connexion, ou n’a pas répondu à temps."


class Unreachable(Unavailable):
    """Nothing can be sent for now, whatever the message: a server that does not answer, a
    password that is refused.
    """


class NotTaken(Exception):
    """This message was certainly not taken; its text is what the server said. `is_final` when it
    never will be, `is_cut` when the connection is gone.
    """

    def __init__(self, said: str, *, is_final: bool = False, is_cut: bool = False) -> None:
        super().__init__(said)
        self.is_final, self.is_cut = is_final, is_cut


class Doubtful(Exception):
    """The whole message was given, and no answer came: nobody knows whether it was taken."""


class Delivery(Protocol):
    """A connection on which messages are given, one after the other."""

    def offer(self, letter: Letter) -> None:
        """Say from whom and to whom. Nothing of the message is given. Raises `NotTaken`, or
        `Unreachable`.
        """
        ...

    def forget(self) -> None:
        """Take back what was offered."""
        ...

    def hand_over(self, letter: Letter) -> str:
        """Give the message that was offered; what is said on taking it. Raises `NotTaken`, or
        `Doubtful`.
        """
        ...


class Carrier(Protocol):
    """What carries messages away. `keeps_texts` when they are to be read here afterwards."""

    keeps_texts: bool

    def open(self) -> AbstractContextManager[Delivery]:
        """A connection until the end of the `with`. Raises `Unreachable`."""
        ...
