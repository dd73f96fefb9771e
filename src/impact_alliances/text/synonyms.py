"""Expressions that mean the same to our readers: acronyms with their full form, everyday words, old
names of régions.

Each line is one group; every member finds the documents of the others. Shown to the reader, who can
refuse them.
"""

from functools import lru_cache

from impact_alliances.text.analysis import stems

_GROUPS = """
ess | économie sociale et solidaire
ptce | pôle territorial de coopération économique
tzcld | territoire zéro chômeur de longue durée | territoire zéro chômeur
qpv | quartier prioritaire | quartier politique de la ville
ccas | centre communal d'action sociale
pat | projet alimentaire territorial
rse | responsabilité sociétale des entreprises
odd | objectif de développement durable
ehpad | maison de retraite
esat | établissement et service d'aide par le travail
rsa | revenu de solidarité active
msp | maison de santé pluriprofessionnelle
scic | société coopérative d'intérêt collectif
amap | association pour le maintien d'une agriculture paysanne
pmr | personne à mobilité réduite
tad | transport à la demande
epci | intercommunalité | communauté de communes
sdf | sans-abri | sans domicile
jeune | jeunesse | adolescent | ado
aîné | senior | personne âgée
médecin | docteur
voiture | automobile
vélo | bicyclette | cyclable
boulot | emploi
travail | travaux
bibliothèque | médiathèque
logement | habitat
nourriture | aide alimentaire | colis alimentaire
migrant | réfugié | exilé
bus | autocar | navette
covoiturage | autopartage
bénévole | bénévolat
pme | tpe | petite entreprise
mairie | municipalité
chômeur | demandeur d'emploi | chômage
internet | numérique | illectronisme
déchet | ordure | recyclage
solaire | photovoltaïque
isolation | rénovation énergétique
crèche | petite enfance | garde d'enfants
cantine | restauration scolaire
mécène | mécénat | fondation
subvention | financement
bistrot | café | bar
épicerie | commerce de proximité
prison | détention | détenu
picardie | nord-pas-de-calais | hauts-de-france
limousin | aquitaine | poitou-charentes | nouvelle-aquitaine
rhône-alpes | auvergne | auvergne-rhône-alpes
alsace | lorraine | champagne-ardenne | grand est
midi-pyrénées | languedoc-roussillon | occitanie
bourgogne | franche-comté | bourgogne-franche-comté
haute-normandie | basse-normandie | normandie
paca | provence-alpes-côte d'azur
"""

Expression = tuple[str, ...]


@lru_cache(maxsize=1)
def thesaurus() -> dict[Expression, tuple[tuple[str, Expression], ...]]:
    """For each expression (its stems), the others of its group: as shown, and as stems."""
    groups: dict[Expression, tuple[tuple[str, Expression], ...]] = {}
    for line in _GROUPS.strip().splitlines():
        members = [(shown.strip(), tuple(stems(shown))) for shown in line.split("|")]
        for _, expression in members:
            others = tuple(member for member in members if member[1] != expression)
            groups[expression] = (*groups.get(expression, ()), *others)
    return groups


@lru_cache(maxsize=1)
def longest() -> int:
    """How many stems the longest expression has."""
    return max(len(expression) for expression in thesaurus())
