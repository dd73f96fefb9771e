"""How much of a file is read: beyond these bounds a file is refused in a sentence, whatever its
format.
"""

from impact_alliances.vocabularies import french

# A whole base of 10,000 sheets is about 30 MB of CSV; more is a wrong file.
LARGEST_FILE = 40_000_000
# What a workbook, which is compressed, may unfold to; and the signs of its first sheet, whose texts
# may repeat.
LARGEST_UNFOLDED = 100_000_000
LARGEST_TEXT = 40_000_000
MOST_ROWS = 200_000
MOST_COLUMNS = 500
# The names of columns in a whole file: each line of a JSONL may give others.
MOST_NAMES = 1_000
# The signs of one text, and of one whole record.
LONGEST_CELL = 100_000
LONGEST_RECORD = 2_000_000


def too_many_rows() -> str:
    """The refusal of a file with too many records."""
    return f"Le fichier a plus de {french.number(MOST_ROWS)} lignes : coupez-le en plusieurs."


def too_many_columns(count: int) -> str:
    """The refusal of a file with too many columns."""
    return (
        f"Le tableau a {french.number(count)} colonnes ; la limite est de {MOST_COLUMNS} : "
        "supprimez celles qui sont vides ou inutiles."
    )


def too_many_names() -> str:
    """Why a line that names yet other columns is refused."""
    return (
        f"Avec cette ligne, le fichier nomme plus de {french.number(MOST_NAMES)} colonnes "
        "différentes : "
        "donnez à toutes les lignes les mêmes noms."
    )


def too_long() -> str:
    """Why a record cannot be held."""
    return f"Cette ligne dépasse {french.number(LONGEST_RECORD)} signes."
