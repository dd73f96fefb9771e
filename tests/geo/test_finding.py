"""What a person types in a field for a place."""

import random
from collections import defaultdict
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from impact_alliances.geo.finding import find, named, resolve
from impact_alliances.geo.other_names import other_names
from impact_alliances.geo.places import Commune, UnknownPlace, gazetteer, key_of
from support.misspelling import MISSPELLINGS

EVERYWHERE = tuple(gazetteer().by_code.values())


def _labels(text: str, limit: int = 8) -> list[str]:
    return [one.label for one in find(text, limit)]


def _choices(text: str) -> list[str]:
    return [one.label for one in named(text).choices]


# -- proposals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("lann", "Lannion (22300)"),
        ("oz", "Oz (38114)"),
        ("Y", "Y (80190)"),
        ("Eu", "Eu (76260)"),
        ("by", "By (25440)"),
        ("ST ETIENNE", "Saint-Étienne (42000)"),
        ("Ste Foy les Lyon", "Sainte-Foy-lès-Lyon (69110)"),
        ("Saint-Étien", "Saint-Étienne (42000)"),
        ("havre", "Le Havre (76600)"),
        ("hav", "Le Havre (76600)"),
        ("Rochelle", "La Rochelle (17000)"),
        ("aixenprovence", "Aix-en-Provence (13100)"),
        ("lhay les roses", "L'Haÿ-les-Roses (94240)"),
        ("neuilly s/seine", "Neuilly-sur-Seine (92200)"),
        ("oléron", "Saint-Pierre-d'Oléron (17310)"),
        ("Rennes Cedex 7", "Rennes (35000)"),
        ("35042 Rennes Cedex", "Rennes (35000)"),
        ("35042", "Rennes (35000)"),
        ("22300", "Lannion (22300)"),
        ("223", "Lannion (22300)"),
        ("22113", "Lannion (22300)"),
        ("2a004", "Ajaccio (20000)"),
        ("2a", "Ajaccio (20000)"),
        ("2B", "Bastia (20200)"),
        ("974", "Saint-Denis (97400, La Réunion)"),
        ("75000", "Paris (75000)"),
        ("69000", "Lyon (69000)"),
        ("13000", "Marseille (13000)"),
        ("75011", "Paris 11e (75011)"),
        ("75111", "Paris 11e (75011)"),
        ("Paris 11e", "Paris 11e (75011)"),
        ("11ème arrondissement de Paris", "Paris 11e (75011)"),
        ("paris 75011", "Paris 11e (75011)"),
        ("75116", "Paris 16e (75016)"),
        ("Lyon 3", "Lyon 3e (69003)"),
        ("lyon 1er", "Lyon 1er (69001)"),
        ("Marseille 8ème", "Marseille 8e (13008)"),
        ("lyon", "Lyon (69000)"),
        ("Saint-Denis 974", "Saint-Denis (97400, La Réunion)"),
        ("Saint-Denis, La Réunion", "Saint-Denis (97400, La Réunion)"),
        ("Saint-Denis de la Réunion", "Saint-Denis (97400, La Réunion)"),
        ("saint denis (93)", "Saint-Denis (93200)"),
        ("974 saint denis", "Saint-Denis (97400, La Réunion)"),
        ("3 rue du Port, 22300 Lannion", "Lannion (22300)"),
        ("Lanion", "Lannion (22300)"),
        ("Lannnion", "Lannion (22300)"),
        ("strasbuorg", "Strasbourg (67000)"),
        ("strasbuo", "Strasbourg (67000)"),
        ("Lanion 22300", "Lannion (22300)"),
        ("sant denis 974", "Saint-Denis (97400, La Réunion)"),
        ("Bellegarde-sur-Valserine", "Bellegarde-sur-Valserine (aujourd’hui Valserhône, 01200)"),
        ("59355", "Lomme (aujourd’hui Lille, 59000)"),
        ("juan les pins", "Juan-les-Pins (Antibes, 06600)"),
        ("Châlons-sur-Marne", "Châlons-sur-Marne (aujourd’hui Châlons-en-Champagne, 51000)"),
        ("Sainte-Clotilde", "Sainte-Clotilde (Saint-Denis, 97400, La Réunion)"),
        ("Rennes Métropole", "Rennes (35000)"),
        ("lannion-trégor com", "Lannion (22300)"),
    ],
)
def test_what_is_typed_brings_first(typed: str, first: str) -> None:
    assert _labels(typed)[0] == first


def test_a_postcode_brings_all_its_communes_the_most_populous_first() -> None:
    """However few are asked for: they are not guesses. Digits that are also an INSEE code are a
    postcode first.
    """
    communes = [one for one in find("22300", 3) if "22300" in one.postcodes]
    assert len(communes) == 9
    assert communes == sorted(communes, key=lambda one: -(one.population or 0))
    assert [one.name for one in find("22300", 20)[9:]] == ["Saint-Hervé"]


