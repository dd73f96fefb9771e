"""What a resource must have to be published, what follows from the rest, and its address."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from impact_alliances.db import reading, writing
from impact_alliances.resources.article import Article
from impact_alliances.resources.case import Case
from impact_alliances.resources.changes import OldSlug
from impact_alliances.resources.kinds import KINDS
from impact_alliances.resources.publishing import (
    Slugs,
    complete,
    missing_to_publish,
)
from impact_alliances.resources.resource import Resource
from support.builders import a_case, a_catalyseur, a_jeudi, an_article, store, stored

CASES = KINDS["case"]


@pytest.mark.parametrize("build", [a_case, a_catalyseur, a_jeudi, an_article])
def test_what_the_builders_give_may_be_published(build: Any) -> None:
    resource = build()
    assert (missing_to_publish(resource), resource.incoherences()) == ([], [])


@pytest.mark.parametrize(
    ("resource", "lacking"),
    [
        (a_case(title=""), ["un titre"]),
        (a_case(summary=""), ["un chapô"]),
        (
            a_case(need="", alliance="", actions=""),
            ["le besoin", "l’alliance", "ce qui a été fait"],
        ),
        (
            a_case(fragilites=[], acteurs=[]),
            ["au moins une fragilité", "au moins un profil d’acteur"],
        ),
        (a_case(echelon="", date=None), ["un échelon", "une date"]),
        (a_catalyseur(name="", role=""), ["un nom", "un rôle"]),
        (a_catalyseur(email="", departement=""), ["un département", "une adresse électronique"]),
        (a_jeudi(body="", published_on=None), ["un texte", "une date de parution"]),
        (a_jeudi(number=None), ["un numéro"]),
        (an_article(summary="", source=""), ["un résumé", "une source"]),
        (an_article(title="", published_on=None), ["un titre", "une date de parution"]),
    ],
)
def test_what_lacks_is_named(resource: Resource, lacking: list[str]) -> None:
    assert missing_to_publish(resource) == lacking


def test_a_case_does_not_end_before_it_starts() -> None:
    start = dt.date(2024, 1, 10)
    assert a_case(started_on=start, ended_on=start).incoherences() == []
    assert a_case(started_on=start, ended_on=dt.date(2024, 1, 9)).incoherences() == [
        "La fin (ended_on) précède le début (started_on)."
    ]


@pytest.mark.parametrize("day", [13, 14, 15, 17, 18, 19])
def test_a_jeudi_is_published_on_a_thursday(day: int) -> None:
    assert a_jeudi(published_on=dt.date(2024, 5, day)).incoherences() == [
        f"Un Jeudi paraît un jeudi ; le {day}/05/2024 n’en est pas un."
    ]


def test_the_place_follows_from_the_commune() -> None:
    case = a_case(commune="97411", departement="22", region="53")
    assert (case.departement, case.region, case.taille) == ("974", "04", "grand")


def test_a_place_taken_away_takes_its_size_along() -> None:
    case = a_case(commune="22113")
    assert case.taille
    case.commune = ""
    complete(case)
    assert case.taille == ""


def test_the_region_follows_from_the_departement() -> None:
    """A case placed by its département alone is found under its région too."""
    assert a_case(commune="", departement="22").region == "53"
    assert a_case(commune="", departement="", region="53").region == "53"


@pytest.mark.parametrize(
    ("resource", "day"),
    [
        (a_case(date=None, started_on=dt.date(2023, 2, 1)), dt.date(2023, 2, 1)),
        (a_case(date=dt.date(2020, 1, 1), started_on=dt.date(2023, 2, 1)), dt.date(2020, 1, 1)),
        (a_jeudi(), dt.date(2024, 5, 16)),
        (an_article(), dt.date(2024, 9, 2)),
        (a_catalyseur(), None),
    ],
)
def test_the_day_of_reference_follows_from_the_kind(
    resource: Resource, day: dt.date | None
) -> None:
    assert resource.date == day


# -- addresses -----------------------------------------------------------------------------------


def _entitle(database: Engine, identifier: str, title: str) -> str:
    """Store a case under that title, new or renamed, and give its slug."""
    with writing(database) as session:
        case = session.get(Case, identifier) or a_case(id=identifier, slug="", commune="")
        case.title = title
        with session.no_autoflush:
            Slugs(session, CASES, [case]).give(case)
        session.add(case)
        session.flush()
        return case.slug


def _former(database: Engine) -> dict[str, str]:
    with reading(database) as session:
        return {row.slug: row.resource_id for row in session.exec(select(OldSlug))}


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Une épicerie à l’œuvre", "une-epicerie-a-l-oeuvre"),
        ("ODD 17 : « faire alliance » !", "odd-17-faire-alliance"),
        ("日本", "a-1"),
    ],
)
def test_a_slug_follows_from_the_title(either_database: Engine, title: str, slug: str) -> None:
    assert _entitle(either_database, "A_1", title) == slug


def test_a_resource_always_has_an_address(database: Engine) -> None:
    """Neither a title nor an id in our alphabet: there is a slug all the same."""
    slugs = {_entitle(database, "_", "日本"), _entitle(database, "-", "中国")}
    assert len(slugs) == 2
    assert all(slug.strip("-") for slug in slugs)


def test_a_long_title_gives_a_slug_that_fits(either_database: Engine) -> None:
    title = "Une alliance pour la mobilité " * 20
    slugs = [_entitle(either_database, identifier, title) for identifier in ("a" * 64, "b" * 64)]
    assert len(set(slugs)) == 2
    assert all(len(slug) <= 160 and not slug.endswith("-") for slug in slugs)


def test_homonyms_get_addresses_of_their_own(either_database: Engine) -> None:
    assert _entitle(either_database, "a", "Le car") == "le-car"
    assert _entitle(either_database, "b", "Le car") == "le-car-b"


def test_an_address_made_from_an_id_may_be_taken_already(either_database: Engine) -> None:
    """« Le car b » holds the address that the second « Le car » would get from its id."""
    slugs = [
        _entitle(either_database, identifier, title)
        for identifier, title in (
            ("a", "Le car"),
            ("c", "Le car b"),
            ("b", "Le car"),
            ("B", "Le car"),
        )
    ]
    assert len(set(slugs)) == 4
    assert _entitle(either_database, "b", "Le car") == slugs[2]
    assert _former(either_database) == {}


def test_an_address_does_not_move_while_the_title_stays(either_database: Engine) -> None:
    first = [_entitle(either_database, identifier, "Le car") for identifier in ("a", "b")]
    assert [_entitle(either_database, identifier, "Le car") for identifier in ("a", "b")] == first
    assert _former(either_database) == {}


def test_a_new_title_moves_the_address_and_keeps_the_former_one(either_database: Engine) -> None:
    _entitle(either_database, "a", "Le car")
    assert _entitle(either_database, "a", "Le minibus") == "le-minibus"
    assert _entitle(either_database, "a", "Le vélo") == "le-velo"
    assert _former(either_database) == {"le-car": "a", "le-minibus": "a"}


def test_a_former_address_is_not_given_to_another(either_database: Engine) -> None:
    _entitle(either_database, "a", "Le car")
    _entitle(either_database, "a", "Le minibus")
    assert _entitle(either_database, "b", "Le car") == "le-car-b"


def test_an_address_another_bears_is_not_taken_back(either_database: Engine) -> None:
    """Were it once one's own."""
    _entitle(either_database, "a", "Le minibus")
    store(
        either_database,
        OldSlug(kind="case", slug="le-car", resource_id="a"),  # type: ignore[arg-type]
        a_case(id="b", slug="le-car"),
    )
    assert _entitle(either_database, "a", "Le car") == "le-car-a"


def test_a_title_taken_back_takes_its_address_back(either_database: Engine) -> None:
    for title in ("Le car", "Le minibus", "Le car", "Le minibus", "Le car"):
        slug = _entitle(either_database, "a", title)
    assert slug == "le-car"


def test_kinds_do_not_share_their_addresses(either_database: Engine) -> None:
    store(either_database, an_article(id="art", title="Le car", slug="le-car"))
    assert _entitle(either_database, "a", "Le car") == "le-car"
    article = stored(either_database, Article, "art")
    assert article is not None
    assert article.slug == "le-car"
