"""What any index writer must do, written once: each adapter's test file is a subclass that says how
to make one.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from impact_alliances.engines.documents import SearchDocument, document_of
from impact_alliances.engines.engine import Choked, EngineFailure, IndexWriter
from impact_alliances.text.synonyms import Thesaurus
from support.builders import a_case, an_article

Make = Callable[[], IndexWriter]
HAIES = document_of(a_case(id="haies", title="Les haies"))
LAVOIR = document_of(a_case(id="lavoir", title="Le lavoir"))
NOTE = document_of(an_article(id="note", title="Une enquête"))
MURETS = document_of(a_case(id="haies", title="Les murets"))
ALL = (HAIES, LAVOIR, NOTE)


def prints(*documents: SearchDocument) -> dict[str, str]:
    """What an index that holds these documents says of itself."""
    return {str(one.key): one.fingerprint for one in documents}


def held(writer: IndexWriter) -> dict[str, str]:
    return {str(key): fingerprint for key, fingerprint in writer.fingerprints().items()}


class WriterContract:
    """Subclasses give `make`: a writer of the same index at each call, at first never built; and
    `poison`: a document that the engine cannot take.
    """

    @pytest.fixture
    def poison(self) -> SearchDocument:
        raise NotImplementedError

    @pytest.fixture
    def writer(self, make: Make) -> IndexWriter:
        """One whose index holds the three documents."""
        writer = make()
        writer.rebuild(iter([ALL[:2], ALL[2:]]))
        return writer

    # -- being there ------------------------------------------------------------------------------

    def test_an_index_never_built_is_not_ready_whatever_is_put_in_it(self, make: Make) -> None:
        """It would hold the changes and lack all the rest: a writer refuses them, or says of the
        index that it is to be rebuilt.
        """
        writer = make()
        assert not writer.is_ready()
        with suppress(EngineFailure):
            writer.apply([HAIES], [])
        assert not writer.is_ready()
        writer.rebuild(iter([[LAVOIR]]))
        assert (writer.is_ready(), held(writer)) == (True, prints(LAVOIR))

    def test_what_is_built_is_there_for_whoever_comes_next(
        self, make: Make, writer: IndexWriter
    ) -> None:
        for one in (writer, make()):
            assert (one.is_ready(), held(one), one.refused()) == (True, prints(*ALL), {})

    def test_an_index_has_one_name_short_enough_to_be_followed_by(
        self, make: Make, writer: IndexWriter
    ) -> None:
        """Whether it is built or not: what waits for it waits under that name."""
        assert writer.name == make().name
        assert 0 < len(writer.name) <= 64

    def test_an_index_made_with_other_expressions_is_kept_until_it_is_built_anew(
        self, make: Make, writer: IndexWriter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An editor changed the synonyms: its documents were not searched for the new ones, and it
        answers meanwhile. A change taken in does not make it another.
        """
        for module in ("tantivy.generations", "meilisearch.settings"):
            name = f"impact_alliances.engines.{module}.thesaurus"
            monkeypatch.setattr(name, lambda: Thesaurus([]))
        later = make()
        assert (later.is_ready(), held(later)) == (False, prints(*ALL))
        writer.apply([MURETS], [])
        assert (later.is_ready(), held(later)) == (False, prints(MURETS, LAVOIR, NOTE))
        later.rebuild(iter([ALL]))
        assert (make().is_ready(), held(later)) == (True, prints(*ALL))

    # -- changes ----------------------------------------------------------------------------------

    def test_a_document_put_again_takes_the_place_of_the_former(self, writer: IndexWriter) -> None:
        for _ in range(2):
            writer.apply([MURETS], [])
            assert held(writer) == prints(MURETS, LAVOIR, NOTE)

    def test_what_is_removed_leaves_and_what_was_never_there_is_no_fault(
        self, make: Make, writer: IndexWriter
    ) -> None:
        """Given twice too: an indexer that was killed begins its batch again."""
        for _ in range(2):
            writer.apply([MURETS], [LAVOIR.key, document_of(a_case(id="jamais")).key])
            assert held(writer) == held(make()) == prints(MURETS, NOTE)

    def test_nothing_to_change_changes_nothing(self, writer: IndexWriter) -> None:
        writer.apply([], [])
        assert (writer.is_ready(), held(writer)) == (True, prints(*ALL))

    # -- rebuilds ---------------------------------------------------------------------------------

    def test_a_rebuild_holds_what_it_was_given_and_nothing_else(self, writer: IndexWriter) -> None:
        writer.rebuild(iter([[MURETS], []]))
        assert (writer.is_ready(), held(writer)) == (True, prints(MURETS))

    def test_a_base_without_a_sheet_has_an_index_too(self, make: Make) -> None:
        writer = make()
        writer.rebuild(iter([]))
        assert (writer.is_ready(), held(writer)) == (True, {})
        writer.apply([HAIES], [])
        assert held(writer) == prints(HAIES)

    def test_a_rebuild_that_is_cut_leaves_the_index_in_use(
        self, make: Make, writer: IndexWriter
    ) -> None:
        """Which goes on taking changes; and the next one holds nothing of the cut one."""

        def cut() -> Iterator[list[SearchDocument]]:
            yield [document_of(a_case(id="de-trop")), MURETS]
            raise OSError("coupé")

        with pytest.raises(OSError, match="coupé"):
            writer.rebuild(cut())
        assert (make().is_ready(), held(make())) == (True, prints(*ALL))
        writer.apply([], [NOTE.key])
        assert held(writer) == prints(HAIES, LAVOIR)
        writer.rebuild(iter([ALL]))
        assert held(writer) == prints(*ALL)

    # -- what cannot be taken ---------------------------------------------------------------------

    def test_a_document_that_cannot_be_taken_holds_back_no_other(
        self, writer: IndexWriter, poison: SearchDocument
    ) -> None:
        """It is known, by changes and by rebuilds, until it can be taken or is gone."""
        writer.apply([MURETS, poison], [NOTE.key])
        assert held(writer) == prints(MURETS, LAVOIR)
        assert [str(key) for key in writer.refused()] == [str(poison.key)]
        self._rebuild(writer, [HAIES, poison])
        assert (held(writer), len(writer.refused())) == (prints(HAIES), 1)
        writer.apply([], [poison.key])
        assert (held(writer), writer.refused()) == (prints(HAIES), {})

    @staticmethod
    def _rebuild(writer: IndexWriter, documents: list[SearchDocument]) -> None:
        """As the indexer does: once more when the first found that a document was at fault."""
        try:
            writer.rebuild(iter([documents]))
        except Choked:
            writer.rebuild(iter([documents]))
