"""What of a resource goes into the index, and what never does."""

import dataclasses
import os
import subprocess
import sys

from impact_alliances.engines.documents import document_of, facets_of
from impact_alliances.meaning.passages import passages_of
from impact_alliances.text.analysis import stems, words
from support.builders import a_case, a_catalyseur, a_jeudi


def test_a_contact_s_addresses_never_reach_the_index_nor_the_model() -> None:
    contact = a_catalyseur(
        email="secret@liens.example", phone="06 39 98 77 66", website="https://liens.example"
    )
    passages = passages_of(contact)
    document = document_of(contact)
    written = {
        *document.words,
        *document.stems,
        *document.title_words,
        *words(" ".join((passages.title, *passages.parts))),
    }
    assert written & {"animatrice", "liens"} == {"animatrice", "liens"}
    assert written & {"secret", "example", "https", "06", "39", "98", "77", "66"} == set()


def test_a_document_is_found_by_its_place_its_tags_and_its_grid_values() -> None:
    document = document_of(a_case(tags=["autostop"], commune="22113"))
    assert {
        "autostop",
        "lannion",
        "mobilite",
        "transport",
        "bretagne",
        "armor",
        "collectivites",
    } <= set(document.words)


def test_a_contact_is_counted_where_it_serves() -> None:
    facets = facets_of(a_catalyseur(departement="53", area=["dep:44", "reg:53", "dep:00"]))
    assert (facets["departement"], facets["region"]) == (("53", "44"), ("52", "53"))


def test_the_fingerprint_changes_with_what_is_indexed_only() -> None:
    case = a_case(id="a", title="Le car")
    assert (
        document_of(case).fingerprint
        == document_of(a_case(id="a", title="Le car", source_url="https://x.example")).fingerprint
    )
    assert (
        document_of(case).fingerprint
        != document_of(
            a_case(id="a", title="Le car", status="draft", echelon="national")
        ).fingerprint
    )


def test_later_days_come_first_and_one_day_has_a_fixed_order() -> None:
    keys = [
        document_of(a_case(id=identifier, date=None, started_on=None)).date_order
        for identifier in ("a", "b")
    ]
    assert len(set(keys)) == 2
    assert max(keys) < document_of(a_jeudi()).date_order


def test_demandes_are_kept_apart_from_the_text() -> None:
    """They would change what corrects a word, what an excerpt shows and what is enough."""
    plain, asked = (a_case(id="x", demandes=found) for found in ([], ["où donc, l’autogire"]))
    with_some = document_of(asked)
    assert with_some.demandes == tuple(stems("où donc, l’autogire"))
    assert set(stems("autogire")) <= set(with_some.demandes)
    assert dataclasses.replace(with_some, demandes=(), demande_words=()) == document_of(plain)
    assert with_some.fingerprint != document_of(plain).fingerprint
    assert passages_of(asked) == passages_of(plain)


def test_every_process_says_the_same_of_a_resource() -> None:
    """Else `doctor` finds stale what another process indexed well."""
    script = (
        "from impact_alliances.engines.documents import document_of\n"
        "from support.builders import a_case\n"
        "print(document_of(a_case(title='Écologie industrielle et territoriale')).fingerprint)"
    )
    said = {_said_under(seed, script) for seed in range(4)}
    assert len(said) == 1


def _said_under(seed: int, script: str) -> str:
    """What a process prints, whose sets are in the order of this seed."""
    told = {**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", script]
    return subprocess.run(command, env=told, capture_output=True, text=True, check=True).stdout
