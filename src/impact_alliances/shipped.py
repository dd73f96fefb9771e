"""Where the files shipped beside the code are: in the installed package, or at the root of a
checkout.
"""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def shipped(name: str) -> Path:
    """The folder `name` (templates, migrations, seed or docs); a wheel carries it inside the
    package.
    """
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parents[1] / name
