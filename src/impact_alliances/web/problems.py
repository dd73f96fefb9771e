"""What is wrong in a form that came back, as its page tells it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """What is wrong, and the field it leads to; an empty `anchor` is the form as a whole."""

    anchor: str
    said: str
