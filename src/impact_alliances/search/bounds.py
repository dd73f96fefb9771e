"""What a search may be bound to beside its facets: so near to a place (`rayon`), or territories of
the size of a commune (`comme`). No facet sets these aside when it is counted.
"""

from impact_alliances.engines.documents import IMPLANTATION
from impact_alliances.geo.globe import Communes
from impact_alliances.geo.origin import Origin
from impact_alliances.geo.places import Commune, gazetteer
from impact_alliances.geo.territories import Place, of_commune, of_departement, of_region
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.terms import REGION_OF, TAILLES, Term, Vocabulary

COMMUNE, KILOMETRES = "commune", ("10", "30", "50", "100")
RAYONS = Vocabulary(
    "rayon",
    "Rayon",
    "",
    (
        Term(COMMUNE, "Ma commune", synonyms=("dans la commune",)),
        *(
            Term(km, f"Moins de {km}{french.NO_BREAK_SPACE}km", synonyms=(f"{km} km", f"{km}km"))
            for km in KILOMETRES
        ),
        Term("departement", "Mon département", synonyms=("dans le département",)),
        Term("region", "Ma région", synonyms=("dans la région",)),
    ),
)
Kept = dict[str, tuple[str, ...]]


def around(origin: Origin, rayon: str, communes: Communes) -> Kept:
    """What is based so near to a place, as values of a field of the documents; `communes` are those
    in which they may be.
    """
    departement = origin.commune.departement
    match rayon:
        case "departement":
            return {IMPLANTATION: (f"dep:{departement}",)}
        case "region":
            return {IMPLANTATION: (f"reg:{REGION_OF[departement]}",)}
        case "commune":
            return {IMPLANTATION: (origin.commune.town,)}
        case _:
            return {IMPLANTATION: origin.within(float(rayon), communes)}


def said_around(origin: Origin, rayon: str) -> str:
    """« à moins de 30 km de Lannion (22300) », « à Lannion (22300) », « dans les Côtes-d’Armor »,
    « en Bretagne ».
    """
    if rayon in KILOMETRES:
        return f"à moins de {rayon}{french.NO_BREAK_SPACE}km {origin.complement}"
    if rayon == COMMUNE:
        town = gazetteer().by_code[origin.commune.town]
        return f"{of_commune(town).said}{town.label.removeprefix(town.name)}"
    return _territory(origin, rayon).said


def _territory(origin: Origin, rayon: str) -> Place:
    departement = origin.commune.departement
    return of_region(REGION_OF[departement]) if rayon == "region" else of_departement(departement)


def sized(code: str) -> Commune | None:
    """The commune of that code INSEE, where its population is known; else None. Of an
    arrondissement, its town.
    """
    place = gazetteer().coded(code)
    commune = gazetteer().by_code[place.town] if place else None
    return commune if commune and commune.taille else None


def alike(commune: Commune) -> Kept:
    """What is of the size of a commune, as values of a field of the documents."""
    return {"taille": (commune.taille,)}


def said_alike(commune: Commune) -> str:
    """« dans des territoires de la taille de Lannion (de 2 000 à 20 000 habitants) »."""
    size = TAILLES.label_of(commune.taille)
    complement = of_commune(commune).complement
    return f"dans des territoires de la taille {complement} ({size[0].lower()}{size[1:]})"
