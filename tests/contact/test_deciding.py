"""What a person decides of their sheet, by the links that only they hold."""

import datetime as dt

import pytest
import time_machine
from sqlalchemy import Engine
from sqlmodel import Session, select

from impact_alliances.contact.deciding import DAYS_KEPT, MOST_A_DAY, Deciding
from impact_alliances.contact.limits import Blocked
from impact_alliances.contact.links import Act, Links
from impact_alliances.contact.relaying import NobodyThere
from impact_alliances.contact.wording import Said, Wording
from impact_alliances.db import reading
from impact_alliances.db import writing as committed
from impact_alliances.errors import NotFound, TooManyRequests, Withdrawn
from impact_alliances.resources import published
from impact_alliances.resources.case import Case
from impact_alliances.resources.catalyseur import Catalyseur
from impact_alliances.resources.changes import Change
from impact_alliances.resources.key import Key
from impact_alliances.resources.kinds import KINDS
from impact_alliances.resources.resource import DRAFT, PUBLISHED, RETIRED
from impact_alliances.resources.wishes import Wish
from impact_alliances.signing import BadLink, ExpiredLink, Signer
from support.builders import a_case, a_catalyseur, store, stored
from tests.contact.forms import letters, relay, settings, writing

NOON = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)
AWA, CASE = Key("catalyseur", "awa"), Key("case", "cas-1")
links = Links(settings(), Signer(settings()))


@pytest.fixture
def deciding(either_database: Engine) -> Deciding:
    """Over a base with a catalyseur, and a case with a bearer."""
    case = a_case(id="cas-1", contact_name="Zoé Bellec", contact_email="zoe@porteurs.example")
    store(either_database, a_catalyseur(id="awa", slug="awa"), case)
    return Deciding(either_database, links, Wording(settings(), links))


def link(act: Act, key: Key = AWA, *more: str, address: str = "") -> str:
    """What the link of a message says, but for the address of its page."""
    usual = {AWA: "awa@liens.example", CASE: "zoe@porteurs.example"}[key]
    return links.to(act, key, address or usual, *more).partition("?lien=")[2]


def visible(session: Session) -> bool:
    """Whether a visitor sees the catalyseur."""
    try:
        published.by_slug(session, KINDS["catalyseur"], "awa")
    except NotFound:
        return False
    return True


def titles(database: Engine) -> list[str]:
    """To whom messages go, and what they are titled."""
    return [f"{one.to} {one.subject}" for one in letters(database)]


def test_a_person_pauses_and_resumes(deciding: Deciding, either_database: Engine) -> None:
    """The sheet goes, the index is told, the person has the way back, the editor knows."""
    with reading(either_database) as session:
        told = len(session.exec(select(Change)).all())
    for _ in range(2):
        deciding.pause(link(Act.PAUSE))
    with reading(either_database) as session:
        assert not visible(session)
        assert len(session.exec(select(Change)).all()) == told + 1
    with pytest.raises(NobodyThere):
        relay(either_database).pass_on(writing(a_catalyseur(id="awa")))
    assert titles(either_database) == [
        "awa@liens.example Votre fiche est en pause",
        "equipe@observatoire.example Pause : Awa Le Goff",
    ]
    confirmation, to_editor = letters(either_database)
    assert "/ma-fiche/reprise?lien=" in confirmation.text
    assert "awa@" not in to_editor.text + to_editor.html
    for _ in range(2):
        deciding.resume(link(Act.RESUME))
    with reading(either_database) as session:
        assert visible(session)
        assert session.exec(select(Wish)).all() == []
    assert len(letters(either_database)) == 4


def test_a_pause_never_publishes_what_was_not(deciding: Deciding, either_database: Engine) -> None:
    """Neither a sheet that was a draft, nor one that the editor retired meanwhile."""
    for status in (DRAFT, RETIRED):
        with committed(either_database) as session:
            found = session.get(Catalyseur, "awa")
            assert found
            found.status = PUBLISHED if status == RETIRED else DRAFT
        deciding.pause(link(Act.PAUSE))
        with committed(either_database) as session:
            found = session.get(Catalyseur, "awa")
            assert found
            found.status = status
        deciding.resume(link(Act.RESUME))
        found = stored(either_database, Catalyseur, "awa")
        assert found
        assert found.status == status


def test_a_bearer_in_pause_keeps_the_case(deciding: Deciding, either_database: Engine) -> None:
    deciding.pause(link(Act.PAUSE, CASE))
    found = stored(either_database, Case, "cas-1")
    assert found
    assert (found.status, found.contact_email) == (PUBLISHED, "zoe@porteurs.example")
    with pytest.raises(NobodyThere):
        relay(either_database).pass_on(writing(found))
    deciding.resume(link(Act.RESUME, CASE))
    relay(either_database).pass_on(writing(found))


def test_who_withdraws_is_gone_for_good(deciding: Deciding, either_database: Engine) -> None:
    """410, address and telephone erased, the confirmation sent, and no link opens any more."""
    deciding.withdraw(link(Act.WITHDRAW), with_sheet=False)
    found = stored(either_database, Catalyseur, "awa")
    assert found
    assert (found.status, found.email, found.phone) == (RETIRED, "", "")
    with reading(either_database) as session, pytest.raises(Withdrawn, match="de la personne"):
        published.by_slug(session, KINDS["catalyseur"], "awa")
    assert titles(either_database) == [
        "awa@liens.example Votre fiche est retirée",
        "equipe@observatoire.example Fiche retirée : Awa Le Goff",
    ]
    with pytest.raises(ExpiredLink):
        deciding.resume(link(Act.RESUME))


