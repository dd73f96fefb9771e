"""The map under the hand: by keyboard through a cluster to a pin, by mouse, by wheel, without a
script; a pin and its card.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from impact_alliances.wiring import Service
from support.browser import served
from support.builders import a_catalyseur
from support.service import a_service

PEOPLE = {"Anne": "22113", "Bruno": "29151", "Chantal": "97302", "Dora": "97304"}
START = "/catalyseurs"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Two people near Lannion, two near Cayenne."""
    people = [
        a_catalyseur(id=name.lower(), slug=name.lower(), name=name, title=name, commune=commune)
        for name, commune in PEOPLE.items()
    ]
    made = a_service(tmp_path_factory.mktemp("map"), *people)
    yield made
    made.close()


@pytest.fixture(scope="module")
def base(service: Service) -> Iterator[str]:
    """The site on a loopback port."""
    with served(service) as address:
        yield address


def test_by_keyboard_through_a_cluster_to_a_pin_and_back(page: Page, base: str) -> None:
    """The focus goes with who presses; all is said; the address keeps the view; Escape leaves."""
    page.goto(base + START)
    page.locator("#carte .passer").focus()
    for _ in range(3):
        page.keyboard.press("Tab")
    cluster = page.locator("#carte .grappe:focus")
    expect(cluster).to_have_accessible_name("2 catalyseurs autour de Lannion, agrandir")
    page.keyboard.press("Enter")
    pin = page.locator("#carte .epingle:focus")
    expect(pin).to_have_accessible_name("Anne, Lannion")
    expect(page.locator("#annonce")).to_have_text("Dans cette vue : 2 catalyseurs.")
    assert re.search(r"carte=\d+-\d+-\d+$", page.url)
    page.keyboard.press("Escape")
    expect(page.locator("#vue-agrandir")).to_be_focused()
    expect(page.locator("#carte .grappe")).to_have_count(2)
    page.go_back()
    page.locator("#carte").get_by_role("link", name="Anne, Lannion").press("Enter")
    page.wait_for_url(f"{base}/catalyseurs/anne")


def test_who_passes_the_map_is_after_it(page: Page, base: str) -> None:
    """One key in place of as many as there are pins."""
    page.goto(base + START)
    page.locator("#carte .passer").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("!document.activeElement.closest('#carte')")
    order = "document.activeElement.compareDocumentPosition(document.querySelector('#carte'))"
    assert page.evaluate(order) == 2


# Settles when the page has scrolled, or has not in two seconds.
_SCROLLED = """self.scrolled = new Promise((done) => {
  onscrollend = done;
  setTimeout(done, 2000);
}), null"""


def _middle(page: Page) -> tuple[float, float]:
    box = page.locator(".france").bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_dragged_it_moves_and_opens_nothing(page: Page, base: str) -> None:
    """The view follows the hand, then the address."""
    page.goto(f"{base}{START}?carte=500-600-4")
    page.locator(".france").scroll_into_view_if_needed()
    x, y = _middle(page)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y, steps=4)
    page.mouse.up()
    page.wait_for_url(re.compile(r"/catalyseurs\?carte=5[23]\d-600-4$"))


def test_the_wheel_scrolls_the_page_and_enlarges_with_ctrl(page: Page, base: str) -> None:
    """Never the one for the other."""
    page.goto(base + START)
    page.locator(".france").scroll_into_view_if_needed()
    page.mouse.move(*_middle(page))
    before = page.evaluate("scrollY")
    page.evaluate(_SCROLLED)
    page.mouse.wheel(0, -80)
    assert page.evaluate("scrolled.then(() => scrollY)") < before
    assert page.url == base + START
    page.keyboard.down("Control")
    page.mouse.wheel(0, -200)
    page.keyboard.up("Control")
    page.wait_for_url(re.compile(r"carte=\d+-\d+-3$"))


def test_a_pin_and_its_card_show_each_other(page: Page, base: str) -> None:
    """By an outline, from either; on focus as under the pointer."""
    page.goto(f"{base}{START}?carte=129-216-16")
    card = page.locator(".carte", has_text="Anne")
    pin = page.locator("#carte").get_by_role("link", name="Anne, Lannion")
    pin.focus()
    expect(card).to_have_css("outline-style", "solid")
    card.get_by_role("link").first.focus()
    expect(card).not_to_have_class(re.compile("montre"))
    expect(pin).to_have_css("outline-style", "solid")


def test_without_a_script_links_enlarge_and_fingers_have_room(browser: Browser, base: str) -> None:
    """On a phone, whose fingers have room."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{base}{START}?vue=carte")
    page.locator("#carte").get_by_role("link", name="autour de Cayenne, agrandir").click()
    page.locator("#carte").get_by_role("link", name="autour de Cayenne, agrandir").click()
    for target in page.locator("#carte .epingle, #carte .commandes a").all():
        box = target.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 24
    page.emulate_media(media="print")
    expect(page.locator(".commandes")).to_be_hidden()
    expect(page.locator("#carte .epingle").first).to_be_visible()
    context.close()
