"""The demonstration base is complete, coherent, fictional and well typeset: checks over the files
themselves.
"""

import datetime as dt
import hashlib
import itertools
import re
from collections import Counter

import numpy as np
import pytest
from sqlmodel import select

from impact_alliances.db import reading
from impact_alliances.geo.places import gazetteer
from impact_alliances.importers.importing import import_file
from impact_alliances.meaning.asking import readings_of
from impact_alliances.resources.demandes import doubles, parted
from impact_alliances.resources.kinds import KINDS
from impact_alliances.seeding import FILES, read_vectors
from impact_alliances.shipped import shipped
from impact_alliances.vocabularies.matching import slugify
from impact_alliances.vocabularies.terms import (
    ACTEURS,
    ECHELONS,
    FRAGILITES,
    METIERS,
    ODD,
    REGIONS,
    taille_of,
)
from tests.seed.conftest import Demonstration
from tests.seed.contents import PROSE, SECTIONS, alike, items, prose, rows

# The day the demonstration contents were written for: nothing in them is later.
DATE_OF_RECORD = dt.date(2026, 11, 23)
LEAST = {"case": 1050, "catalyseur": 350, "jeudi": 300, "article": 4000}
# Organisations that exist, and that invented ones must not be named after. Folded, looked for as
# whole words.
REAL = """
emmaus | croix rouge | secours populaire | secours catholique | restos du coeur | la poste | siel
bleu | enercoop | wimoov | unis cite | habitat et humanisme | fondation de france | apf france
handicap | adie | france active | simplon | ticket for change | makesense | les petits freres des
pauvres | atd quart monde | medecins du monde | blablacar | leroy merlin | carrefour | edf | engie |
sncf | veolia | suez | danone | michelin | decathlon | airbus | total energies | orange | bouygues |
caisse des depots | banque des territoires | pole emploi | france travail | ademe | bpifrance |
credit agricole | credit mutuel | la nef | maif | macif | vinci | le monde | liberation | le figaro
| ouest france | mediapart | france bleu | la gazette des communes | familles rurales | admr |
adapei | apajh | ladapt | lpo | terre de liens | biocoop | groupe sos | ares | envie | la cravate
solidaire | voisins malins | bibliotheques sans frontieres | singa | cojob | phenix | too good to go
| le rameau
""".replace("\n", " ").split("|")
_ENGLISH = re.compile(
    r"\b(the|and|with|for you|from|this|that|their|have|will|should)\b", re.IGNORECASE
)
_PLACEHOLDER = re.compile(
    r"lorem|ipsum|todo|xxx|\?\?\?|\{\{|\}\}|\bcas-\d{4}\b|\bart-\d{5}\b", re.IGNORECASE
)


def every_row() -> list[tuple[str, dict[str, str]]]:
    """(kind, row) of the four files."""
    return [(kind, row) for kind in FILES for row in rows(kind)]


# -- counts and spreads --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FILES)
def test_there_are_enough(kind: str) -> None:
    """The counts of the service itself."""
    assert len(rows(kind)) >= LEAST[kind]


def test_cases_cover_the_reading_grid() -> None:
    """Every fragilité, acteur, échelon, size, région and ODD."""
    cases = rows("case")
    by_fragilite = Counter(slug for row in cases for slug in items(row, "fragilites"))
    by_acteur = Counter(slug for row in cases for slug in items(row, "acteurs"))
    by_echelon = Counter(row["echelon"] for row in cases)
    communes = [gazetteer().by_code[row["commune"]] for row in cases]
    assert min(by_fragilite[term.slug] for term in FRAGILITES.terms) >= 50
    assert min(by_acteur[term.slug] for term in ACTEURS.terms) >= 80
    assert min(by_echelon[term.slug] for term in ECHELONS.terms) >= 15
    assert by_echelon.most_common(1)[0][0] == "local"
    assert {taille_of(commune.population or 0) for commune in communes} == {
        "petit",
        "petit-moyen",
        "intermediaire",
        "grand",
    }
    regions = {commune.region for commune in communes}
    assert {term.slug for term in REGIONS.terms[:18]} <= regions
    assert len(regions & {"975", "977", "978", "986", "987", "988"}) >= 4
    assert {odd for row in cases for odd in items(row, "odd")} == {term.slug for term in ODD.terms}
    assert {row["state"] for row in cases} == {"en-cours", "termine", "essaime"}
    assert {row["started_on"][:4] for row in cases} == {str(year) for year in range(2012, 2027)}
    assert sum(len(items(row, "fragilites")) in (2, 3) for row in cases) > len(cases) / 2


def test_every_case_is_told_whole() -> None:
    """150 to 350 words over its eight sections, partners with their roles."""
    for row in rows("case"):
        words = sum(len(row[section].split()) for section in SECTIONS)
        assert (row["id"], 150 <= words <= 350) == (row["id"], True)
        assert all(row[section] for section in SECTIONS), row["id"]
        partners = [partner.split(":") for partner in items(row, "partners")]
        assert len(partners) >= 2, row["id"]
        assert all(len(one) == 3 and one[1] in ACTEURS and one[2] for one in partners), row["id"]