def test_a_beginning_brings_the_most_populous() -> None:
    found = find("lann", 5)
    assert len(found) == 5
    assert found == sorted(found, key=lambda one: -(one.population or 0))
    assert {key_of(one.name)[:4] for one in found} == {"lann"}


@pytest.mark.parametrize("text", ["", "   ", "---", "\0", "‒", "🏡"])
def test_nothing_typed_brings_nothing(text: str) -> None:
    assert find(text) == []
    assert (named(text).place, named(text).choices, named(text).said) == (None, (), "")


# -- one place, or several -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Lannion", "Lannion (22300)"),
        ("lannion 22300", "Lannion (22300)"),
        ("Lannion (22300, Côtes-d’Armor)", "Lannion (22300)"),
        ("44000", "Nantes (44000)"),
        ("29200", "Brest (29200)"),
        ("13001", "Marseille 1er (13001)"),
        ("Villeneuve-d'As", "Villeneuve-d'Ascq (59650)"),
        ("la creuse", "Creuse (23)"),
        ("Creuse (23)", "Creuse (23)"),
        ("Creuse (80)", "Creuse (80480)"),
        ("Morbihan", "Morbihan (56)"),
        ("974", "La Réunion (974)"),
        ("La Réunion", "La Réunion (974)"),
        ("Bretagne", "Bretagne"),
        ("Midi-Pyrénées", "Midi-Pyrénées"),
        ("PACA", "Provence-Alpes-Côte d’Azur"),
        ("Paris", "Paris (75000)"),
        ("Lyon 3", "Lyon 3e (69003)"),
        ("Rennes Métropole", "Rennes (35000)"),
    ],
)
def test_a_clear_answer_is_one_place(text: str, label: str) -> None:
    found = named(text).place
    assert found is not None
    assert found.label == label


@pytest.mark.parametrize(
    ("text", "some"),
    [
        ("Saint-Denis", ["Saint-Denis (97400, La Réunion)", "Saint-Denis (93200)"]),
        ("22300", ["Lannion (22300)", "Ploubezre (22300)"]),
        ("lann", ["Lannion (22300)", "Lannemezan (65300)"]),
        ("Lanion", ["Lannion (22300)"]),
        ("Marseille 13", ["Marseille (13000)", "Marseille 13e (13013)"]),
        ("Évry", ["Évry (89140)", "Évry-Courcouronnes (91000)"]),
        ("Lannion (35)", ["Lannion (22300)"]),
        ("Lannion 44000", ["Nantes (44000)", "Lannion (22300)"]),
    ],
)
def test_what_is_not_clear_is_a_choice(text: str, some: list[str]) -> None:
    assert named(text).place is None
    assert set(some) <= set(_choices(text))
    assert text in named(text).said


def test_what_a_clear_answer_leaves_out_is_told() -> None:
    """A département and the town of its name, but no village; a postcode and the commune of that
    code.
    """
    assert _choices("Vienne") == ["Vienne (38200)"]
    assert _choices("Creuse") == _choices("Bretagne") == []
    assert "Aix-en-Provence (13100)" in _choices("13001")
    assert "Bruz (35170)" in _choices("Rennes Métropole")


def test_what_is_nowhere_says_what_to_write() -> None:
    found = named("Xyzzyville")
    assert (found.place, found.choices) == (None, ())
    assert "Xyzzyville" in found.said
    assert "code postal" in found.said


# -- all of them ---------------------------------------------------------------------------------


def _is(commune: Commune, text: str) -> bool:
    found = named(text).place
    return found is not None and found.commune is not None and found.commune.code == commune.code


def test_every_commune_answers_to_its_code() -> None:
    assert [one.code for one in EVERYWHERE if resolve(one.code) is not one] == []
    missed = [one.code for one in EVERYWHERE if one not in find(one.code)]
    assert missed == []


def test_every_commune_answers_to_its_name_with_its_departement() -> None:
    texts = {one: f"{one.name} ({one.departement})" for one in EVERYWHERE}
    assert [text for one, text in texts.items() if resolve(text) is not one] == []


def test_every_commune_answers_to_its_postcodes() -> None:
    at: dict[str, set[Commune]] = defaultdict(set)
    for one in EVERYWHERE:
        for postcode in one.postcodes:
            at[postcode].add(one)
    assert [postcode for postcode, there in at.items() if not there <= set(find(postcode))] == []


def test_every_label_is_understood() -> None:
    """What the field shows is what it sends."""
    places = [
        *EVERYWHERE,
        *gazetteer().arrondissements.values(),
        *(other.commune for other in other_names()),
    ]
    assert [one.label for one in places if not _is(one, one.label)] == []


