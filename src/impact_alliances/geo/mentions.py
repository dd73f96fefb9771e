"""Where a text may name a place: names, postcodes and numbers of départements, each with what
stands around it. Whether a place is meant is decided elsewhere (`meant`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from impact_alliances.geo.names import ARTICLES, departement_numbered, names
from impact_alliances.geo.places import Commune
from impact_alliances.geo.territories import Place, of_commune
from impact_alliances.vocabularies.matching import fold

Lead = Literal["", "at", "into", "of"]
# « Au Havre » names « Le Havre » after « à ».
CONTRACTED = {"au": ("le", "a"), "aux": ("les", "a"), "du": ("le", "de"), "des": ("les", "de")}
# Words looked at before a name for what leads to it.
_LONGEST_LEAD = 7
_WORD = re.compile(r"\d+[AaBb](?!\w)|\d+|[^\W\d_]+(?:[\u0300-\u036f]+[^\W\d_]*)*")
# Quoted words must be there as they are, excluded ones must not: neither names a place.
_UNREAD = re.compile(r"(?<!\S)-(?=\w)\S+|[\"«“][^\"»”]*[\"»”]?")
_LIGHT = re.compile(r"[\s'’‘ʼ\-\u2010\u2011]*")
# A word of so many letters may be cut short: « M. Favreuil », « St. Étienne ».
_SHORTENED, _SHORTEST_WORD = re.compile(rf"\.?{_LIGHT.pattern}"), 3
# What parts a name from the département or postcode that says which one is meant.
_BESIDE = re.compile(r"[\s,;(/\-]*")
_NEAR = (
    r"(?:tout )?pres|proche|autour|a cote|du cote|(?:aux |des )?alentours?|(?:aux |des )?environs"
    r"|a proximite|non loin|(?:a )?\d+ (?:km|kilometres)"
    r"|(?:(?:dans )?(?:la|ma|notre|sa|une|le|du|au) )?"
    r"(?:commune|ville|village|agglo|agglomeration|bassin|canton|pays|secteur)"
)
_OF = r"(?:de la|de l|de|du|des|d)"
# What stands before a name. After `at` there is a place; after `into` a territory, or a word; `of`
# says nothing.
_LEAD = re.compile(
    rf"(?:^| )(?:(?P<at>(?:{_NEAR}) (?:de|d)|a|commune|vers|ville)"
    rf"|(?P<into>(?:dans|en)(?: (?:la|le|les|l))?|vers (?:la|le|les|l)"
    rf"|(?:le |la )?(?:departement|dept|dep|region)(?: {_OF})?|(?:{_NEAR}) {_OF}|a (?:la|l)|au|aux)"
    rf"|(?P<of>{_OF}|sur|depuis|la|le|les|l)) $"
)


class Word(NamedTuple):
    """A word: its place in the text, its form for names (folded, « st » in full), and whether only
    light signs (space, hyphen, apostrophe) part it from the one before, or the dot of a word cut
    short.
    """

    start: int
    end: int
    form: str
    follows: bool


@dataclass(frozen=True)
class Mention:
    """Words `first` to `last` (excluded) may name these communes, or this territory. From `begin`
    on they are led to: `led_by` are the words of the lead.

    `before` and `after` are the words around; `has_capital` tells of its last word, in a text that
    is not all in capitals. `is_settled`: what stands beside it leaves no doubt.
    """

    first: int
    last: int
    begin: int
    lead: Lead
    led_by: tuple[str, ...]
    key: str
    surface: str
    before: str = ""
    after: str = ""
    is_alone: bool = False
    ends: bool = False
    has_capital: bool = False
    is_after_a_capital: bool = False
    is_before_a_capital: bool = False
    is_part_of_a_word: bool = False
    is_in_parentheses: bool = False
    communes: Sequence[Commune] = ()
    territory: Place | None = None
    is_number: bool = False
    is_settled: bool = False

    @property
    def place(self) -> Place:
        """The territory, else the first of the communes."""
        return self.territory or of_commune(self.communes[0])

    @property
    def population(self) -> int:
        return (self.communes[0].population or 0) if self.communes else 0


class Text:
    """A text and its words."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._is_shouted = text == text.upper() and " " in text
        read = _UNREAD.sub(lambda hidden: "." * len(hidden[0]), text)
        self.words = list(_words(read))

    def mentions(self) -> list[Mention]:
        """Those of the text in order, each joined with what beside it says which place it is."""
        settled: list[Mention] = []
        for mention in self._found():
            joined = self._beside(settled[-1], mention) if settled else None
            if joined:
                settled[-1] = joined
            else:
                settled.append(mention)
        return settled

    def led_ends(self) -> Iterator[tuple[str, str]]:
        """The ends of the text that « à », « près de » or « vers » leads to, the longest first,
        each after what stands before its lead: « médecin », « La Roche ».
        """
        for at, word in enumerate(self.words):
            lead, led_by = self._lead(at, "")
            if lead == "at":
                before = self.text[: self.words[at - len(led_by)].start]
                yield before.rstrip(" ,;(-"), self.text[word.start :]

    # -- finding ---------------------------------------------------------------------------------

    def _found(self) -> Iterator[Mention]:
        at = 0
        while at < len(self.words):
            mention = self._number_at(at) or self._name_at(at)
            if mention:
                yield mention
            at = mention.last if mention else at + 1

    def _name_at(self, at: int) -> Mention | None:
        """The longest name that begins with this word, its article perhaps contracted."""
        form = self.words[at].form
        found = [self._longest_from(at, form)]
        if form in CONTRACTED:
            found.append(self._longest_from(at, *CONTRACTED[form]))
        return max(filter(None, found), key=lambda one: one.last, default=None)

    def _longest_from(self, at: int, first: str, preposition: str = "") -> Mention | None:
        last, most = at + 1, names().longest(first)
        while last < len(self.words) and last - at < most and self.words[last].follows:
            last += 1
        shortest = at + 1 if preposition else at
        for end in range(last, shortest, -1):
            rest = "-".join(word.form for word in self.words[at + 1 : end])
            key = f"{first}-{rest}" if rest else first
            if first in ARTICLES and names().territory(rest) and not names().territory(key):
                # « La Creuse » is the département, though a commune has that name.
                return None
            mention = self._named(at, end, key, preposition)
            if mention:
                return mention
        return None

    def _named(self, at: int, end: int, key: str, preposition: str) -> Mention | None:
        territory = names().territory(key)
        surface = self.text[self.words[at].start : self.words[end - 1].end]
        communes = [one for one in names().communes(key) if _agree(surface, one.name)]
        if not territory and not communes:
            return None
        mention = self._around(at, end, key, preposition)
        is_town = mention.lead == "at" and territory and not territory.said.startswith("à")
        if territory and not (is_town and communes):
            return replace(mention, territory=territory)
        return replace(mention, communes=communes)

    def _number_at(self, at: int) -> Mention | None:
        """A postcode or the number of a département."""
        form = self.words[at].form
        if not form[0].isdigit():
            return None
        communes = names().with_postcode(form) if len(form) == 5 else []
        territory = departement_numbered(form)
        if not communes and not territory:
            return None
        mention = self._around(at, at + 1, form)
        return replace(mention, communes=communes, territory=territory, is_number=True)

    def _around(self, at: int, end: int, key: str, preposition: str = "") -> Mention:
        """These words, and what stands around them."""
        lead, led_by = self._lead(at, preposition)
        begin = at - len(led_by) + bool(preposition)
        start, stop = self.words[at].start, self.words[end - 1].end
        has_before = begin > 0 and self.words[begin].follows
        has_after = end < len(self.words) and self.words[end].follows
        return Mention(
            first=at,
            last=end,
            begin=begin,
            lead=lead,
            led_by=led_by,
            key=key,
            surface=self.text[start:stop],
            before=self.words[begin - 1].form if has_before else "",
            after=self.words[end].form if has_after else "",
            is_alone=begin == 0 and end == len(self.words),
            ends=end == len(self.words),
            has_capital=self._has_capital(end - 1),
            is_after_a_capital=has_before and self._has_capital(begin - 1),
            is_before_a_capital=has_after and self._has_capital(end),
            is_part_of_a_word=self._is_hyphen(start - 1) or self._is_hyphen(stop),
            is_in_parentheses=self.text[start - 1 : start] == "("
            and self.text[stop : stop + 1] == ")",
        )

    def _lead(self, at: int, preposition: str) -> tuple[Lead, tuple[str, ...]]:
        """What leads to the word, and of what kind it is."""
        start = at
        while start > max(0, at - _LONGEST_LEAD) and self.words[start].follows:
            start -= 1
        forms = [word.form for word in self.words[start:at]]
        said = _LEAD.search(" ".join([*forms, *filter(None, [preposition]), ""]))
        if not said or not said.lastgroup:
            return "", ()
        return said.lastgroup, tuple(said[said.lastgroup].split())  # type: ignore[return-value]

    def _has_capital(self, at: int) -> bool:
        return self.text[self.words[at].start].isupper() and not self._is_shouted

    def _is_hyphen(self, at: int) -> bool:
        return at > 0 and self.text[at : at + 1] in ("-", "\u2010", "\u2011")

    # -- joining ---------------------------------------------------------------------------------

    def _beside(self, before: Mention, after: Mention) -> Mention | None:
        """Two mentions as one, where they stand side by side and one tells which the other is."""
        gap = self.text[self.words[before.last - 1].end : self.words[after.begin].start]
        if after.begin > before.last and not _BESIDE.fullmatch(gap):
            return None
        if before.is_settled and after.territory and _is_inside(before.place, after.territory):
            # « Saint-Denis (97400, La Réunion) ».
            return replace(before, last=after.last)
        return _joined(before, after) or _joined(after, before)


