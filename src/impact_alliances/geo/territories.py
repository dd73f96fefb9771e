"""Places as people name them: communes, départements, régions of today and before, « outre-mer ».

A place is a commune, or some whole départements; how it is said in a sentence goes with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from impact_alliances.geo.places import Commune
from impact_alliances.vocabularies.matching import fold
from impact_alliances.vocabularies.terms import (
    DEPARTEMENTS,
    OUTRE_MER,
    REGION_OF,
    REGIONS,
)

# Names that are no value of a vocabulary: how a sentence says them, the départements they cover,
# and other spellings. Régions before 2016, and areas whose bounds nobody disputes.
_ZONES = """
Alsace | en Alsace | 67 68
Aquitaine | en Aquitaine | 24 33 40 47 64
Auvergne | en Auvergne | 03 15 43 63
Basse-Normandie | en Basse-Normandie | 14 50 61
Bourgogne | en Bourgogne | 21 58 71 89
Champagne-Ardenne | en Champagne-Ardenne | 08 10 51 52 | Champagne-Ardennes
Franche-Comté | en Franche-Comté | 25 39 70 90
Haute-Normandie | en Haute-Normandie | 27 76
Languedoc-Roussillon | en Languedoc-Roussillon | 11 30 34 48 66
Limousin | en Limousin | 19 23 87
Lorraine | en Lorraine | 54 55 57 88
Midi-Pyrénées | en Midi-Pyrénées | 09 12 31 32 46 65 81 82
Nord-Pas-de-Calais | dans le Nord-Pas-de-Calais | 59 62 | NPDC | Nord et Pas-de-Calais
Picardie | en Picardie | 02 60 80
Poitou-Charentes | en Poitou-Charentes | 16 17 79 86 | Poitou-Charente
Rhône-Alpes | en Rhône-Alpes | 01 07 26 38 42 69 73 74
Antilles | aux Antilles | 971 972 977 978 | Antilles françaises
Savoies | dans les Savoies | 73 74 | pays de Savoie
Anjou | en Anjou | 49
Béarn | en Béarn | 64
Berry | en Berry | 18 36
Pays basque | au Pays basque | 64
Périgord | en Périgord | 24
Touraine | en Touraine | 37
"""
# Other names of régions, of départements, and of all that is overseas.
_REGIONS_TOO = {
    "11": ("IDF", "région parisienne", "région Île-de-France"),
    "24": ("région Centre", "Centre-Val-Loire"),
    "52": ("Pays de Loire",),
    "93": ("PACA", "région Sud", "région PACA"),
    "84": ("région AURA",),
    "76": ("région Occitanie",),
}
_DEPARTEMENTS_TOO = {
    "974": ("Réunion", "île de la Réunion", "ile Réunion"),
    "975": ("Saint-Pierre et Miquelon",),
    "976": ("île de Mayotte",),
    "984": ("TAAF", "Terres australes"),
    "986": ("Wallis", "Futuna", "Wallis et Futuna"),
    "987": ("Polynésie", "Tahiti"),
    "988": ("Calédonie",),
}
# Collectivities of one commune, whose name is theirs: it is the commune that people mean. So it is
# with the département of Paris.
_ONE_COMMUNE = frozenset({"977", "978"})
_OVERSEAS_NAMES = (
    "Outre-mer",
    "outremer",
    "outre-mers",
    "DOM-TOM",
    "DOM TOM",
    "DOM",
    "DROM",
    "DROM-COM",
    "territoires ultramarins",
    "territoire ultramarin",
    "départements d’outre-mer",
    "collectivités d’outre-mer",
    "territoires d’outre-mer",
)


_VOWELS = frozenset("aeiouyh")


@dataclass(frozen=True)
class Place:
    """Somewhere in France. `said` is how a sentence tells it (« à Lannion », « dans la Creuse »).

    `departements` are those it covers, or the one of its commune; `region` is the code of the
    région that it is, empty where it is none.
    """

    name: str
    said: str
    departements: tuple[str, ...]
    commune: Commune | None = None
    region: str = ""

    @property
    def label(self) -> str:
        """The name, with the postcode or the number that tells it from its namesakes."""
        if self.commune:
            return self.commune.label
        is_one = len(self.departements) == 1 and not self.region
        return f"{self.name} ({self.departements[0]})" if is_one else self.name

    @property
    def surroundings(self) -> str:
        """« à Lannion et alentour », « dans la Creuse »: what a search for it looks through."""
        return f"{self.said} et alentour" if self.commune else self.said

    @property
    def beside(self) -> str:
        """« près de Lannion », « près du Havre », « près d’Auch »; of a territory, `said`."""
        return f"près {self.complement}" if self.commune else self.said

    @property
    def complement(self) -> str:
        """The name of a commune after « à 12 km »: « de Lannion », « du Havre », « d’Auch »."""
        for there, whose in (("au ", "du "), ("aux ", "des ")):
            if self.said.startswith(there):
                return whose + self.said.removeprefix(there)
        return f"d’{self.name}" if fold(self.name[0]) in _VOWELS else f"de {self.name}"

    @property
    def filters(self) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
        """What keeps to it and nothing else: how each is said, the facet and its values. A commune
        is kept to by its département or its région.
        """
        if not self.commune:
            return ((self.said, *self._filter),)
        (departement,) = self.departements
        wider = [of_departement(departement), of_region(REGION_OF[departement])]
        return tuple({one.said: (one.said, *one._filter) for one in wider}.values())

    @property
    def _filter(self) -> tuple[str, tuple[str, ...]]:
        return ("region", (self.region,)) if self.region else ("departement", self.departements)

    @property
    def regions(self) -> frozenset[str]:
        """The régions in which it lies, even in part."""
        return frozenset(REGION_OF[code] for code in self.departements)


def of_commune(commune: Commune) -> Place:
    """« à Lannion », « au Havre », « aux Abymes », « à La Rochelle »."""
    name = commune.name
    if name.startswith("Le "):
        said = f"au {name.removeprefix('Le ')}"
    elif name.startswith("Les "):
        said = f"aux {name.removeprefix('Les ')}"
    else:
        said = f"à {name}"
    return Place(name, said, (commune.departement,), commune)


def named_territories() -> Iterator[tuple[str, Place]]:
    """Every name of a territory larger than a commune, with the place. Of a name that several
    bear, the smallest territory comes last.
    """
    for name in _OVERSEAS_NAMES:
        yield name, Place("Outre-mer", "outre-mer", _overseas())
    for line in _ZONES.strip().splitlines():
        name, said, codes, *others = (part.strip() for part in line.split("|"))
        place = Place(name, said, tuple(codes.split()))
        yield from ((one, place) for one in (name, *others))
    for term in REGIONS.terms:
        if term.slug not in _ONE_COMMUNE:
            place = of_region(term.slug)
            yield from ((one, place) for one in (term.label, *_REGIONS_TOO.get(term.slug, ())))
    for term in DEPARTEMENTS.terms:
        if term.slug not in {*_ONE_COMMUNE, "75"}:
            place = of_departement(term.slug)
            yield from ((one, place) for one in (term.label, *_DEPARTEMENTS_TOO.get(term.slug, ())))


def _departements_of(region: str) -> tuple[str, ...]:
    return tuple(code for code, its_region in REGION_OF.items() if its_region == region)


def _overseas() -> tuple[str, ...]:
    regions = (term.slug for term in REGIONS.terms if is_overseas(term.slug))
    return tuple(code for region in regions for code in _departements_of(region))


def is_overseas(region: str) -> bool:
    """Whether a région, or what stands for one, is overseas."""
    return REGIONS.by_slug[region].group == OUTRE_MER


def of_region(code: str) -> Place:
    """« en Bretagne »."""
    term = REGIONS.by_slug[code]
    return Place(term.label, term.phrase, _departements_of(code), region=code)


def of_departement(code: str) -> Place:
    """« dans la Creuse »."""
    term = DEPARTEMENTS.by_slug[code]
    return Place(term.label, term.phrase, (code,))
