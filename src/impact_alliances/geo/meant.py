"""Whether a mention means a place. A name that is also a word (« Mer », « Orange », « la Manche »)
does only where something says so: « à », a postcode, a département, or a capital and nothing else.
"""

from collections.abc import Collection, Sequence

from impact_alliances.geo.mentions import CONTRACTED, Mention
from impact_alliances.geo.names import ARTICLES, is_first_name, names

# Inhabitants below which the name of a commune, without capital nor preposition, is more likely a
# word that we do not know.
KNOWN_WITHOUT_A_SIGN = 2_000
# Inhabitants from which a name that is also a word is a place when it is all that is typed, with
# its capital, or when « à » stands before it without.
KNOWN_BEFORE_THE_WORD = 5_000
# Letters of a word in capitals, among others that are not, that is an acronym.
_LONGEST_ACRONYM = 5
# « Savon de Marseille », « gare de Lyon »: what is named so is elsewhere, or nowhere.
_ELSEWHERE = frozenset(
    """
    accord accords appel avenue banque bleu boulevard cours fondation fromage gare jambon moutarde
    nougat place porte protocole rue saucisse savon sommet stade tarte traite vin vins
    """.split()
)
# After them comes somebody's name.
_CIVILITIES = frozenset("docteur dr m madame maitre mlle mme monsieur mr".split())
# Words whose number is no département: « ODD 17 », « zone 30 ».
_NUMBERED = frozenset(
    """
    age article articles art axe agenda categorie ces chapitre covid des entre environ etape groupe
    horizon jusqu les leurs loi lot mes moins n niveau no nos numero objectif objectifs odd ou page
    phase plus pour sur top type version volet vos avec que zone et
    """.split()
)
# « Le nord de la France » is not the département.
_PART_OF = frozenset({"d", "de", "des", "du", "est", "ouest"})


def meant(mentions: Sequence[Mention], unknown: Collection[str] = ()) -> list[Mention]:
    """Those that mean a place. A name that is once somebody's is so again: « Colin Favreuil,
    atelier Favreuil ». A word `unknown` may be a first name with a fault: « Coln Favreuil ».
    """
    astray = {mention.key for mention in mentions if is_elsewhere(mention, unknown)}
    return [one for one in mentions if one.key not in astray and _is_meant(one)]


def is_elsewhere(mention: Mention, unknown: Collection[str] = ()) -> bool:
    """Whether the words around say that no place is meant: « savon de Marseille », « Colin Favreuil
    », « Alban Héliot », « Mme Héliot ».
    """
    if is_first_name(mention.key) and mention.is_before_a_capital:
        return True
    if mention.lead == "of":
        return mention.before in _ELSEWHERE
    if mention.lead or mention.is_number:
        return False
    if mention.before in _CIVILITIES:
        return True
    is_unknown = mention.before in unknown
    return mention.is_after_a_capital and is_first_name(mention.before, misspelt=is_unknown)


def _is_meant(mention: Mention) -> bool:
    if mention.is_settled:
        return True
    if mention.is_number:
        is_postcode = bool(mention.communes)
        return _is_postcode(mention) if is_postcode else _is_departement(mention)
    if mention.territory:
        return not names().is_word(mention.key) or _is_territory_not_word(mention)
    if _has_article_before(mention) or _is_acronym(mention):
        return False
    if "-" in mention.surface:
        return True
    if names().is_word(mention.key):
        return not mention.is_part_of_a_word and _is_commune_not_word(mention)
    return _is_commune(mention)


def _is_commune(mention: Mention) -> bool:
    """Whether a name that is no word is a commune."""
    if mention.has_capital or mention.is_alone:
        return True
    if mention.is_part_of_a_word or (mention.lead == "of" and mention.key.startswith("les-")):
        # « gestion des herbiers »
        return False
    return mention.lead == "at" or mention.population >= KNOWN_WITHOUT_A_SIGN


def _is_commune_not_word(mention: Mention) -> bool:
    """Whether a name that is also a word is the commune: « Orange » alone, « à Orange »."""
    is_known = mention.population >= KNOWN_BEFORE_THE_WORD
    if mention.is_alone and not mention.lead:
        return mention.has_capital and is_known
    if mention.lead != "at":
        return False
    has_article = mention.key.partition("-")[0] in ARTICLES
    return mention.has_capital or (is_known and mention.ends and not has_article)


def _has_article_before(mention: Mention) -> bool:
    """« Fête de la Saint-Jean »: no commune has an article that is not a part of its name."""
    # Of a contracted article, the preposition alone is left in what leads to the name.
    return bool(mention.led_by) and mention.led_by[-1] in ARTICLES | CONTRACTED.keys()


def _is_acronym(mention: Mention) -> bool:
    """« Le dispositif SARE » is no village of the Basque country."""
    is_short = len(mention.surface) <= _LONGEST_ACRONYM and not mention.is_alone
    return is_short and mention.surface.isupper() and mention.has_capital and mention.lead != "at"


def _is_territory_not_word(mention: Mention) -> bool:
    """Whether « Creuse », « Manche » or « Nord » is the département."""
    if mention.after in _PART_OF:
        return False
    if mention.key in ("reunion", "la-reunion"):
        return _is_the_island(mention)
    if mention.lead == "into":
        return (
            mention.has_capital or mention.led_by[0] not in ("a", "en") or mention.key == "creuse"
        )
    is_of_it = mention.lead == "of" and len(mention.led_by) + (mention.led_by[0] == "du") > 1
    return mention.has_capital and (mention.is_alone or is_of_it)


def _is_the_island(mention: Mention) -> bool:
    """« La Réunion », « jeunes à la réunion », no « réunion publique »."""
    is_all = mention.is_alone and mention.key == "la-reunion"
    is_led = mention.lead == "at" and mention.key == "la-reunion"
    return mention.ends and (mention.has_capital or is_all or is_led)


def _is_postcode(mention: Mention) -> bool:
    if mention.is_alone:
        return True
    # « Un budget de 10000 euros ».
    is_round = mention.key.endswith("000")
    return not is_round and (mention.ends or not mention.first or mention.lead == "at")


def _is_departement(mention: Mention) -> bool:
    """« 22 », « dans le 35 », « (29) », « habitants du 93 », « crèche 35 »."""
    if mention.is_alone or mention.is_in_parentheses:
        return True
    if mention.lead == "into":
        return mention.led_by[0] != "en"
    if mention.lead:
        return mention.ends and mention.led_by[-1] in ("du", "le")
    return mention.ends and mention.before.isalpha() and mention.before not in _NUMBERED