def test_catalyseurs_serve_every_departement() -> None:
    """At least three in each metropolitan département, thirty overseas, every trade and origin,
    some remote.
    """
    catalyseurs = rows("catalyseur")
    places = Counter(gazetteer().by_code[row["commune"]].departement for row in catalyseurs)
    metropolitan = {
        commune.departement
        for commune in gazetteer().by_code.values()
        if len(commune.departement) == 2
    }
    assert min(places[code] for code in metropolitan) >= 3
    assert sum(count for code, count in places.items() if len(code) == 3) >= 30
    assert {slug for row in catalyseurs for slug in items(row, "metiers")} == {
        term.slug for term in METIERS.terms
    }
    assert len({row["acteurs"] for row in catalyseurs}) >= 8
    assert {row["remote"] for row in catalyseurs} == {"oui", "non"}


def test_there_is_a_jeudi_every_thursday() -> None:
    """From 7 January 2021 to the date of record, numbered in order, a theme a month."""
    jeudis = rows("jeudi")
    days = [dt.date.fromisoformat(row["published_on"]) for row in jeudis]
    assert (days[0], DATE_OF_RECORD - days[-1] < dt.timedelta(7)) == (dt.date(2021, 1, 7), True)
    assert all(later - earlier == dt.timedelta(7) for earlier, later in itertools.pairwise(days))
    assert [int(row["number"]) for row in jeudis] == list(range(1, len(jeudis) + 1))
    themes = {
        (day.year, day.month): row["month_theme"] for day, row in zip(days, jeudis, strict=True)
    }
    assert all(
        themes[day.year, day.month] == row["month_theme"]
        for day, row in zip(days, jeudis, strict=True)
    )
    headings = ["## L’idée", "## L’exemple", "## Le contact", "## Pour aller plus loin"]
    for row in jeudis:
        assert [line for line in row["body"].split("\n") if line.startswith("##")] == headings, row[
            "id"
        ]
        assert (row["id"], 110 <= len(row["body"].split()) <= 260) == (row["id"], True)


def test_articles_follow_the_bulletins() -> None:
    """Every quarter from 2012-T1 on, both strands; a date inside its quarter; summaries of 40 to 90
    words.
    """
    articles = rows("article")
    assert {row["strand"] for row in articles} == {"innovation-societale", "tpe-pme"}
    quarters = {row["bulletin"] for row in articles}
    assert {
        f"{year}-T{quarter}" for year in range(2012, 2026) for quarter in (1, 2, 3, 4)
    } <= quarters
    for row in articles:
        day = dt.date.fromisoformat(row["published_on"])
        assert row["bulletin"] == f"{day.year}-T{(day.month + 2) // 3}", row["id"]
        assert (row["id"], 38 <= len(row["summary"].split()) <= 95) == (row["id"], True)
        assert row["source"], row["id"]


# -- soundness -----------------------------------------------------------------------------------


@pytest.mark.no_cover
@pytest.mark.parametrize("kind", FILES)
def test_every_row_imports_without_a_warning_and_twice_changes_nothing(
    demonstration: Demonstration, kind: str
) -> None:
    """The same import as anyone's."""
    report = demonstration.reports[kind]
    assert report.remarks == []
    assert report.unknown_columns == {}
    assert report.verdicts["created"] == len(rows(kind))
    again = import_file(
        demonstration.database, KINDS[kind], shipped("seed") / FILES[kind], dry_run=True
    )
    assert again.verdicts["unchanged"] == len(rows(kind))


@pytest.mark.parametrize("kind", FILES)
def test_ids_and_titles_are_unique(kind: str) -> None:
    """So are the slugs, which follow from the titles."""
    for values in (
        [row["id"] for row in rows(kind)],
        [slugify(row["title"]) for row in rows(kind)],
    ):
        assert [value for value, count in Counter(values).items() if count > 1] == []


def test_every_sheet_keeps_its_address() -> None:
    """An address given once is kept: a change of the rule would show here, on 5,766 titles."""
    slugs = "\n".join(slugify(row["title"]) for _, row in every_row())
    assert (slugs.count("\n"), hashlib.blake2b(slugs.encode(), digest_size=8).hexdigest()) == (
        5_765,
        "5b16d984bc31759f",
    )


def test_no_two_cases_are_near_copies() -> None:
    """No pair over 0.25 of Jaccard on runs of five words."""
    assert list(alike({row["id"]: prose(row) for row in rows("case")}, 0.25)) == []


def test_no_two_summaries_of_articles_are_near_copies() -> None:
    """No pair over 0.35."""
    assert list(alike({row["id"]: row["summary"] for row in rows("article")}, 0.35)) == []


def test_no_two_notes_or_contacts_are_near_copies() -> None:
    """The same bar as for cases."""
    for kind in ("jeudi", "catalyseur"):
        assert list(alike({row["id"]: prose(row) for row in rows(kind)}, 0.25)) == []


