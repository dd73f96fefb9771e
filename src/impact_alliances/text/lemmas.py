"""The lemma of a French word: the one form that stands for all of its numbers and genders (« élu »
for « élus » and « élue », « œil » for « yeux »).

People type no accents, and what they type must meet what editors write. So the lemma is that of the
folded word, from a table of all the forms of `simplemma`'s French dictionary, folded. Where two
words are one without their accents (« isole », of « isolé » or of « isoler »), the lemma nearest to
the form stands for both. What the dictionary ignores is guessed by the ends and the beginnings of
words. The choices are measured in docs/decisions/0002.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import takewhile

from simplemma.strategies.dictionaries import DefaultDictionaryFactory

from impact_alliances.vocabularies.matching import fold

# Folded forms that the dictionary takes for another word, or keeps apart, with their lemma.
_OTHERWISE = dict(
    pair.split(":")
    for pair in """
    amie:ami autrice:auteur bailleresse:bailleur basse:bas baux:bail bergere:berger blanche:blanc
    certaines:certain chere:cher contremaitresse:contremaitre debout:debout debutante:debutant
    devient:devenir est:est ete:ete etes:ete eux:eux fausse:faux folle:fou gratuite:gratuit
    hotesse:hote impatiente:impatient inquiete:inquiet leur:leur mairesse:maire maitresse:maitre
    mignonne:mignon muette:muet nette:net oui:oui ouvrent:ouvrir parente:parent patronne:patron
    pietonne:pieton seche:sec vachere:vacher veuve:veuf voisine:voisin
    """.split()
)
# Common words that it lacks, most of them because they are their own plural: they are French, and
# their last letter stays.
_MISSING = """
    abces abus acces ailleurs ananas anis assez atlas auparavant aussitot autobus autrefois avis
    beatrice beaucoup blocus bras brebis cactus campus canevas cas cassis caux certes chamois chaos
    chassis chaux choix cinquante colis coloris combien comment compas contrepoids contresens corps
    courriel couscous creux croix croquis cursus davantage debours debris deces dehors deja dela
    dessus devis dorenavant dos encens engrais ergonomie exces flux fracas galetas gars gaz gris
    guere haras heros hormis humus index influx inox internet jadis jamais joignable jus laps legs
    lilas logis loin longtemps lynx maquis maraichage marais mars matelas mi mieux minibus mors
    naguere neanmoins nez noix oasis obus os ours paix palais papyrus paradis parfois partout
    parvis pas pays perdrix peu pis plupart plusieurs plutot podcast poids pois poix pouls pourquoi
    pourtant preavis precis printemps process processus progres propos prospectus puits quant
    quarante quasi quatorze quelquefois quiconque radis refus relais repas repos rez riz rubis sas
    semi soi soixante souvent stress succes surplus syllabus tableur talus tant tard tas taux temps
    tennis terminus torchis tot toujours tournevis travers treillis treize tres trop typhus univers
    velours vendee verglas vingts virus visio vite voire voix volontiers vraiment
""".split()
# Words of the field, new or borrowed, that it lacks too.
_NEW = """
    ado afterwork agri agrivoltaisme alzheimer appli asso autopartage babysitting baluchonnage
    barcamp benchmark bientraitance bmx burn burnout chatbot coaching coloc compostage covoiturage
    coworking crowdfunding debitumer decarbonation decarboner deco desartificialisation dispo
    dressing dyspraxie ecoquartier ehpad escape fablab facebook feminicide flexitarien food
    freelance fundraising game gaming gospel graff greenwashing hackathon handisport illectronisme
    influenceur instagram intersectionnel lgbt maker medicosocial meetup networking newsletter
    onboarding opendata ortho padel pedibus perinatalite permaculture phishing pitch
    psychomotricien pumptrack recyclerie relooking reporting ressourcerie sexisme skatepark slam
    smartphone socioesthetique sourcing startup tdah teambuilding tiktok transidentite trocante
    uberisation upcycling vegan vege velobus voiturage vtt webinaire whatsapp workshop youtube
