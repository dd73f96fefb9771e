"""The field of a place in a real browser: by keyboard, without script, with a position."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

UNCLEAR = "/recherche?q=haies&lieu=Saint-Denis"


def _near(page: Page) -> str:
    """The commune that goes with the form, empty while it is a text."""
    near = page.locator("input[name=near]")
    return "" if near.is_disabled() else near.input_value()


@pytest.mark.parametrize("path", ["/", "/catalyseurs"])
def test_a_commune_is_chosen_by_keyboard_alone(page: Page, base: str, path: str) -> None:
    """A combobox as the practice guide describes it, wherever the field is."""
    page.goto(base + path)
    field = page.locator("#lieu")
    field.focus()
    page.keyboard.type("lannio")
    option = page.get_by_role("option").first
    expect(option).to_contain_text("22300 · Côtes-d’Armor")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#annonce")).to_have_text(re.compile(r"^\d communes? proposées?\.$"))
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "propositions-lieu-0")
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(field).to_have_value("Lannion (22300)")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-expanded", "false")
    assert _near(page) == "22113"
    page.keyboard.press("Enter")
    page.wait_for_url("**near=22113*")
    assert "lieu=" not in page.url


def test_the_keys_of_the_list(page: Page, base: str) -> None:
    """Up goes to the last, Home back to the text, Escape closes and keeps what was typed; the text
    alone is sent where none is chosen.
    """
    page.goto(f"{base}/recherche?q=haies")
    field = page.locator("#lieu")
    field.focus()
    page.keyboard.type("quimper")
    expect(page.get_by_role("option").first).to_be_visible()
    last = page.locator("#propositions-lieu > :last-child")
    page.keyboard.press("ArrowUp")
    expect(last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Home")
    expect(last).to_have_attribute("aria-selected", "false")
    assert field.get_attribute("aria-activedescendant") is None
    page.keyboard.press("Escape")
    expect(page.locator("#propositions-lieu")).to_be_hidden()
    expect(field).to_have_value("quimper")
    page.keyboard.press("Enter")
    page.wait_for_url("**/recherche?q=haies&near=29232")


def test_a_text_that_is_changed_is_no_longer_the_place(page: Page, base: str) -> None:
    """Nobody searches near the place of before."""
    page.goto(f"{base}/recherche?q=haies&near=22113")
    assert _near(page) == "22113"
    page.locator("#lieu").press("End")
    page.keyboard.press("Backspace")
    assert _near(page) == ""
    page.locator("#lieu").fill("Quimper")
    page.keyboard.press("Enter")
    page.wait_for_url("**/recherche?q=haies&near=29232")


def test_namesakes_are_told_and_have_the_focus(page: Page, base: str) -> None:
    """After a swap as after a page of its own; one of them is a key away, nothing is lost."""
    page.goto(f"{base}/recherche?q=haies&kind=case")
    page.locator("#lieu").fill("Saint-Denis")
    page.keyboard.press("Enter")
    expect(page.locator("#lieux")).to_be_focused()
    expect(page.locator("#annonce")).to_contain_text("« Saint-Denis »")
    page.reload()
    expect(page.locator("#lieux")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/recherche?q=haies&kind=case&near=97411")
    expect(page.locator("#lieu")).to_have_value("Saint-Denis (97400, La Réunion)")


def test_without_javascript_a_place_is_typed_chosen_and_changed(
    browser: Browser, base: str
) -> None:
    """A plain field, links for namesakes, and a field that says where one is."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    plain = context.new_page()
    plain.goto(base)
    expect(plain.locator("#position")).to_be_hidden()
    plain.locator("#q").fill("haies")
    plain.locator("#lieu").fill("saint denis")
    plain.get_by_role("button", name="Rechercher").click()
    plain.get_by_role("link", name="Saint-Denis (97400, La Réunion)").click()
    plain.wait_for_url("**/recherche?q=haies&near=97411")
    plain.locator("#lieu").fill("Lannion")
    plain.get_by_role("button", name="Rechercher").click()
    plain.wait_for_url("**/recherche?q=haies&near=22113")
    plain.locator("#lieu").fill("")
    plain.get_by_role("button", name="Rechercher").click()
    plain.wait_for_url("**/recherche?q=haies")
    context.close()


@pytest.fixture
def here(browser: Browser) -> Iterator[Page]:
    """A page that may know where it is: near Lannion."""
    context = browser.new_context(
        geolocation={"latitude": 48.73333, "longitude": -3.45928}, permissions=["geolocation"]
    )
    yield context.new_page()
    context.close()


def test_a_position_is_asked_for_only_on_a_click_and_is_not_exact(here: Page, base: str) -> None:
    """It goes to the search as about a kilometre, and the page says that it is not kept."""
    here.goto(f"{base}/recherche?q=haies")
    assert _near(here) == ""
    here.get_by_role("button", name="Utiliser ma position").click()
    expect(here.locator("#etat[role=status]")).to_contain_text("n’est pas gardée")
    expect(here.locator("#lieu")).to_have_value("Ma position")
    assert _near(here) == "48.73,-3.46"
    here.locator("#chercher").click()
    here.wait_for_url("**near=48.73%2C-3.46")
    expect(here.locator(".indice").first).to_contain_text("n’est pas gardée")
    expect(here.locator("#lieu")).to_have_value("Ma position")


def test_a_position_refused_is_told(page: Page, base: str) -> None:
    """With what to do in its stead; the field is as it was."""
    page.goto(f"{base}/recherche?near=22113")
    page.get_by_role("button", name="Utiliser ma position").click()
    told = "Position non disponible. Saisissez une commune."
    expect(page.locator("#etat[role=status]")).to_have_text(told)
    assert _near(page) == "22113"


def test_without_the_network_the_field_is_a_field(page: Page, base: str) -> None:
    """What is proposed never comes; what is typed is sent."""
    page.route("**/api/communes?**", lambda route: route.abort())
    page.goto(f"{base}/recherche?q=haies")
    with page.expect_event("requestfailed"):
        page.locator("#lieu").press_sequentially("Lannion")
    expect(page.locator("#propositions-lieu")).to_be_hidden()
    page.keyboard.press("Enter")
    page.wait_for_url("**/recherche?q=haies&near=22113")


@pytest.mark.parametrize("width", [1280, 320])
def test_an_open_list_and_namesakes_are_sound(browser: Browser, base: str, width: int) -> None:
    """For axe in both schemes, and without a sideways scroll."""
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    for path in (UNCLEAR, "/recherche?near=22113&rayon=30"):
        page.goto(base + path)
        page.locator("#lieu").fill("saint")
        expect(page.get_by_role("option").first).to_be_visible()
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found = [one["id"] for one in Axe().run(page).response["violations"]]
            assert (path, scheme, found) == (path, scheme, [])
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


@pytest.mark.parametrize("search", ["near=22113&rayon=30", "q=haies&near=22113&rayon=30"])
def test_results_near_a_place_show_on_the_first_screen_of_a_phone(
    browser: Browser, base: str, search: str
) -> None:
    """The first card above 600 px, with all that a place adds to a search."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(f"{base}/recherche?{search}")
    box = page.locator(".cartes > *").first.bounding_box()
    assert box
    assert box["y"] <= 600
    context.close()
