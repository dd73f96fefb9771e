"""What of a resource goes into the index, and what never does."""

from impact_alliances.engines.documents import document_of, facets_of
from impact_alliances.meaning.passages import passages_of
from impact_alliances.text.analysis import words
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
