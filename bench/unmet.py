"""What is counted as a search in vain: few of the questions that the base answers, more of those
that it cannot.

`python -m bench.unmet` chooses `POOR_SCORE` of `search/unmet.py`; docs/privacy.md has its figures.
"""

from collections.abc import Iterable, Sequence

from bench.base import seeded
from bench.questions import Question, questions
from impact_alliances.search import unmet
from impact_alliances.search.query import SearchQuery
from impact_alliances.search.results import Results
from impact_alliances.search.unmet import found_nothing_good
from impact_alliances.wiring import Service

# The scores below which a search without a word held may be in vain.
SCORES = (0.6, 0.65, 0.7, 0.75)
# Nothing of ours answers these.
FOREIGN = """
recette de la tarte aux pommes | prix du baril de pétrole | résultat du match de rugby | acheter une
voiture d'occasion | comment déboucher un évier | horaires du cinéma | télécharger un film | cours
de la bourse | partition de piano gratuite | vol pas cher pour New York | meilleur smartphone |
réparer un écran de téléphone | symptômes de la grippe | code promo chaussures | numéro gagnant du
loto | théorème de Pythagore | conjugaison du verbe être | capitale de la Mongolie | élever un
python | changer la courroie de distribution | prévisions météo demain | définition du mot
idiosyncrasie | louer un jet ski | acheter des bitcoins | croquettes pour chaton | sudoku difficile
| biographie de Napoléon | mot de passe oublié | tatouage maori | dresser un perroquet | coiffure de
mariage | parfum pour homme | programme télé ce soir | distance de la Terre à la Lune | fabriquer
une fusée | plongée aux Maldives | xyz | qsdfgh | azertyuiop | trololo
""".replace("\n", " ").split("|")


def main() -> None:
    """Print the share counted, by score, of each half of the question file and of the others."""
    asked = questions()
    with seeded() as service:
        texts = {
            "questions qui choisissent": _found(service, _texts(asked, for_tuning=True)),
            "questions tenues à part": _found(service, _texts(asked, for_tuning=False)),
            "hors sujet": _found(service, map(str.strip, FOREIGN)),
        }
    print(f"Comptées sans bonne réponse, sous {', '.join(map(str, SCORES))}")
    for name, found in texts.items():
        shares = "  ".join(f"{_share(found, score):.3f}" for score in SCORES)
        print(f"{name:<28} {shares}   ({len(found)})")


def _texts(asked: Sequence[Question], *, for_tuning: bool) -> list[str]:
    return [one.text for one in asked if one.is_for_tuning is for_tuning]


def _found(service: Service, texts: Iterable[str]) -> list[Results]:
    return [service.finder.find(SearchQuery(q=text)) for text in texts]


def _share(found: Sequence[Results], score: float) -> float:
    unmet.POOR_SCORE = score
    return sum(map(found_nothing_good, found)) / len(found)


if __name__ == "__main__":
    main()