def _words(text: str) -> Iterator[Word]:
    end, parted = 0, _LIGHT
    for match in _WORD.finditer(text):
        form = fold(match[0])
        form = {"st": "saint", "ste": "sainte"}.get(form, form)
        follows = bool(end) and parted.fullmatch(text, end, match.start()) is not None
        yield Word(match.start(), match.end(), form, follows)
        end, parted = match.end(), _SHORTENED if len(match[0]) <= _SHORTEST_WORD else _LIGHT


def _agree(typed: str, name: str) -> bool:
    """Whether the accents typed are those of the name: « maçon » is not « Mâcon ». None typed is no
    disagreement.
    """
    if len(typed) != len(name):
        return True
    pairs = zip(typed.lower(), name.lower(), strict=True)
    return all(one == other or one == fold(one) or not one.isalpha() for one, other in pairs)


def _joined(named: Mention, told: Mention) -> Mention | None:
    """A name with what says which one it is (« Saint-Denis (93) »); None where that says nothing of
    it.
    """
    if named.is_number or named.is_settled or not (told.is_number or told.territory):
        return None
    last = max(named.last, told.last)
    kept = _told_apart(named, told)
    if kept:
        begin, first = min(named.begin, told.begin), min(named.first, told.first)
        named = replace(named, begin=begin, first=first, communes=kept, territory=None)
    elif not (named.territory and _is_inside(named.territory, told.place)):
        return None
    return replace(named, last=last, is_settled=True)


def _told_apart(named: Mention, told: Mention) -> Sequence[Commune]:
    """Of the communes of a name, those of this postcode or territory. Short of any, those whose
    name begins so: « Montreuil (62) ».
    """
    homonyms = names().communes(named.key)
    if told.communes:
        codes = {one.code for one in told.communes}
        return [one for one in homonyms if one.code in codes]
    within = told.place.departements
    kept = [one for one in homonyms if one.departement in within]
    if kept or (named.territory and _is_inside(named.territory, told.place)):
        return kept
    return names().beginning(named.key, within)


def _is_inside(one: Place, other: Place) -> bool:
    return set(one.departements) <= set(other.departements)
