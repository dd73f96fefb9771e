"""Messages are told in French, whatever they are for."""

import re
from pathlib import Path

import impact_alliances
from impact_alliances.mail.saying import PURPOSES, STATES
from impact_alliances.resources import letter


def test_whatever_a_message_is_for_has_its_words() -> None:
    """No slug of the code is shown to an editor, nor any word for what is not sent."""
    sources = Path(impact_alliances.__file__).parent.rglob("*.py")
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    assert set(re.findall(r'purpose="([a-z-]+)"', text)) == set(PURPOSES)
    assert tuple(STATES) == letter.STATES