def test_the_shortest_and_the_most_borne_names_find_theirs() -> None:
    """First when one commune has the name, among the choices when several have. Beside a
    département (« Aube »), a village is a proposal only.
    """
    bearers: dict[str, set[Commune]] = defaultdict(set)
    for one in EVERYWHERE:
        bearers[one.name].add(one)
    shortest = sorted(bearers, key=lambda name: (len(name), name))[:600]
    most_borne = sorted(bearers, key=lambda name: (-len(bearers[name]), name))[:500]
    for name in (*shortest, *most_borne):
        found, communes = named(name), bearers[name]
        assert find(name, 1)[0] in communes, name
        assert communes <= set(find(name)), name
        meant = {found.place.commune} if found.place else set()
        assert None in meant or communes <= {*meant, *found.choices}, name


@pytest.mark.parametrize("misspelt", MISSPELLINGS)
def test_a_name_spelt_wrong_is_found(misspelt: Callable[[str, random.Random], str]) -> None:
    """A thousand names in the first five, as many as the bar wants of all errors together: a letter
    missing of a name of three leaves nothing to go by.
    """
    draw = random.Random(2026)
    drawn = draw.sample(sorted({one.name for one in EVERYWHERE}), 1_000)
    found = sum(name in {one.name for one in find(misspelt(name, draw))[:5]} for name in drawn)
    assert found >= 950


def test_97_of_100_names_spelt_wrong_are_found() -> None:
    draw = random.Random(1515)
    drawn = draw.sample(sorted({one.name for one in EVERYWHERE}), 1_000)
    texts = [(name, draw.choice(MISSPELLINGS)(name, draw)) for name in drawn]
    missed = [text for name, text in texts if name not in {one.name for one in find(text)[:5]}]
    assert len(missed) <= 30, missed


# -- imports -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("22113", "22113"),
        (" 22113 ", "22113"),
        ("2a004", "2A004"),
        ("Lannion", "22113"),
        ("lannion 22300", "22113"),
        ("22300 LANNION", "22113"),
        ("Lannion (22300)", "22113"),
        ("St-Étienne 42000", "42218"),
        ("saint etienne 42100", "42218"),
        ("L’Abergement-Clémenciat", "01001"),
        ("l'abergement clemenciat", "01001"),
        ("Paris", "75056"),
        ("Paris 11e", "75056"),
        ("75111", "75056"),
        ("59355", "59350"),
        ("75011 Paris", "75056"),
        ("Saint-Denis 97400", "97411"),
        ("Saint-Denis (97400, La Réunion)", "97411"),
        ("Saint-Denis (93)", "93066"),
        ("Bellegarde-sur-Valserine", "01033"),
        ("35042 Rennes Cedex", "35238"),
    ],
)
def test_an_import_knows_a_commune(text: str, code: str) -> None:
    assert resolve(text).code == code


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("99999", "n’est pas un code INSEE connu"),
        ("22300 22300", "n’est pas un code INSEE connu"),
        ("", "n’est pas un code INSEE connu"),
        ("Lanion 22300", "Vouliez-vous dire « Lannion (22300) »"),
        ("Lannion 75001", "Le code postal ne correspond pas"),
        ("Saint-Denis", "ajoutez le code postal"),
        ("Lann", "Commune inconnue"),
        ("Rennes Métropole", "Commune inconnue"),
        ("Bretagne", "ajoutez le code postal"),
        ("Xyzzyville", "Commune inconnue"),
    ],
)
def test_a_refusal_says_what_to_write(text: str, expected: str) -> None:
    with pytest.raises(UnknownPlace) as refused:
        resolve(text)
    assert expected in str(refused.value)


# -- anything ------------------------------------------------------------------------------------


@given(st.text(max_size=60) | st.text("saint-ledx 0123456789(),/é’", max_size=1_000))
@example("\ud800\udfff\0")
@example("saint-" * 10_000)
@example("(" * 1_000 + ")")
@example("22300," * 1_000)
@example("1e paris" * 1_000)
@example("ﷺ" * 1_000)
@example("e\u0301" * 1_000)
@example("👩‍👩‍👧‍👦" * 1_000)
@example("٢٢٣٠٠")
@example("²²³⁰⁰")
@example("paris ١١")
def test_any_text_is_answered(text: str) -> None:
    """Never an error, never a commune that is not one, in any of the ways to ask."""
    assert all(gazetteer().coded(one.code) for one in find(text))
    assert named(text).place or named(text).said or not find(text)
    try:
        assert resolve(text).code in gazetteer().by_code
    except UnknownPlace as unknown:
        assert str(unknown)
