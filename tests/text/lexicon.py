"""The words of a small corpus, as an engine would know them."""

from collections import Counter
from functools import cached_property

from impact_alliances.text.analysis import tokens
from impact_alliances.text.spelling import Correction, Spelling
from impact_alliances.text.synonyms import Thesaurus
from impact_alliances.text.synonyms_file import COLUMNS, parse

# As an editor writes them: those that find one another, what they find too, in capitals alone.
GROUPS = """
économie sociale et solidaire | ESS,économie solidaire
pôle territorial de coopération économique | PTCE
territoire zéro chômeur de longue durée | territoire zéro chômeur | TZCLD
responsabilité sociétale des entreprises | RSE
projet alimentaire territorial | PAT
personne à mobilité réduite | PMR
appel à manifestation d’intérêt | AMI,,oui
établissement médicalisé | EHPAD,maison de retraite
sans-abri | SDF | sans domicile
personne âgée | senior
rénovation énergétique | isolation
médecin | docteur
prison | détention
bibliothèque | médiathèque
migrant | réfugié
mission locale
"""
THESAURUS = Thesaurus(parse(f"{','.join(COLUMNS)}{GROUPS}")[0])


class CorpusLexicon:
    """`Lexicon` over a few texts, each one a document."""

    def __init__(self, *texts: str, thesaurus: Thesaurus = THESAURUS) -> None:
        self.thesaurus = thesaurus
        held = [{token.word: token.stem for token in tokens(text) if token.stem} for text in texts]
        self._words = Counter(word for words in held for word in words)
        self._stems = {stem for words in held for stem in words.values()}
        self._stems.update(*(thesaurus.expressions_in(text, tokens(text)) for text in texts))

    def has_stem(self, stem: str) -> bool:
        return stem in self._stems

    def has_word(self, word: str) -> bool:
        return word in self._words

    def nearest(self, word: str) -> Correction | None:
        return self._spelling.nearest(word)

    @cached_property
    def _spelling(self) -> Spelling:
        return Spelling(self._words)

    def starting(self, prefix: str, limit: int) -> list[str]:
        found = [word for word in self._words if word.startswith(prefix)]
        return sorted(found, key=lambda word: (-self._words[word], word))[:limit]
