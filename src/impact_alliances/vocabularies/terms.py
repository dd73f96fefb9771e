"""The reading grid as one typed table: every facet, its values, their labels and how a sentence
says them.

Source: the study of the Observatoire des partenariats (16 domaines, 10 profils, 5 échelons,
tailles, impacts), the official French titles of the 17 ODD, and the INSEE codes of régions and
départements.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal


@dataclass(frozen=True, slots=True)
class Term:
    """One value of a vocabulary. `said` is how a sentence names it after the facet's
    preposition; `one` names a single one of those that the label counts.
    """

    slug: str
    label: str
    said: str = ""
    group: str = ""
    synonyms: tuple[str, ...] = ()
    # What the value covers, in the words people use: its meaning is compared with a visitor's need.
    description: str = ""
    one: str = ""

    @property
    def phrase(self) -> str:
        return self.said or self.label


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """An ordered list of terms. `link` joins it to a sentence: « sur », « portés par », « à
    l'échelon »; `feminine_link` after a feminine noun, where it differs.

    As a facet it is shown by `order`: the most frequent first, as the table has them, or the newest
    first; of a long one, `only_present` shows the values that some hit has.
    """

    name: str
    label: str
    link: str
    terms: tuple[Term, ...]
    feminine_link: str = ""
    order: Literal["count", "table", "newest"] = "count"
    only_present: bool = False

    @cached_property
    def by_slug(self) -> dict[str, Term]:
        return {term.slug: term for term in self.terms}

    def label_of(self, slug: str) -> str:
        """The label of a value, or the value itself when it is not in the table (a year)."""
        term = self.by_slug.get(slug)
        return term.label if term else slug

    def __contains__(self, slug: object) -> bool:
        return slug in self.by_slug


ECONOMIQUES, SOCIALES = "Fragilités économiques", "Fragilités sociales"
SOCIETALES, ENVIRONNEMENTALES = "Fragilités sociétales", "Fragilités environnementales"

FRAGILITES = Vocabulary(
    "fragilite",
    "Fragilité",
    "sur",
    (
        Term(
            "emploi-insertion",
            "Emploi, chômage, insertion",
            "l’emploi et l’insertion",
            ECONOMIQUES,
            ("emploi", "chomage", "insertion"),
            "Emploi, chômage, insertion professionnelle, recrutement, demandeurs d’emploi, "
            "formation, apprentissage, "
            "entreprises qui ne trouvent pas de candidats, chantier d’insertion.",
        ),
        Term(
            "developpement-economique",
            "Développement économique",
            "le développement économique",
            ECONOMIQUES,
            ("economie",),
            "Développement économique, commerces qui ferment, dernier café du village, "
            "artisans, reprise d’entreprise, "
            "filières locales, tourisme, relocalisation, centre-bourg, création d’activité.",
        ),
        Term(
            "niveau-de-vie",
            "Niveau de vie, pouvoir d’achat",
            "le niveau de vie",
            ECONOMIQUES,
            ("pouvoir d’achat",),
            "Niveau de vie, pouvoir d’achat, factures, budget des familles, prix de "
            "l’alimentation, fins de mois difficiles, "
            "endettement, achats groupés, accès aux droits.",
        ),
        Term(
            "pauvrete-exclusion",
            "Pauvreté, lutte contre l’exclusion",
            "la pauvreté et l’exclusion",
            SOCIALES,
            ("pauvrete", "exclusion", "precarite"),
            "Pauvreté, exclusion, aide alimentaire, sans-abri, grande précarité, non-recours "
            "aux droits, hygiène, accueil de jour, "
            "familles démunies, personnes exilées.",
        ),
        Term(
            "diversite-handicap",
            "Diversité, handicap",
            "la diversité et le handicap",
            SOCIALES,
            ("handicap", "diversite"),
            "Handicap, inclusion, accessibilité, autisme, fauteuil, surdité, discriminations, "
            "égalité entre femmes et hommes, "
            "diversité, personnes réfugiées, aidants.",
        ),
        Term(
            "vieillissement",
            "Vieillissement",
            "le vieillissement",
            SOCIALES,
            ("personnes agees", "grand age"),
            "Vieillissement, personnes âgées, seniors, maintien à domicile, perte "
            "d’autonomie, retraite, maison de retraite, "
            "aide à domicile, anciens du village, mémoire.",
        ),
        Term(
            "isolement-lien-social",
            "Isolement, lien social",
            "l’isolement et le lien social",
            SOCIALES,
            ("isolement", "lien social", "solitude"),
            "Isolement, solitude, lien social, voisins, rencontres, entraide, café "
            "associatif, vie de quartier, personnes seules, "
            "convivialité, bénévoles.",
        ),
        Term(
            "education",
            "Éducation",
            "l’éducation",
            SOCIETALES,
            ("ecole",),
            "Éducation, école, décrochage scolaire, collège, lycée, lecture, illettrisme, "
            "réussite des élèves, orientation, "
            "parentalité, petite enfance, stage.",
        ),
        Term(
            "sante",
            "Santé",
            "la santé",
            SOCIETALES,
            ("soins", "medical"),
            "Santé, médecins, désert médical, soins, hôpital, prévention, santé mentale, "
            "maison de santé, dépistage, "
            "alimentation saine, addictions, maladie.",
        ),
        Term(
            "logement",
            "Logement, mal-logement",
            "le logement",
            SOCIETALES,
            ("habitat", "mal-logement"),
            "Logement, mal-logement, habitat indigne, loyers, hébergement, rénovation, "
            "logements vacants, jeunes qui ne trouvent "
            "pas à se loger, habitat partagé, saisonniers.",
        ),
        Term(
            "securite",
            "Sécurité, délinquance",
            "la sécurité",
            SOCIETALES,
            ("delinquance",),
            "Sécurité, délinquance, prévention, violences, tranquillité publique, "
            "incivilités, médiation, victimes, récidive, "
            "prison, sécurité routière, cambriolages.",
        ),
        Term(
            "mobilite",
            "Mobilité, transport",
            "la mobilité",
            SOCIETALES,
            ("transport",),
            "Mobilité, transport, covoiturage, bus, vélo, permis de conduire, habitants sans "
            "voiture, déplacements, transport à la "
            "demande, accès à la gare, marche.",
        ),
        Term(
            "numerique",
            "Accès au numérique",
            "l’accès au numérique",
            SOCIETALES,
            ("internet", "illectronisme"),
            "Numérique, internet, démarches en ligne, illectronisme, ordinateur, fracture "
            "numérique, connexion, médiation numérique, "
            "écrans, données, reconditionnement.",
        ),
        Term(
            "culture-loisirs",
            "Culture, loisirs",
            "la culture et les loisirs",
            SOCIETALES,
            ("culture", "loisirs"),
            "Culture, loisirs, bibliothèque, musique, théâtre, cinéma, sport, patrimoine, "
            "festival, vacances, jeux, tiers-lieu.",
        ),
        Term(
            "environnement-biodiversite",
            "Environnement, pollution, biodiversité",
            "l’environnement et la biodiversité",
            ENVIRONNEMENTALES,
            ("environnement", "biodiversite", "pollution"),
            "Environnement, pollution, biodiversité, eau, rivière, forêt, haies, déchets, "
            "recyclage, sols, agriculture, jardin, "
            "inondation, littoral, air, sécheresse.",
        ),
        Term(
            "transition-energetique",
            "Transition énergétique",
            "la transition énergétique",
            ENVIRONNEMENTALES,
            ("energie", "climat"),
            "Énergie, transition énergétique, chauffage, isolation, panneaux solaires, "
            "factures d’énergie, passoires thermiques, "
            "bois, éolien, autoconsommation, climat, carbone.",
        ),
    ),
)

ACTEURS = Vocabulary(
    "acteur",
    "Profil d’acteur",
    "portés par",
    (
        Term("institutions", "Institutions", "des institutions", one="institution"),
        Term(
            "associations",
            "Associations et acteurs d’intérêt général",
            "des associations",
            synonyms=("association",),
            one="association",
        ),
        Term(
            "collectivites",
            "Collectivités territoriales",
            "des collectivités",
            synonyms=("collectivite", "commune"),
            one="collectivité",
        ),
        Term(
            "citoyens",
            "Citoyens",
            "des citoyens",
            synonyms=("habitants", "citoyen"),
            one="habitants",
        ),
        Term(
            "academiques",
            "Acteurs académiques",
            "des acteurs académiques",
            synonyms=("universite", "recherche"),
            one="acteur académique",
        ),
        Term("medias", "Médias", "des médias", synonyms=("media", "presse"), one="média"),
        Term(
            "entreprises",
            "Entreprises",
            "des entreprises",
            synonyms=("entreprise",),
            one="entreprise",
        ),
        Term(
            "fondations",
            "Fondations",
            "des fondations",
            synonyms=("fondation", "mecene"),
            one="fondation",
        ),
        Term(
            "investisseurs",
            "Investisseurs",
            "des investisseurs",
            synonyms=("investisseur", "financeur"),
            one="investisseur",
        ),
        Term(
            "ingenieries",
            "Ingénieries et catalyseurs territoriaux",
            "des ingénieries",
            synonyms=("ingenierie", "catalyseur"),
            one="ingénierie",
        ),
    ),
    feminine_link="portées par",
)

ECHELONS = Vocabulary(
    "echelon",
    "Échelon territorial",
    "à l’échelon",
    (
        Term("local", "Local", "local"),
        Term("regional", "Régional", "régional"),
        Term("national", "National", "national"),
        Term("europeen", "Européen", "européen"),
        Term("international", "International", "international"),
    ),
    order="table",
)

TAILLES = Vocabulary(
    "taille",
    "Taille du territoire",
    "dans",
    (
        Term("petit", "Moins de 2 000 habitants", "les communes de moins de 2 000 habitants"),
        Term(
            "petit-moyen", "De 2 000 à 20 000 habitants", "les communes de 2 000 à 20 000 habitants"
        ),
        Term(
            "intermediaire",
            "De 20 000 à 50 000 habitants",
            "les communes de 20 000 à 50 000 habitants",
        ),
        Term("grand", "50 000 habitants et plus", "les communes de 50 000 habitants et plus"),
    ),
    order="table",
)

ORGANISATION_SIZES = Vocabulary(
    "organisation_size",
    "Taille de l’organisation",
    "par",
    (
        Term("tpo", "Très petite organisation"),
        Term("pmo", "Petite et moyenne organisation"),
        Term("oti", "Organisation de taille intermédiaire"),
        Term("go", "Grande organisation"),
    ),
)

IMPACTS = Vocabulary(
    "impact",
    "Impact visé",
    "pour",
    (
        Term("performance", "Performance (18 mois)", "la performance"),
        Term("innovation", "Innovation (cycle de 7 ans)", "l’innovation"),
        Term("confiance", "Confiance (28 ans)", "la confiance"),
    ),
    order="table",
)

METIERS = Vocabulary(
    "metier",
    "Métier",
    "pour",
    (
        Term("dialogue-territorial", "Dialogue territorial", "le dialogue territorial"),
        Term(
            "experimentations-collectives",
            "Expérimentations collectives",
            "les expérimentations collectives",
        ),
        Term("accompagnement", "Accompagnement", "l’accompagnement"),
        Term("gestion-de-lieu", "Gestion d’un lieu", "la gestion d’un lieu"),
    ),
    only_present=True,
)

SITUATIONS = Vocabulary(
    "situation",
    "Situation professionnelle",
    "",
    (
        Term("financements", "Trouver et diversifier des financements"),
        Term("contractualiser", "Contractualiser"),
        Term("manager-des-projets", "Manager des projets"),
        Term("ecosysteme", "Être à l’écoute de son écosystème"),
        Term("creer-des-liens", "Créer des liens"),
        Term("interactions", "Valoriser les interactions"),
        Term(
            "strategie-partenariale",
            "Mettre en perspective une stratégie partenariale territoriale",
        ),
        Term("decision-politique", "Préparer une aide à la décision politique"),
    ),
    order="table",
)

STATES = Vocabulary(
    "state",
    "État",
    "",
    (Term("en-cours", "En cours"), Term("termine", "Terminé"), Term("essaime", "Essaimé")),
)

STRANDS = Vocabulary(
    "strand",
    "Volet",
    "",
    (Term("innovation-societale", "Innovation sociétale"), Term("tpe-pme", "TPE-PME")),
)

ODD = Vocabulary(
    "odd",
    "Objectif de développement durable",
    "au titre de",
    tuple(
        Term(str(number), f"ODD {number} – {title}", f"l’ODD {number}", synonyms=(title,))
        for number, title in enumerate(
            (
                "Pas de pauvreté",
                "Faim « zéro »",
                "Bonne santé et bien-être",
                "Éducation de qualité",
                "Égalité entre les sexes",
                "Eau propre et assainissement",
                "Énergie propre et d’un coût abordable",
                "Travail décent et croissance économique",
                "Industrie, innovation et infrastructure",
                "Inégalités réduites",
                "Villes et communautés durables",
                "Consommation et production responsables",
                "Mesures relatives à la lutte contre les changements climatiques",
                "Vie aquatique",
                "Vie terrestre",
                "Paix, justice et institutions efficaces",
                "Partenariats pour la réalisation des objectifs",
            ),
            start=1,
        )
    ),
)

METROPOLE, OUTRE_MER = "Métropole", "Outre-mer"

REGIONS = Vocabulary(
    "region",
    "Région et outre-mer",
    "",
    (
        Term(
            "84",
            "Auvergne-Rhône-Alpes",
            "en Auvergne-Rhône-Alpes",
            METROPOLE,
            ("auvergne", "rhone-alpes"),
        ),
        Term(
            "27",
            "Bourgogne-Franche-Comté",
            "en Bourgogne-Franche-Comté",
            METROPOLE,
            ("bourgogne", "franche-comte"),
        ),
        Term("53", "Bretagne", "en Bretagne", METROPOLE),
        Term("24", "Centre-Val de Loire", "en Centre-Val de Loire", METROPOLE, ("centre",)),
        Term("94", "Corse", "en Corse", METROPOLE),
        Term(
            "44",
            "Grand Est",
            "dans le Grand Est",
            METROPOLE,
            ("alsace", "lorraine", "champagne-ardenne"),
        ),
        Term(
            "32",
            "Hauts-de-France",
            "dans les Hauts-de-France",
            METROPOLE,
            ("picardie", "nord-pas-de-calais"),
        ),
        Term("11", "Île-de-France", "en Île-de-France", METROPOLE),
        Term("28", "Normandie", "en Normandie", METROPOLE, ("haute-normandie", "basse-normandie")),
        Term(
            "75",
            "Nouvelle-Aquitaine",
            "en Nouvelle-Aquitaine",
            METROPOLE,
            ("aquitaine", "limousin", "poitou-charentes"),
        ),
        Term(
            "76", "Occitanie", "en Occitanie", METROPOLE, ("midi-pyrenees", "languedoc-roussillon")
        ),
        Term("52", "Pays de la Loire", "dans les Pays de la Loire", METROPOLE),
        Term(
            "93",
            "Provence-Alpes-Côte d’Azur",
            "en Provence-Alpes-Côte d’Azur",
            METROPOLE,
            ("paca", "provence"),
        ),
        Term("01", "Guadeloupe", "en Guadeloupe", OUTRE_MER),
        Term("02", "Martinique", "en Martinique", OUTRE_MER),
        Term("03", "Guyane", "en Guyane", OUTRE_MER),
        Term("04", "La Réunion", "à La Réunion", OUTRE_MER, ("reunion",)),
        Term("06", "Mayotte", "à Mayotte", OUTRE_MER),
        Term("975", "Saint-Pierre-et-Miquelon", "à Saint-Pierre-et-Miquelon", OUTRE_MER),
        Term("977", "Saint-Barthélemy", "à Saint-Barthélemy", OUTRE_MER),
        Term("978", "Saint-Martin", "à Saint-Martin", OUTRE_MER),
        Term(
            "984",
            "Terres australes et antarctiques françaises",
            "dans les Terres australes",
            OUTRE_MER,
        ),
        Term("986", "Wallis-et-Futuna", "à Wallis-et-Futuna", OUTRE_MER),
        Term("987", "Polynésie française", "en Polynésie française", OUTRE_MER),
        Term("988", "Nouvelle-Calédonie", "en Nouvelle-Calédonie", OUTRE_MER),
        Term("989", "Île de Clipperton", "à l’île de Clipperton", OUTRE_MER),
    ),
)

_DEPARTEMENTS = """
01 Ain 84|02 Aisne 32|03 Allier 84|04 Alpes-de-Haute-Provence 93|05 Hautes-Alpes 93
06 Alpes-Maritimes 93|07 Ardèche 84|08 Ardennes 44|09 Ariège 76|10 Aube 44|11 Aude 76|12 Aveyron 76
13 Bouches-du-Rhône 93|14 Calvados 28|15 Cantal 84|16 Charente 75|17 Charente-Maritime 75|18 Cher 24
19 Corrèze 75|2A Corse-du-Sud 94|2B Haute-Corse 94|21 Côte-d’Or 27|22 Côtes-d’Armor 53|23 Creuse 75
24 Dordogne 75|25 Doubs 27|26 Drôme 84|27 Eure 28|28 Eure-et-Loir 24|29 Finistère 53|30 Gard 76
31 Haute-Garonne 76|32 Gers 76|33 Gironde 75|34 Hérault 76|35 Ille-et-Vilaine 53|36 Indre 24
37 Indre-et-Loire 24|38 Isère 84|39 Jura 27|40 Landes 75|41 Loir-et-Cher 24|42 Loire 84
43 Haute-Loire 84|44 Loire-Atlantique 52|45 Loiret 24|46 Lot 76|47 Lot-et-Garonne 75|48 Lozère 76
49 Maine-et-Loire 52|50 Manche 28|51 Marne 44|52 Haute-Marne 44|53 Mayenne 52
54 Meurthe-et-Moselle 44|55 Meuse 44|56 Morbihan 53|57 Moselle 44|58 Nièvre 27|59 Nord 32|60 Oise 32
61 Orne 28|62 Pas-de-Calais 32|63 Puy-de-Dôme 84|64 Pyrénées-Atlantiques 75|65 Hautes-Pyrénées 76
66 Pyrénées-Orientales 76|67 Bas-Rhin 44|68 Haut-Rhin 44|69 Rhône 84|70 Haute-Saône 27
71 Saône-et-Loire 27|72 Sarthe 52|73 Savoie 84|74 Haute-Savoie 84|75 Paris 11|76 Seine-Maritime 28
77 Seine-et-Marne 11|78 Yvelines 11|79 Deux-Sèvres 75|80 Somme 32|81 Tarn 76|82 Tarn-et-Garonne 76
83 Var 93|84 Vaucluse 93|85 Vendée 52|86 Vienne 75|87 Haute-Vienne 75|88 Vosges 44|89 Yonne 27
90 Territoire de Belfort 27|91 Essonne 11|92 Hauts-de-Seine 11|93 Seine-Saint-Denis 11
94 Val-de-Marne 11|95 Val-d’Oise 11|971 Guadeloupe 01|972 Martinique 02|973 Guyane 03
974 La Réunion 04|976 Mayotte 06|975 Saint-Pierre-et-Miquelon 975|977 Saint-Barthélemy 977
978 Saint-Martin 978|984 Terres australes et antarctiques françaises 984|986 Wallis-et-Futuna 986
987 Polynésie française 987|988 Nouvelle-Calédonie 988|989 Île de Clipperton 989
"""


# How a sentence says that something is there, by département.
_THERE = {
    "dans l’": "01 02 03 07 09 10 11 12 27 34 36 38 60 61 89 91",
    "dans la ": "16 23 26 42 50 51 55 58 72 80 86",
    "dans le ": "14 15 18 25 29 30 32 39 41 45 46 56 59 62 63 67 68 69 81 83 84 90 94 95",
    "dans les ": "04 05 06 08 13 22 40 64 65 66 78 79 88 92 984",
    "à ": "75 974 975 976 977 978 986",
    "à l’": "989",
}
_LINK_OF = {code: link for link, codes in _THERE.items() for code in codes.split()}


def _departement(entry: str) -> tuple[Term, str]:
    code, rest = entry.split(" ", 1)
    label, region = rest.rsplit(" ", 1)
    return Term(code, label, f"{_LINK_OF.get(code, 'en ')}{label}"), region


_ROWS = [
    _departement(entry)
    for line in _DEPARTEMENTS.split("\n")
    for entry in line.split("|")
    if entry.strip()
]
DEPARTEMENTS = Vocabulary(
    "departement", "Département", "", tuple(term for term, _ in _ROWS), only_present=True
)
# The région (INSEE code) of each département.
REGION_OF = {term.slug: region for term, region in _ROWS}

# Every facet of a search, in the order pages show them. Years have no table: they are what the base
# holds.
ANNEES = Vocabulary("annee", "Année", "en", (), order="newest")
FACETS: dict[str, Vocabulary] = {
    vocabulary.name: vocabulary
    for vocabulary in (
        FRAGILITES,
        ACTEURS,
        METIERS,
        ECHELONS,
        TAILLES,
        REGIONS,
        DEPARTEMENTS,
        ODD,
        IMPACTS,
        ANNEES,
    )
}


def taille_of(population: int) -> str:
    """The size slug of a territory of `population` inhabitants (bounds of the study: 2 000, 20 000,
    50 000).
    """
    bounds = ((2_000, "petit"), (20_000, "petit-moyen"), (50_000, "intermediaire"))
    return next((slug for bound, slug in bounds if population < bound), "grand")
