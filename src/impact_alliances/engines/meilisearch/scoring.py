"""The score of documents that the server hands over: BM25 over title and text, and coverage, with
the figures of the corpus.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from impact_alliances.engines.bm25 import in_line
from impact_alliances.engines.demanding import Demanding, stems_of
from impact_alliances.engines.documents import PLACE_FIELDS
from impact_alliances.engines.engine import FORM_BOOST, TITLE_BOOST, Candidate, Weighted
from impact_alliances.engines.meilisearch.corpus import Corpus
from impact_alliances.engines.meilisearch.filters import key_of_id
from impact_alliances.geo.nearness import Whereabouts
from impact_alliances.text.understanding import Concept


@dataclass(frozen=True)
class Scoring:
    """BM25 over title and text, and coverage, for some concepts. Stems are as `in_line` writes
    them.
    """

    corpus: Corpus
    in_title: list[tuple[str, float]]
    in_text: list[tuple[str, float]]
    in_form: list[tuple[str, float]]
    concepts: list[tuple[float, list[str]]]
    demanding: Demanding

    @classmethod
    def of(
        cls, corpus: Corpus, concepts: Sequence[Weighted], asked: Sequence[Concept] = ()
    ) -> "Scoring":
        stems = stems_of([weighted.concept for weighted in concepts])
        return cls(
            corpus=corpus,
            in_title=[
                (in_line((stem,)), TITLE_BOOST * corpus.title.weight(stem)) for stem in stems
            ],
            in_text=[(in_line((stem,)), corpus.text.weight(stem)) for stem in stems],
            in_form=[
                (in_line((one.concept.form,)), FORM_BOOST * one.weight)
                for one in concepts
                if one.concept.form
            ],
            concepts=[
                (weighted.weight, [in_line((stem,)) for stem in weighted.concept.alternatives])
                for weighted in concepts
            ],
            demanding=Demanding.of(corpus.demandes, asked),
        )

    def candidate(self, hit: dict[str, Any]) -> Candidate:
        title, text = hit["title_line"], hit["text_line"]
        in_title = self.corpus.title.score(title, hit["title_length"], self.in_title)
        in_text = self.corpus.text.score(text, hit["text_length"], self.in_text)
        in_form = sum(weight for form, weight in self.in_form if form in hit["words_line"])
        return Candidate(
            key=key_of_id(hit["id"]),
            lexical=in_title + in_text + in_form,
            covered=self._covered(title + text),
            date_order=int(hit["date_order"]),
            fragilites=tuple(hit.get("fragilite", ())),
            where=_where(hit),
            demanded=self.demanding.score(hit["demandes_line"], hit["demandes_length"]),
        )

    def _covered(self, line: str) -> float:
        return sum(weight for weight, stems in self.concepts if any(stem in line for stem in stems))


def _where(hit: dict[str, Any]) -> Whereabouts:
    commune, departements, regions = (hit.get(name, ()) for name in PLACE_FIELDS)
    return Whereabouts("".join(commune), tuple(departements), tuple(regions))


def favoured(candidates: list[Candidate], limit: int) -> list[Candidate]:
    """The best by words, by coverage and by demandes."""
    if len(candidates) <= limit:
        return candidates
    by_words = sorted(candidates, key=lambda one: -one.lexical)[:limit]
    by_cover = sorted(candidates, key=lambda one: -one.covered)[:limit]
    demanded = [one for one in candidates if one.demanded]
    by_demandes = sorted(demanded, key=lambda one: -one.demanded)[:limit]
    return list({one.key: one for one in (*by_words, *by_cover, *by_demandes)}.values())