""".split()
# How a feminine ends, then its masculine. The first ones are looked for in what the dictionary
# takes for a word of its own (« directrice »), all of them in what it ignores.
_FEMININE = {
    "trice": "teur",
    "euse": "eur",
    "iere": "ier",
    "ienne": "ien",
    "elle": "el",
    "ive": "if",
    "ale": "al",
}
_FEMININE_OF_UNKNOWN = {**_FEMININE, "ante": "ant", "ee": "e"}
# Those that nothing else ends like: believed even where the dictionary ignores the masculine.
_SURELY_FEMININE = {"trice": "teur", "ee": "e"}
# Other words than the masculine that they look like.
_NOT_FEMININE = frozenset(
    """
    capitale carriere charniere chorale directive filiale fourriere glaciere lisiere locomotive
    matrice motrice pastorale perspective poussiere roseliere tourbiere verriere
    """.split()
)
_PLURAL = {"eaux": "eau", "aux": "al", "ss": "ss", "s": ""}
_SURELY_PLURAL = {"ss": "ss", "s": ""}
_ADVERBS = {"emment": "ent", "amment": "ant", "ement": "e", "iment": "i", "ument": "u"}
# « sale » is no « sal », « bus » no « bu ».
_SHORTEST_FEMININE, _SHORTEST_PLURAL = 6, 4
# Beginnings of words that no dictionary has: « coconstruits » is « co » and « construire ».
_PREFIXES = (
    *("agro", "anti", "auto", "bio", "co", "eco", "inter", "micro", "mini", "multi", "non"),
    *("pluri", "pre", "re", "socio", "tele", "visio"),
)
_SHORTEST_REST, _SHORT_PREFIX = 5, 3
# One error in a word makes so many one time in twenty-five; six to ten keys at random, five in six.
STRUCK_FROM = 3


def lemma(word: str) -> str:
    """The lemma of a folded word; one that is like no word is its own."""
    return _lemmas().get(word) or _guessed(word)


def is_french(word: str) -> bool:
    """Whether the dictionary has a folded word, what it looks like the plural, the feminine or the
    adverb of, or what it is composed of.
    """
    forms = (word, *_other_forms(word), _changed(word, _ADVERBS))
    # « re » and « co » begin too many errors.
    composed = (rest for prefix, rest in _parted(word) if len(prefix) > _SHORT_PREFIX)
    return any(form in _lemmas() for form in (*forms, *composed))


def is_struck(word: str) -> bool:
    """Whether a folded word is keys struck at random: `STRUCK_FROM` times or more, three letters
    follow one another in it that do so in no word of the dictionary.
    """
    threes = (word[place : place + 3] for place in range(len(word) - 2))
    return sum(three not in _all_forms() for three in threes) >= STRUCK_FROM


@lru_cache(maxsize=10_000)
def beginnings(lemma: str) -> frozenset[str]:
    """Letters by one of which every form of `lemma` begins: « oeil » and « yeux »."""
    forms = _forms()
    ends = (*_FEMININE.values(), "ant") if len(lemma) > _SHORTEST_REST else ()
    guessed = (lemma, *(lemma.removesuffix(end) for end in ends))
    composed = (prefix + form for prefix, rest in _parted(lemma) for form in forms.get(rest, ()))
    by_start: dict[str, list[str]] = {}
    for form in (*forms.get(lemma, ()), *guessed, *composed):
        by_start.setdefault(form[:3], []).append(form)
    return frozenset(_common(*forms) for forms in by_start.values())


# -- words that the dictionary ignores -------------------------------------------------------------


def _guessed(word: str) -> str:
    """The lemma of an unknown word, by its ends or by its beginning."""
    known = (_lemmas()[form] for form in _other_forms(word) if form in _lemmas())
    return next(known, None) or _composed(word) or _bare(word)


def _other_forms(word: str) -> tuple[str, str]:
    """What a word may be the plural, and the feminine, of: itself where it does not look like
    one.
    """
    singular = _changed(word, _PLURAL) if len(word) >= _SHORTEST_PLURAL else word
    is_long = len(singular) >= _SHORTEST_FEMININE
    return singular, _changed(singular, _FEMININE_OF_UNKNOWN) if is_long else singular


def _composed(word: str) -> str | None:
    """The lemma of a known word after one of the prefixes."""
    known = (prefix + _lemmas()[rest] for prefix, rest in _parted(word) if rest in _lemmas())
    return next(known, None)


def _parted(word: str) -> Iterator[tuple[str, str]]:
    """Each prefix that `word` may begin with, and the rest of it."""
    for prefix in _PREFIXES:
        rest = word.removeprefix(prefix)
        if rest != word and len(rest) >= _SHORTEST_REST:
            yield prefix, rest


def _bare(word: str) -> str:
    """A word unlike any other, without the end of its plural and of its feminine."""
    if len(word) < _SHORTEST_PLURAL:
        return word
    return _changed(_changed(word, _SURELY_PLURAL), _SURELY_FEMININE)


def _changed(word: str, endings: Mapping[str, str]) -> str:
    """`word` with the first of these endings that it has changed into the other."""
    for ending, other in endings.items():
        if word.endswith(ending):
            return word.removesuffix(ending) + other
    return word


# -- the table -------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _lemmas() -> dict[str, str]:
    """The lemma of each folded form: 239,000 of them, read once and for all (half a second, 45 MB)
    when the first word is analysed.
    """
    read = _read()
    masculine = {lemma: _masculine(_last(lemma, read), read) for lemma in set(read.values())}
    return {form: masculine[lemma] for form, lemma in read.items()}


@lru_cache(maxsize=1)
def _all_forms() -> str:
    """Every folded form, one a line: three letters are looked for in 2.6 MB within a
    millisecond.
    """
    return "\n".join(_lemmas())


@lru_cache(maxsize=1)
def _forms() -> dict[str, list[str]]:
    """The folded forms of each lemma."""
    forms: dict[str, list[str]] = {}
    for form, lemma in _lemmas().items():
        forms.setdefault(lemma, []).append(form)
    return forms


def _read() -> dict[str, str]:
    """The dictionary, folded, with what is put right in it."""
    # A factory of our own, so that what it read is not kept besides.
    read = DefaultDictionaryFactory().get_dictionary("fr").items()
    lemmas = {word: word for word in (*_MISSING, *_NEW)}
    for form, found in zip(*map(_all_folded, zip(*read, strict=True)), strict=True):
        other = lemmas.setdefault(form, found)
        if other != found:
            lemmas[form] = min(other, found, key=lambda lemma: (_distance(form, lemma), lemma))
    return lemmas | _OTHERWISE


def _all_folded(words: Iterable[str]) -> list[str]:
    """These words folded, sign by sign, which takes a tenth of the time of word by word."""
    lines = "\n".join(words)
    return lines.translate({ord(sign): fold(sign) for sign in set(lines) - {"\n"}}).split("\n")


def _distance(form: str, lemma: str) -> int:
    """How many letters to take off and to add at the end of `form` to make it `lemma`."""
    return len(form) + len(lemma) - 2 * len(_common(form, lemma))


def _common(*words: str) -> str:
    """The letters by which all of these words begin: those that the first and the last one share,
    in alphabetical order.
    """
    first, last = min(words), max(words)
    same = takewhile(lambda letters: letters[0] == letters[1], zip(first, last, strict=False))
    return "".join(letter for letter, _ in same)


def _last(lemma: str, read: Mapping[str, str]) -> str:
    """The lemma of a lemma, and so on: the dictionary says of « refusée » that it is « refusé »,
    and of « refusé » that it is « refuser ».
    """
    while (further := read.get(lemma, lemma)) != lemma:
        lemma = further
    return lemma


def _masculine(lemma: str, read: Mapping[str, str]) -> str:
    """The masculine of a feminine that the dictionary takes for a word of its own."""
    if len(lemma) < _SHORTEST_FEMININE or lemma in _NOT_FEMININE:
        return lemma
    masculine = _changed(lemma, _FEMININE)
    is_verb = read.get(f"{masculine.removesuffix('er')}ait") == masculine
    return masculine if read.get(masculine) == masculine and not is_verb else lemma
