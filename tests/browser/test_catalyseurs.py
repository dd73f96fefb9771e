"""Finding somebody near: by keyboard alone overseas, on a phone without JavaScript, and where
nobody is.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from impact_alliances.wiring import Service
from support.browser import served
from support.builders import a_catalyseur
from support.service import a_service

PEOPLE: dict[str, dict[str, Any]] = {
    "Anne": {"commune": "29151", "area": ["dep:29"], "fragilites": ["mobilite"]},
    "Bruno": {"commune": "29019", "area": ["dep:22"], "fragilites": ["sante"]},
    "Chantal": {"commune": "69123", "area": ["dep:69"], "remote": True},
    "Houria": {"commune": "97608", "area": ["dep:976"], "fragilites": ["sante"]},
}
STATES = {
    "start": "/catalyseurs",
    "near": "/catalyseurs?fragilite=sante&near=22113",
    "nobody within": "/catalyseurs?near=22113&rayon=10",
    "nobody at all": "/catalyseurs?near=97302",
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Two people of Bretagne, one of Lyon who works from afar, one of Mayotte."""
    people = [
        a_catalyseur(
            id=name.lower(), slug=name.lower(), name=name, title=name, departement="", **fields
        )
        for name, fields in PEOPLE.items()
    ]
    made = a_service(tmp_path_factory.mktemp("finder"), *people, demo=True)
    yield made
    made.close()


@pytest.fixture(scope="module")
def base(service: Service) -> Iterator[str]:
    """The site on a loopback port."""
    with served(service) as address:
        yield address


def _tab_to(page: Page, selector: str) -> None:
    """Go on by Tab alone to that element, as far as a page has things to go by."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.locator(f"{selector}:focus").count():
            return
    raise AssertionError(f"{selector} is not reached")


def test_from_the_top_to_somebody_near_mamoudzou_by_keyboard_alone(page: Page, base: str) -> None:
    """The place, the list, how far, and the form by which one writes."""
    page.goto(f"{base}/catalyseurs")
    _tab_to(page, "#lieu")
    page.keyboard.type("mamoudz")
    expect(page.get_by_role("option").first).to_contain_text("97600")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.wait_for_url("**/catalyseurs?near=97611")
    expect(page.locator("#resultats")).to_contain_text("les plus proches de Mamoudzou")
    _tab_to(page, ".liste h3 a")
    card = page.locator(".carte:has(:focus)")
    expect(card.locator("h3")).to_have_text("Houria")
    expect(card.locator(".distance")).to_have_text(re.compile(r"à \d+.km de Mamoudzou"))
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_accessible_name("Entrer en contact avec Houria")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Écrire à Houria")


def test_on_a_phone_without_script_near_lannion(browser: Browser, base: str) -> None:
    """The first card on the first screen; the map, the filters and the way back by links."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, java_script_enabled=False
    )
    page = context.new_page()
    page.goto(f"{base}/catalyseurs")
    page.get_by_label("Près de").fill("22300 lannion")
    page.get_by_label("Rayon").select_option("100")
    page.get_by_role("button", name="Rechercher").tap()
    page.wait_for_url("**/catalyseurs?near=22113&rayon=100")
    first = page.locator(".liste .carte").first
    expect(first.locator(".distance")).to_have_text("à 32\u00a0km de Lannion")
    box = first.bounding_box()
    assert box
    assert box["y"] <= 600
    page.get_by_role("link", name="Carte").tap()
    expect(page.locator("#carte")).to_be_visible()
    expect(first).to_be_hidden()
    page.get_by_role("link", name="Liste").tap()
    expect(page.locator("#carte")).to_be_hidden()
    page.get_by_role("link", name="Filtrer").tap()
    page.locator("summary", has_text="Fragilité").tap()
    page.get_by_label("Santé (1)").check()
    page.get_by_role("button", name="Afficher les résultats").tap()
    page.wait_for_url("**/catalyseurs?fragilite=sante&near=22113&rayon=100")
    expect(page.locator(".liste > ol h3")).to_have_text(["Bruno"])
    context.close()


def test_a_filter_unfolded_stays_so_and_keeps_the_focus(page: Page, base: str) -> None:
    """Ticked, then unticked: the list follows, the hand goes on from where it is."""
    page.goto(f"{base}/catalyseurs?near=22113")
    page.locator("summary", has_text="Fragilité").click()
    box = page.locator("#f-fragilite-mobilite")
    box.check()
    expect(page.locator(".liste > ol h3")).to_have_text(["Anne"])
    expect(box).to_be_focused()
    box.uncheck()
    expect(page.locator("#resultats")).to_contain_text("4\u00a0catalyseurs")
    expect(box).to_be_focused()


@pytest.mark.parametrize("width", [1280, 320])
def test_every_state_is_sound(browser: Browser, base: str, width: int) -> None:
    """For axe in both schemes, and without a sideways scroll."""
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    for state, path in STATES.items():
        page.goto(base + path)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found = [one["id"] for one in Axe().run(page).response["violations"]]
            assert (state, scheme, found) == (state, scheme, [])
        assert (state, page.evaluate("document.documentElement.scrollWidth")) == (state, width)
    context.close()
