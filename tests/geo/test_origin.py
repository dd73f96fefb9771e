"""Where distances are told from, when that is a part of a town."""

from impact_alliances.geo.globe import everywhere
from impact_alliances.geo.nearness import Nearness, Whereabouts, closer
from impact_alliances.geo.origin import Origin
from impact_alliances.geo.places import gazetteer
from impact_alliances.search.bounds import COMMUNE, around, said_around, sized


def test_an_arrondissement_has_its_own_point_and_its_town_around_it() -> None:
    """What is said to be in Paris is in the commune of someone of the 11e."""
    there, paris = Origin.of("75111"), Origin.of("75056")
    assert (there.label, there.beside) == ("Paris 11e (75011)", "près de Paris 11e (75011)")
    assert 0 < (there.distance_to("75056") or 0) < 4
    assert (there.distance_to("93048") or 0) < (paris.distance_to("93048") or 0)
    assert set(around(there, COMMUNE, everywhere()).values()) == {("75056",)}
    assert said_around(there, COMMUNE) == "à Paris (75000)"


def test_what_is_in_the_town_is_there_for_its_arrondissements() -> None:
    nearness = Nearness(Origin.of("13208").place)
    assert nearness.of(Whereabouts("13055", ("13",), ("93",))) == 1
    assert nearness.of(Whereabouts("13001", ("13",), ("93",))) < 1
    assert next(iter(closer(nearness.place)))["commune"][0] == "13055"


def test_an_arrondissement_is_of_the_size_of_its_town() -> None:
    assert sized("69381") is gazetteer().by_code["69123"]
    assert sized("99999") is None
