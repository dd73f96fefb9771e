"""What the synonyms change: for each group of `seed/synonyms.csv`, the set and the first ten of its
expressions asked alone; for each that questions meet, what they gain or lose; then all questions.

python -m bench.synonyms    (the groups that change most come first; a minute or two)
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from bench.base import seeded
from bench.questions import VARIANTS, Question, ndcg, questions
from bench.relevance import measure, report
from impact_alliances.search.query import SearchQuery
from impact_alliances.search.results import Results
from impact_alliances.shipped import shipped
from impact_alliances.text.synonyms import SYNONYMS
from impact_alliances.text.synonyms_file import Group, read
from impact_alliances.wiring import Service

TOP = 10
TITLES = 3


@dataclass(frozen=True)
class Change:
    """What an expression asked alone finds without its group, and with it."""

    group: Group
    asked: str
    without: Results
    found: Results

    @property
    def kept(self) -> int:
        """How many of the first ten were there without."""
        return len(set(_ids(self.without)) & set(_ids(self.found)))

    def line(self) -> str:
        """The group by its line, the counts, the first titles that came in."""
        former = set(_ids(self.without))
        came = [hit.resource.title for hit in self.found.hits if hit.resource.id not in former]
        return (
            f"{self.group.line:>4}  {self.asked[:40]:<40} {self.without.total:>5} → "
            f"{self.found.total:<5} {self.kept:>2}/{len(self.found.hits):<2} "
            f"{' · '.join(came[:TITLES])}"
        )


def _ids(found: Results) -> list[str]:
    return [hit.resource.id for hit in found.hits]


def asked(service: Service, text: str, *, synonyms: bool, mode: str = "hybrid") -> Results:
    """The first ten cases of a text."""
    query = SearchQuery(q=text, mode=mode, par_page=TOP, synonymes=synonyms)  # type: ignore[arg-type]
    return service.finder.find(query.choosing("kind", ["case"]))


def changes(service: Service, groups: Sequence[Group], mode: str) -> list[Change]:
    """Each expression of each group asked alone, those that change most first."""
    made = [
        Change(
            group,
            member.shown,
            asked(service, member.shown, synonyms=False, mode=mode),
            asked(service, member.shown, synonyms=True, mode=mode),
        )
        for group in groups
        for member in group.equals
    ]
    return sorted(made, key=lambda one: (one.kept - len(one.found.hits), one.group.line))


def by_word(service: Service, half: Sequence[Question]) -> dict[str, list[float]]:
    """For each word or expression that had synonyms: what each question that holds it gains."""
    gains: dict[str, list[float]] = defaultdict(list)
    for question in half:
        for variant in VARIANTS:
            text = question.variant(variant)
            found = asked(service, text, synonyms=True)
            if found.understanding.synonyms:
                without = _ids(asked(service, text, synonyms=False))
                gain = ndcg(question.judged, _ids(found)) - ndcg(question.judged, without)
                for word, _ in found.understanding.synonyms:
                    gains[word.lower()].append(gain)
    return gains


def relevance(service: Service, half: Sequence[Question]) -> None:
    """By words, then by words and meaning: without synonyms, with them."""
    for mode in ("keyword", "hybrid"):
        for synonyms in (False, True):

            def search(text: str, mode: str = mode, synonyms: bool = synonyms) -> list[str]:
                return _ids(asked(service, text, synonyms=synonyms, mode=mode))

            said = f"{mode}, {'avec' if synonyms else 'sans'}"
            print("  " + report(said, measure(search, half)))


def main() -> None:
    """Print the three tables."""
    halves = {
        "la moitié qui choisit": [one for one in questions() if one.is_for_tuning],
        "la moitié tenue à part": [one for one in questions() if not one.is_for_tuning],
    }
    with seeded() as service:
        print("Ligne, expression, cas sans → avec, restés des dix premiers, titres entrés (mots)")
        for change in changes(service, read(shipped("seed") / SYNONYMS), "keyword"):
            print(change.line())
        for title, half in halves.items():
            print(f"Gain de nDCG@10 par mot, {title} (questions) : les pires d’abord")
            gains = by_word(service, half).items()
            for word, found in sorted(gains, key=lambda one: fmean(one[1])):
                print(f"  {fmean(found):+.3f} ({len(found):>2})  {word}")
            print(f"Pertinence, nDCG@10 (rappel@10), {title}")
            relevance(service, half)


if __name__ == "__main__":
    main()
