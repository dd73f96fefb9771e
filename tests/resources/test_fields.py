"""The table of fields: each is a column of the model, its example is taken, and its headers name it
alone.
"""

import datetime as dt
from collections import Counter

import pytest

from impact_alliances.importers.columns import columns_of
from impact_alliances.resources.fields import (
    COUNTED,
    FIELDS,
    PUBLIC,
    header_key,
    names_by_key,
    sections_of,
)
from impact_alliances.resources.fields import DERIVED as DERIVED_FIELDS
from impact_alliances.resources.kinds import KINDS
from impact_alliances.vocabularies.terms import FACETS
from support.builders import a_case, a_catalyseur

# What no editor writes: it follows from the rest, or from the moment.
DERIVED = {"slug", "taille", "created_at", "updated_at"}


@pytest.mark.parametrize("kind", list(KINDS))
def test_the_fields_are_those_of_the_model(kind: str) -> None:
    assert {field.name for field in FIELDS[kind]} == set(KINDS[kind].table.model_fields) - DERIVED


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_example_is_taken(kind: str) -> None:
    for field in FIELDS[kind]:
        if field.example:
            assert columns_of(KINDS[kind])[field.name].read(field.example) is not None


@pytest.mark.parametrize("kind", list(KINDS))
def test_no_header_names_two_fields(kind: str) -> None:
    twice = Counter(key for field in FIELDS[kind] for key in field.headers())
    assert [key for key, times in twice.items() if times > 1] == []


@pytest.mark.parametrize(
    ("kind", "header", "name"),
    [
        ("case", "Titre", "title"),
        ("case", "  TITRE * ", "title"),
        ("case", "Résumé", "summary"),
        ("case", "resume", "summary"),
        ("case", "Chapô (obligatoire)", "summary"),
        ("case", "Besoin", "need"),
        ("case", "Le besoin", "need"),
        ("case", "Statut", "status"),
        ("case", "Échelon", "echelon"),
        ("case", "Date de début", "started_on"),
        ("case", "Started on", "started_on"),
        ("case", "Identifiant", "id"),
        ("catalyseur", "E-mail", "email"),
        ("catalyseur", "Prénom et nom", "name"),
        ("jeudi", "N°", "number"),
        ("article", "Source", "source"),
        ("article", "Chapô", "summary"),
    ],
)
def test_headers_are_known_as_people_write_them(kind: str, header: str, name: str) -> None:
    assert names_by_key(kind)[header_key(header)] == name


def test_every_facet_counts_a_public_field() -> None:
    """A facet without a field would count nothing; one over a private field would tell it."""
    counted = {field.facet for fields in FIELDS.values() for field in (*fields, *DERIVED_FIELDS)}
    assert counted - {""} == set(FACETS)
    assert {field.facet for fields in COUNTED.values() for field in fields} == set(FACETS)


@pytest.mark.parametrize("kind", list(KINDS))
def test_what_is_public_is_a_column(kind: str) -> None:
    assert {field.name for field in PUBLIC[kind]} <= set(KINDS[kind].table.model_fields)


def test_a_facet_counts_places_served_and_years() -> None:
    """A catalyseur under every département it serves, a case under the year of its day."""
    by_facet = {field.facet: field for field in (*COUNTED["catalyseur"], *COUNTED["case"])}
    served = a_catalyseur(departement="53", area=["dep:44", "dep:53", "reg:53"])
    assert by_facet["departement"].values(served) == ["53", "44"]
    assert by_facet["annee"].values(a_case(date=dt.date(2021, 3, 4))) == ["2021"]
    assert by_facet["annee"].values(a_case(date=None, started_on=None)) == []


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_section_is_searched_and_quoted(kind: str) -> None:
    """A text that its sheet shows is one of its `texts`."""
    texts = {
        name: f"le texte de {name}"
        for name, _ in [*sections_of(kind), ("summary", ""), ("body", "")]
    }
    resource = KINDS[kind].table.model_validate({"id": "x", "slug": "x", **texts})
    assert set(texts.values()) <= set(resource.texts())


def test_a_value_given_twice_is_counted_once() -> None:
    """By an import of before, or by hand."""
    (field,) = (one for one in FIELDS["case"] if one.name == "fragilites")
    assert field.values(a_case(fragilites=["sante", "", "sante"])) == ["sante"]