# Two cases that tell the same story in other words stand over this cosine of their mean vectors:
# one written twice on purpose with every word changed reaches .975, the nearest pair of different
# stories stays under it.
SAME_STORY = 0.975


def test_no_two_cases_tell_the_same_story() -> None:
    """By meaning, whatever the words."""
    vectors = {
        key: rows.mean(axis=0) for key, (_, rows) in read_vectors().items() if key[0] == "case"
    }
    names = sorted(vectors)
    matrix = np.array([vectors[name] / np.linalg.norm(vectors[name]) for name in names])
    likeness = matrix @ matrix.T
    np.fill_diagonal(likeness, 0)
    assert [
        (names[a], names[b]) for a, b in zip(*np.where(likeness > SAME_STORY), strict=True) if a < b
    ] == []


def test_no_reference_is_broken() -> None:
    """What a note cites exists, and was there before it."""
    known = {row["id"] for _, row in every_row()}
    dates = {
        row["id"]: row.get("published_on") or row.get("started_on") or "" for _, row in every_row()
    }
    for row in rows("jeudi"):
        related = items(row, "related")
        assert related, row["id"]
        assert set(related) <= known, row["id"]
        assert all(dates[one] <= row["published_on"] for one in related), row["id"]


def test_dates_are_coherent() -> None:
    """Ended after started; ended when said so; nothing after the date of record."""
    for row in rows("case"):
        assert not row["ended_on"] or row["ended_on"] > row["started_on"], row["id"]
        assert bool(row["ended_on"]) == (row["state"] == "termine"), row["id"]
    for _, row in every_row():
        last = row.get("published_on") or row.get("ended_on") or row.get("started_on") or ""
        assert last <= DATE_OF_RECORD.isoformat(), row["id"]


# -- fiction and typography ----------------------------------------------------------------------


def test_addresses_and_telephones_are_reserved_for_fiction() -> None:
    """Mail under .example, telephones of the ranges set apart by ARCEP, no web address."""
    for row in rows("catalyseur"):
        assert row["email"].endswith(".example"), row["id"]
        assert row["phone"].startswith(("01 99 00 ", "06 39 98 ")), row["id"]
    bearers = [row["contact_email"] for row in rows("case") if row["contact_email"]]
    assert all(address.endswith(".example") for address in bearers)
    assert len(set(bearers)) == len(bearers) > len(rows("case")) / 4
    assert not [row["id"] for _, row in every_row() if "http" in prose(row) or row.get("website")]


def test_no_known_organisation_is_told_about() -> None:
    """Invented partners, organisations and sources only."""
    names = [
        *(
            (row["id"], partner.split(":")[0])
            for row in rows("case")
            for partner in items(row, "partners")
        ),
        *((row["id"], row["organisation"]) for row in rows("catalyseur")),
        *((row["id"], row["source"]) for row in rows("article")),
    ]
    real = {slugify(name) for name in REAL}
    assert [(where, name) for where, name in names if slugify(name) in real] == []


def test_no_english_and_no_placeholder_is_left() -> None:
    """French throughout, finished throughout."""
    for _, row in every_row():
        text = prose(row)
        assert _ENGLISH.findall(text) == [], row["id"]
        assert _PLACEHOLDER.findall(text) == [], row["id"]


def test_typography_is_french() -> None:
    """Curly apostrophes, no-break spaces before « : ; ? ! » and inside the quotes, no straight
    quote, no double space.
    """
    wrong = re.compile(
        r"'|\"|  |[^\s\u202f\u00a0][;?!](?=\s|$)|(?<=[a-zé]) [;:?!]|« |[^\u00a0]»|\.\.\."
    )
    for _, row in every_row():
        for column in (*PROSE, "demandes"):
            text = (row.get(column) or "").replace("##", "")
            assert (row["id"], column, wrong.findall(text)) == (row["id"], column, [])


# -- demandes ------------------------------------------------------------------------------------


def test_cases_catalyseurs_and_jeudis_say_how_they_are_asked_for() -> None:
    """Five ways a case, three a catalyseur and a Jeudi."""
    for kind, count in (("case", 5), ("catalyseur", 3), ("jeudi", 3)):
        assert {len(items(row, "demandes")) for row in rows(kind)} == {count}, kind


def test_no_demande_repeats_its_title_nor_another() -> None:
    """In its sheet, nor in the whole base."""
    said = [(row["id"], demande) for _, row in every_row() for demande in items(row, "demandes")]
    assert doubles(said) == []
    for _, row in every_row():
        assert parted(items(row, "demandes"), row["title"])[1] == [], row["id"]


# -- vectors -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FILES)
def test_every_resource_has_the_vectors_of_its_present_text(
    demonstration: Demonstration, kind: str
) -> None:
    """`make seed-vectors` was run after the last change of a text."""
    vectors = read_vectors()
    with reading(demonstration.database) as session:
        present = {
            key: read.text_hash
            for resource in session.exec(select(KINDS[kind].table))
            for key, read in readings_of(resource).items()
        }
    assert {key.id for key in present} == {row["id"] for row in rows(kind)}
    assert [key for key, text_hash in present.items() if vectors[key][0] != text_hash] == []
