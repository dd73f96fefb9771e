"""The map as it is drawn: what it says of what it shows, its links, its weight."""

import gzip
import re
from xml.etree import ElementTree

import pytest

from impact_alliances.geo.origin import Origin
from impact_alliances.geo.places import gazetteer
from impact_alliances.vocabularies.terms import DEPARTEMENTS
from impact_alliances.web.maps.drawing import Counted, FranceMap, draw
from impact_alliances.web.maps.panels import panel_of, spot_of
from impact_alliances.web.maps.pins import Pin, clustered
from impact_alliances.web.maps.towns import written
from impact_alliances.web.maps.views import CLOSEST, WHOLE, View

_SVG = "{http://www.w3.org/2000/svg}"
LANNION, MORLAIX, RENNES, CAYENNE = "22113", "29151", "35238", "97302"


def pin(code: str, name: str = "", count: int = 1) -> Pin:
    """A pin in that commune."""
    commune = gazetteer().by_code[code]
    return Pin(commune, name or f"Quelqu’un, {commune.name}", f"/catalyseurs/{code}", count)


def everywhere(many: int) -> list[Pin]:
    """Pins all over France, overseas included."""
    codes = sorted(code for code, one in gazetteer().by_code.items() if spot_of(one))
    return [pin(code) for code in codes[:: len(codes) // many]]


def drawn(pins: list[Pin], **more: object) -> FranceMap:
    """The map of these people."""
    options = {"what": ("catalyseur", "catalyseurs"), "address": "/la?carte={}".format}
    return draw(pins, **{**options, **more})  # type: ignore[arg-type]


def read(svg: str) -> ElementTree.Element:
    """The drawing, read as XML: it would not be if it were not well-formed."""
    return ElementTree.fromstring(
        str(svg).replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    )


def names(svg: str, kind: str) -> list[str]:
    """What the links of that kind are called."""
    links = [one for one in read(svg).iter(f"{_SVG}a") if one.get("class") == kind]
    return [one.findtext(f"{_SVG}title", "") for one in links]


def test_all_of_france_is_light_and_tells_each_pin_once() -> None:
    """As many as the base has, and many more: what is near is told together."""
    for many in (359, 5_000):
        pins = everywhere(many)
        departements = {
            code: Counted(12, f"/recherche?kind=catalyseur&departement={code}")
            for code in DEPARTEMENTS.by_slug
        }
        svg = drawn(pins, departements=departements).svg
        told = names(svg, "grappe") + names(svg, "epingle")
        counts = [int(re.sub(r"\s", "", one.split("cat")[0])) for one in names(svg, "grappe")]
        assert sum(counts) + len(names(svg, "epingle")) == len(pins)
        assert len(told) < 60
        assert len(gzip.compress(svg.encode())) < 20_000


def test_pins_apart_are_named_and_near_ones_make_a_cluster_that_enlarges() -> None:
    """In the words that are heard."""
    svg = drawn([pin(CAYENNE), pin(LANNION), pin(MORLAIX), pin(RENNES), pin(RENNES)]).svg
    assert names(svg, "epingle") == ["Quelqu’un, Cayenne"]
    assert names(svg, "grappe") == [
        "2\xa0catalyseurs à Rennes, agrandir",
        "2\xa0catalyseurs autour de Lannion, agrandir",
    ]
    around = re.search(r'href="/la\?carte=([^"]+)"><title>2\s\w+ autour', svg)
    assert around
    assert names(drawn([pin(LANNION), pin(MORLAIX)], view=around[1]).svg, "epingle") == [
        "Quelqu’un, Lannion",
        "Quelqu’un, Morlaix",
    ]


def test_a_cluster_counts_all_that_its_pins_stand_for() -> None:
    """In what it says, and in the view."""
    found = drawn([pin(LANNION, count=3), pin(MORLAIX)], view="250-400-2")
    assert names(found.svg, "grappe") == ["4\xa0catalyseurs autour de Lannion, agrandir"]
    assert found.told == "Dans cette vue\xa0: 4\xa0catalyseurs."


def test_a_cluster_is_named_by_the_town_that_people_know() -> None:
    """Nobody knows where Tassin and Collonges are; Lyon is no pin."""
    assert names(drawn([pin("69244"), pin("69063")]).svg, "grappe") == [
        "2\xa0catalyseurs autour de Lyon, agrandir"
    ]


def test_a_territory_overseas_is_shown_whole_before_what_is_in_it() -> None:
    """Who presses on Saint-Pierre sees La Réunion."""
    (cluster,) = clustered([pin("97416"), pin("97416")], WHOLE)
    panel = panel_of("974")
    assert panel
    view = cluster.nearer(WHOLE)
    assert view.shows(panel.left, panel.top)
    assert view.shows(panel.left + panel.width, panel.top + panel.height)
    assert cluster.nearer(view).zoom > view.zoom


def around(code: str, zoom: int) -> View:
    """The view of so close around a commune."""
    spot = spot_of(gazetteer().by_code[code])
    assert spot
    return View.at(*spot, zoom)


@pytest.mark.parametrize("code", [LANNION, RENNES, CAYENNE])
@pytest.mark.parametrize("zoom", [1, 7, CLOSEST])
def test_a_mark_stands_on_its_commune_where_the_land_is_drawn(code: str, zoom: int) -> None:
    """The pin, and the cross of the place from which one looks, whatever the view."""
    svg = read(drawn([pin(code)], origin=Origin.of(code), view=around(code, zoom).text).svg)
    land = next(one for one in svg.iter(f"{_SVG}svg") if one.get("class") == "terres")
    left, top, width, height = map(float, land.get("viewBox", "").split())
    x, y = spot_of(gazetteer().by_code[code]) or (0, 0)
    percents = pytest.approx(((x - left) / width * 100, (y - top) / height * 100), abs=0.1)
    placed = [one for one in svg.iter(f"{_SVG}svg") if one.get("x")]
    assert len(placed) == 2
    for mark in placed:
        assert tuple(float(mark.get(axis, "").rstrip("%")) for axis in "xy") == percents


@pytest.mark.parametrize("code", [RENNES, "13055", "59350", "97411"])
def test_names_of_towns_are_over_nothing(code: str) -> None:
    """Neither over another name nor over a pin, on a phone; the largest town is named."""
    pins = everywhere(500)
    for zoom in (4, 10, 30):
        view = around(code, zoom)
        pinned = [view.share(*cluster.spot) for cluster in clustered(pins, view)]
        taken = [cluster.spot for cluster in clustered(pins, view)]
        boxes: list[tuple[float, float, float]] = []
        for name, spot, line in written(view, taken):
            x, y, half = view.share(*spot)[0], view.share(*spot)[1] + 0.05 * line, len(name) / 100
            assert all(abs(x - px) > half or abs(y - py) > 0.025 for px, py in pinned)
            assert all(
                abs(x - bx) > half + wide - 1e-9 or abs(y - by) > 0.05 - 1e-9
                for bx, by, wide in boxes
            )
            boxes.append((x, y, half))
        assert boxes
        assert gazetteer().by_code[code].name in [one.name for one in written(view, ())]


def test_every_cluster_comes_apart() -> None:
    """Whoever follows them finds each pin once, in a few steps."""
    pins = [*everywhere(900), *(pin("75056", f"Une {rank}e") for rank in range(40))]
    found: list[Pin] = []

    def follow(view: View, members: tuple[Pin, ...], steps: int) -> None:
        assert steps < 8
        for cluster in clustered(members, view):
            closer = cluster.nearer(view)
            if len(cluster.pins) == 1 or closer == view:
                found.extend(cluster.pins)
            else:
                assert closer.zoom > view.zoom
                assert all(closer.shows(*(spot_of(one.commune) or ())) for one in cluster.pins)
                follow(closer, cluster.pins, steps + 1)

    follow(WHOLE, tuple(pins), 0)
    assert sorted(map(id, found)) == sorted(map(id, pins))


def test_what_shares_a_commune_is_spread_around_it_in_the_closest_view() -> None:
    """Each can be pressed: 24 pixels apart."""
    many = [pin(RENNES, f"Une {rank}e") for rank in range(20)]
    x, y = spot_of(gazetteer().by_code[RENNES]) or (0, 0)
    svg = drawn(many, view=View.at(x, y, CLOSEST).text).svg
    places = [
        tuple(map(int, re.findall(r"-?\d+", one.get("transform", ""))))
        for one in read(svg).iter(f"{_SVG}g")
        if one.get("transform", "").startswith("translate")
    ]
    places.append((0, 0))
    assert len(set(places)) == len(many) == len(names(svg, "epingle"))
    gaps = [
        (ax - bx) ** 2 + (ay - by) ** 2
        for at, (ax, ay) in enumerate(places)
        for bx, by in places[:at]
    ]
    assert min(gaps) >= 24**2


def test_a_hostile_name_is_text() -> None:
    """In the name, in the address, of a commune or of a thing."""
    bad = Pin(
        gazetteer().by_code[LANNION], "</title><script>alert('&')</script>", '/a?b=1&c="><script>'
    )
    svg = drawn([bad], address=lambda view: f'/x?"><script>&carte={view}').svg
    assert "<script" not in svg
    assert names(svg, "epingle") == ["</title><script>alert('&')</script>"]
    assert next(read(svg).iter(f"{_SVG}a")).get("href") == '/a?b=1&c="><script>'
    svg = drawn([bad, bad], address=lambda view: f'/x?"><script>&carte={view}').svg
    assert "<script" not in svg
    url = next(read(svg).iter(f"{_SVG}a")).get("href", "")
    assert url.startswith('/x?"><script>&carte=')


def test_departements_are_links_only_where_they_list_something() -> None:
    """Named with their count; out of the way of Tab, which has the list."""
    departements = {"22": Counted(12, "/r?departement=22"), "29": Counted(0, "/r?departement=29")}
    svg = drawn([], departements=departements).svg
    links = list(read(svg).iter(f"{_SVG}a"))
    assert [one.findtext(f"{_SVG}title") for one in links] == ["Côtes-d’Armor, 12\xa0catalyseurs"]
    assert links[0].attrib == {"href": "/r?departement=22", "tabindex": "-1"}
    assert "Finistère" in svg


@pytest.mark.parametrize(
    ("code", "rayon", "shown", "hidden"),
    [
        (LANNION, "50", [MORLAIX], [RENNES, CAYENNE]),
        (LANNION, "region", [RENNES, "29019"], ["31555", CAYENNE]),
        (LANNION, "", ["22278", MORLAIX, "22070"], [RENNES, CAYENNE]),
        (CAYENNE, "", ["97311"], [LANNION]),
    ],
)
def test_the_usual_view_shows_what_is_around(
    code: str, rayon: str, shown: list[str], hidden: list[str]
) -> None:
    """The radius, or the nearest things; the territory overseas."""
    pins = [pin(one) for one in (*shown, *hidden)]
    view = View.read(drawn(pins, origin=Origin.of(code), rayon=rayon).view)
    assert view
    assert all(view.shows(*(spot_of(gazetteer().by_code[one]) or ())) for one in [code, *shown])
    assert not any(view.shows(*(spot_of(gazetteer().by_code[one]) or ())) for one in hidden)


def test_a_radius_is_drawn_to_scale() -> None:
    """Of the territory where it is."""
    for code in (LANNION, CAYENNE):
        svg = drawn([], origin=Origin.of(code), rayon="30").svg
        circle = re.search(r'class="portee" cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"', svg)
        panel = panel_of(gazetteer().by_code[code].departement)
        assert circle
        assert panel
        assert float(circle[3]) == pytest.approx(30 * panel.scale, abs=0.1)
        assert "Vous cherchez près de" in svg


def test_views_have_one_address_each_and_none_leaves_the_map() -> None:
    """Whatever is asked; what is no view is told to be none."""
    assert View.read("") is View.read("ici") is View.read("1-2") is View.read("1-2-3-4") is None
    assert View.read("٣-٣-٣") is None
    for text in ("0-0-64", "9999-9999-99", "500-600-2", "0-0-0", "france"):
        view = View.read(text)
        assert view
        left, top, width, height = view.box
        assert left > -1
        assert top > -1
        assert left + width < WHOLE.box[2] + 1
        assert top + height < WHOLE.box[3] + 1
        assert View.read(view.text) == view


def test_ways_to_other_views_lead_elsewhere() -> None:
    """From all of France only closer; from the closest, everywhere else."""
    assert [move.slug for move in drawn([]).moves] == ["agrandir"]
    view = View.at(500, 600, CLOSEST).text
    moves = drawn([], view=view).moves
    assert [move.slug for move in moves] == ["reduire", "nord", "sud", "ouest", "est", "france"]
    assert f"/la?carte={view}" not in [move.url for move in moves]