@pytest.mark.parametrize(("whole", "status"), [(False, PUBLISHED), (True, RETIRED)])
def test_a_bearer_leaves_with_or_without_the_case(
    deciding: Deciding, either_database: Engine, whole: bool, status: str
) -> None:
    deciding.withdraw(link(Act.WITHDRAW, CASE), with_sheet=whole)
    found = stored(either_database, Case, "cas-1")
    assert found
    assert (found.status, found.contact_name, found.contact_email) == (status, "", "")
    if whole:
        with reading(either_database) as session, pytest.raises(Withdrawn, match="son porteur"):
            published.by_id(session, KINDS["case"], "cas-1")


def test_a_correction_is_handed_to_the_editor_and_changes_nothing(
    deciding: Deciding, either_database: Engine
) -> None:
    lines = [Said("Rôle", "Animatrice", "Directrice <b>")]
    deciding.correct(link(Act.CORRECT), lines, "Mon organisation a changé de nom.")
    found = stored(either_database, Catalyseur, "awa")
    assert found
    assert found.role == "Animatrice de dialogue territorial"
    (to_editor,) = letters(either_database)
    assert to_editor.to == "equipe@observatoire.example"
    assert "- Animatrice\n+ Directrice <b>" in to_editor.text
    assert "Directrice &lt;b&gt;" in to_editor.html
    assert "Mon organisation a changé de nom." in to_editor.text
    with reading(either_database) as session:
        kept = session.exec(select(Wish)).one()
    assert kept.details[0] == {"field": "Rôle", "before": "Animatrice", "after": "Directrice <b>"}


def test_who_is_reported_passes_nothing_on(deciding: Deciding, either_database: Engine) -> None:
    """By the link of the very message, which knows its writer without naming them."""
    passing = relay(either_database)
    passing.pass_on(writing(a_catalyseur(id="awa")))
    text = letters(either_database)[0].text
    token = text.partition("/ma-fiche/signalement?lien=")[2].split()[0]
    deciding.report(token, "Il vend des fenêtres.")
    to_editor = letters(either_database)[-1]
    assert "Il vend des fenêtres." in to_editor.text
    assert "jeanne@" not in to_editor.text
    with pytest.raises(Blocked):
        passing.pass_on(writing(a_case(id="cas-1"), email="Jeanne@mairie.example"))


def test_without_an_address_of_the_editor_the_wish_is_kept_all_the_same(
    either_database: Engine,
) -> None:
    store(either_database, a_catalyseur(id="awa"))
    silent = settings(contact="https://observatoire.example/ecrire")
    Deciding(either_database, links, Wording(silent, links)).correct(link(Act.CORRECT), [], "Bien.")
    assert letters(either_database) == []
    with reading(either_database) as session:
        assert session.exec(select(Wish)).one().details == [{"note": "Bien."}]


# -- links ---------------------------------------------------------------------------------------


def test_a_link_is_good_for_one_act_one_sheet_one_address_and_a_time(
    deciding: Deciding, either_database: Engine
) -> None:
    with time_machine.travel(NOON, tick=False):
        token = link(Act.PAUSE)
    for bad in ("", "x", f"X{token[1:]}", token[:-2], "a.b.c"):
        with pytest.raises(BadLink):
            deciding.pause(bad)
    with pytest.raises(BadLink):
        deciding.withdraw(token, with_sheet=True)
    with time_machine.travel(NOON + dt.timedelta(days=366), tick=False), pytest.raises(ExpiredLink):
        deciding.pause(token)
    with pytest.raises(ExpiredLink):
        deciding.pause(link(Act.PAUSE, address="before@liens.example"))
    with committed(either_database) as session:
        session.delete(session.get_one(Catalyseur, "awa"))
    with time_machine.travel(NOON, tick=False), pytest.raises(ExpiredLink):
        deciding.pause(token)
    assert letters(either_database) == []


def test_an_address_in_other_letters_is_the_same(
    deciding: Deciding, either_database: Engine
) -> None:
    """An editor who writes it anew makes no link of before expire."""
    token = link(Act.PAUSE)
    with committed(either_database) as session:
        session.get_one(Catalyseur, "awa").email = "Awa@Liens.example"
    deciding.pause(token)
    with reading(either_database) as session:
        assert not visible(session)


def test_a_flood_of_wishes_is_refused_and_old_ones_go(
    deciding: Deciding, either_database: Engine
) -> None:
    with time_machine.travel(NOON, tick=False):
        deciding.pause(link(Act.PAUSE))
        token = link(Act.CORRECT)
        for number in range(MOST_A_DAY - 1):
            deciding.correct(token, [], f"Note {number}")
        with pytest.raises(TooManyRequests):
            deciding.correct(token, [], "Encore")
    with time_machine.travel(NOON + dt.timedelta(days=DAYS_KEPT + 1), tick=False):
        deciding.correct(link(Act.CORRECT), [], "Un an après")
    with reading(either_database) as session:
        assert [one.wish for one in session.exec(select(Wish))] == ["paused", "corrected"]
