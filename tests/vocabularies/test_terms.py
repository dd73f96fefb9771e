"""The reading grid: complete, without ambiguity, coherent with the places."""

import pytest

from impact_alliances.geo.places import gazetteer
from impact_alliances.resources.fields import STATUS
from impact_alliances.resources.kinds import KIND_TERMS
from impact_alliances.resources.resource import STATUSES
from impact_alliances.vocabularies.matching import match, slugify
from impact_alliances.vocabularies.terms import (
    ACTEURS,
    DEPARTEMENTS,
    ECHELONS,
    FACETS,
    FRAGILITES,
    IMPACTS,
    METIERS,
    ODD,
    ORGANISATION_SIZES,
    REGION_OF,
    REGIONS,
    STATES,
    STRANDS,
    TAILLES,
    Vocabulary,
    taille_of,
)

ALL = (*FACETS.values(), ORGANISATION_SIZES, METIERS, STATES, STRANDS, STATUS, KIND_TERMS)


@pytest.mark.parametrize(
    ("vocabulary", "size"),
    [
        (FRAGILITES, 16),
        (ACTEURS, 10),
        (ECHELONS, 5),
        (TAILLES, 4),
        (IMPACTS, 3),
        (ODD, 17),
        (METIERS, 4),
    ],
)
def test_the_grid_has_the_sizes_of_the_study(vocabulary: Vocabulary, size: int) -> None:
    assert len(vocabulary.terms) == len(vocabulary.by_slug) == size


@pytest.mark.parametrize("vocabulary", ALL, ids=lambda vocabulary: vocabulary.name)
def test_every_slug_and_label_names_its_own_value(vocabulary: Vocabulary) -> None:
    """No slug, label or synonym of one value is taken by another."""
    spelled = {
        spelling: (term.slug, match(vocabulary, spelling))
        for term in vocabulary.terms
        for spelling in (term.slug, term.label, *term.synonyms)
    }
    assert {spelling: pair for spelling, pair in spelled.items() if pair[0] != pair[1]} == {}


@pytest.mark.parametrize("vocabulary", ALL, ids=lambda vocabulary: vocabulary.name)
def test_slugs_are_fit_for_addresses(vocabulary: Vocabulary) -> None:
    assert [slug for slug in vocabulary.by_slug if slugify(slug) != slug.lower()] == []


def test_the_four_groups_of_fragilites_follow_the_study() -> None:
    groups = [term.group for term in FRAGILITES.terms]
    assert [groups.count(group) for group in dict.fromkeys(groups)] == [3, 4, 7, 2]


def test_the_statuses_of_a_file_are_those_of_a_resource() -> None:
    assert tuple(STATUS.by_slug) == STATUSES


def test_every_departement_lies_in_a_known_region() -> None:
    assert {code: region for code, region in REGION_OF.items() if region not in REGIONS} == {}


def test_communes_departements_and_regions_agree() -> None:
    astray = [
        commune.code
        for commune in gazetteer().by_code.values()
        if commune.departement not in DEPARTEMENTS
        or REGION_OF[commune.departement] != commune.region
    ]
    assert astray == []


@pytest.mark.parametrize(
    ("population", "slug"),
    [
        (0, "petit"),
        (1_999, "petit"),
        (2_000, "petit-moyen"),
        (19_999, "petit-moyen"),
        (20_000, "intermediaire"),
        (50_000, "grand"),
    ],
)
def test_sizes_follow_the_bounds_of_the_study(population: int, slug: str) -> None:
    assert taille_of(population) == slug


def test_the_label_of_a_value_without_table_is_the_value() -> None:
    assert (FRAGILITES.label_of("mobilite"), FRAGILITES.label_of("2024")) == (
        "Mobilité, transport",
        "2024",
    )
