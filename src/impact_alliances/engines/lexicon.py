"""The words of the corpus as an engine knows them: the `Lexicon` that understanding asks."""

from impact_alliances.engines.engine import SearchEngine
from impact_alliances.text.spelling import Correction, Spelling
from impact_alliances.text.synonyms import thesaurus


class EngineLexicon:
    """The words of one engine; ready for corrections until the corpus changes."""

    def __init__(self, engine: SearchEngine) -> None:
        self._engine = engine
        self._spelling = Spelling({})
        self.starting = engine.starting
        self.thesaurus = thesaurus()

    def has_stem(self, stem: str) -> bool:
        return self._engine.frequencies([stem])[1][stem] > 0

    def has_word(self, word: str) -> bool:
        return word in self._engine.words()

    def nearest(self, word: str) -> Correction | None:
        words = self._engine.words()
        if self._spelling.counts is not words:
            self._spelling = Spelling(words)
        return self._spelling.nearest(word)
