"""Expressions of one word or several, as the stems of their words, and as one stem."""

# The stems of the words of an expression, stop words left out.
Expression = tuple[str, ...]
# No word holds this sign.
_JOINT = "_"


def joined(expression: Expression) -> str:
    """The stem that stands for an expression; for one word, its own."""
    return _JOINT.join(expression)


def parted(stem: str) -> Expression:
    """The words that a stem stands for: their stems, or its exact form."""
    return tuple(filter(None, stem.split(_JOINT)))


def exact(word: str) -> str:
    """The stem that stands for a folded word in just this form, whatever others have its stem: that
    of an acronym (« PAT » is no « pâté »).
    """
    return _JOINT + word
