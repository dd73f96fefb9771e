"""In the demonstration no message leaves: each is kept, and told where it is to be read."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from impact_alliances import urls
from impact_alliances.resources.letter import Letter

_log = logging.getLogger(__name__)


class Kept:
    """Carries messages nowhere: they stay in the database, and a page shows them."""

    keeps_texts = True

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url

    @contextmanager
    def open(self) -> Iterator["Kept"]:
        """Itself: there is nothing to connect to."""
        yield self

    def offer(self, letter: Letter) -> None:
        """Nobody is asked."""

    def forget(self) -> None:
        """Nothing was offered."""

    def hand_over(self, letter: Letter) -> str:
        """Tell where it is to be read: its number and what it is for, nothing of anyone."""
        page = f"{self._base_url}{urls.mail_page(letter.id or 0)}"
        _log.info("Message n° %s (%s) gardé ici : %s", letter.id, letter.purpose, page)
        return "Gardé ici : rien ne part de la démonstration."
