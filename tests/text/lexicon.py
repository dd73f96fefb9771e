"""The words of a small corpus, as an engine would know them."""

from collections import Counter

from impact_alliances.text.analysis import tokens
from impact_alliances.text.spelling import Spelling


class CorpusLexicon:
    """`Lexicon` over a few texts, each one a document."""

    def __init__(self, *texts: str) -> None:
        held = [{token.word: token.stem for token in tokens(text) if token.stem} for text in texts]
        self._words = Counter(word for words in held for word in words)
        self._stems = {stem for words in held for stem in words.values()}

    def has_stem(self, stem: str) -> bool:
        return stem in self._stems

    def has_word(self, word: str) -> bool:
        return word in self._words

    def nearest(self, word: str) -> str | None:
        return Spelling(self._words).nearest(word)

    def starting(self, prefix: str, limit: int) -> list[str]:
        found = [word for word in self._words if word.startswith(prefix)]
        return sorted(found, key=lambda word: (-self._words[word], word))[:limit]
