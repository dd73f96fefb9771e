"""The command that lists what is often searched in vain."""

from impact_alliances.commands.base import ready_database
from impact_alliances.search.unmet import MONTHS_KEPT, OFTEN, UnmetSearches
from impact_alliances.terminal import out
from impact_alliances.vocabularies import french


def unmet() -> None:
    """Dire ce qu’on cherche souvent sans rien trouver de bon : de quoi écrire des demandes."""
    found = UnmetSearches(ready_database()).often()
    if not found:
        out.print(
            f"Aucune recherche n’est restée sans bonne réponse {OFTEN} fois dans un même mois."
        )
        return
    month = ""
    for one in found:
        if one.month != month:
            month = one.month
            out.print(f"{month}")
        out.print(f"{one.times:>6}  {one.text}", markup=False)
    out.print(
        f"{french.counted(len(found), 'texte', 'textes')} ; chacun est effacé au bout de "
        f"{MONTHS_KEPT} mois."
    )
