"""The words of the corpus as an engine knows them: the `Lexicon` that understanding asks."""

from impact_alliances.engines.engine import Bar, SearchEngine, Wanted, Weighted
from impact_alliances.text.expressions import Expression
from impact_alliances.text.spelling import Spelling
from impact_alliances.text.synonyms import thesaurus
from impact_alliances.text.understanding import Concept


class EngineLexicon:
    """The words of one engine; ready for corrections until the corpus changes."""

    def __init__(self, engine: SearchEngine) -> None:
        self._engine = engine
        self._spelling = Spelling({})
        self.starting = engine.starting
        self.thesaurus = thesaurus()

    def has_stem(self, stem: str) -> bool:
        return self._engine.frequencies([stem])[1][stem] > 0

    def has_all(self, expression: Expression) -> bool:
        asked = Weighted(Concept("", (expression,)), 1.0)
        return self._engine.counts(Wanted(bar=Bar((asked,), 1.0)), []).total > 0

    def has_word(self, word: str) -> bool:
        return word in self._engine.words()

    def nearest(self, word: str) -> str | None:
        words = self._engine.words()
        if self._spelling.counts is not words:
            self._spelling = Spelling(words)
        return self._spelling.nearest(word)
