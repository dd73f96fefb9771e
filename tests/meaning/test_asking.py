"""How a resource is asked for: its vectors stand beside those of its text, made anew apart."""

from pathlib import Path

import pytest
from sqlmodel import col, select

from impact_alliances.db import reading, writing
from impact_alliances.embeddings.store import Embedding
from impact_alliances.meaning.asking import ASKED_KINDS, asked_keys, asked_of, owner_of
from impact_alliances.resources.case import Case
from impact_alliances.resources.demandes import MOST_DEMANDES
from impact_alliances.resources.key import Key
from impact_alliances.resources.kinds import KINDS
from impact_alliances.wiring import Service
from support.builders import a_case
from support.fake_embedder import FakeEmbedder
from support.service import a_service, settle

HEDGE, LANE = Key("case", "haie"), Key("case", "voie")


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """Two cases: one has two demandes, the other none."""
    hedge = a_case(id="haie", title="Les haies", demandes=["plus d’oiseaux", "le vent"])
    return a_service(
        tmp_path, hedge, a_case(id="voie", title="La voie verte"), embedder=FakeEmbedder()
    )


def _rows(service: Service) -> dict[str, Embedding]:
    with reading(service.database) as session:
        rows = session.exec(select(Embedding).where(col(Embedding.kind) != "fragilite"))
        return {f"{row.kind}:{row.subject}": row for row in rows}


def _change(service: Service, **fields: object) -> set[str]:
    """Change a case; the rows that were written then."""
    before = {name: row.version for name, row in _rows(service).items()}
    with writing(service.database) as session:
        case = session.get_one(Case, "haie")
        for name, value in fields.items():
            setattr(case, name, value)
    settle(service)
    return {name for name, row in _rows(service).items() if row.version != before.get(name)}


def test_every_kind_has_a_place_for_how_it_is_asked_for() -> None:
    """The column of the database is so wide."""
    assert max(map(len, ASKED_KINDS)) <= 16
    for kind in KINDS:
        key = Key(kind, "x")
        assert {owner_of(one) for one in (key, *asked_keys(key))} == {key}


def test_demandes_or_the_title_never_both(service: Service) -> None:
    assert set(_rows(service)) == {"case:haie", "asked-case:haie", "case:voie", "title-case:voie"}
    meaning = service.meanings.now()
    for index, key, other, texts in (
        (meaning.demandes, HEDGE, LANE, ["plus d'oiseaux", "le vent"]),
        (meaning.titles, LANE, HEDGE, ["La voie verte"]),
    ):
        held = index.passages(key)
        assert held is not None
        assert held == pytest.approx(FakeEmbedder().embed_queries(texts), abs=1e-3)
        assert index.passages(other) is None


def test_a_change_of_demandes_has_only_these_read_again(service: Service) -> None:
    assert _change(service, demandes=["le vent"]) == {"asked-case:haie"}
    held = service.meanings.now().demandes.passages(HEDGE)
    assert held is not None
    assert len(held) == 1


def test_a_change_of_the_text_has_only_the_text_read_again(service: Service) -> None:
    assert _change(service, summary="Une haie.") == {"case:haie"}
    assert _change(service, title="Le bocage") == {"case:haie"}


def test_the_last_demande_taken_away_leaves_the_title(service: Service) -> None:
    assert _change(service, demandes=[]) == {"title-case:haie"}
    assert "asked-case:haie" not in _rows(service)
    meaning = service.meanings.now()
    assert (meaning.demandes.seen_from(FakeEmbedder().embed_query("vent"))) is None
    assert meaning.titles.passages(HEDGE) is not None


def test_what_leaves_the_base_leaves_nothing(service: Service) -> None:
    _change(service, status="retired")
    assert set(_rows(service)) == {"case:voie", "title-case:voie"}


def test_a_base_of_before_is_asked_how_it_is_asked_for(service: Service) -> None:
    """The texts are read already: only this is added."""
    with writing(service.database) as session:
        for row in session.exec(select(Embedding).where(col(Embedding.kind).in_(ASKED_KINDS))):
            session.delete(row)
    assert service.vectorizer.needs.lacking() == 2
    assert service.vectorizer.embed_some() == 2
    assert service.vectorizer.needs.lacking() == 0


def test_the_nearest_demande_is_known_by_its_place(service: Service) -> None:
    standing = service.meanings.now().demandes.seen_from(FakeEmbedder().embed_query("trop de vent"))
    assert standing is not None
    assert standing.row_of(HEDGE) == 1
    assert standing.row_of(LANE) is None


def test_a_flood_of_demandes_is_bounded() -> None:
    """Whatever way they came in."""
    _, asked = asked_of(a_case(demandes=[f"demande {number}" for number in range(50)]))
    assert len(asked.texts) == MOST_DEMANDES


def test_the_same_words_as_title_and_as_demande_are_read_alike() -> None:
    """And never mistaken for the text of a sheet, which is not read as a question is."""
    (_, title), (_, demande) = (
        asked_of(a_case(title="Un bus")),
        asked_of(a_case(demandes=["Un bus"])),
    )
    assert title == demande
