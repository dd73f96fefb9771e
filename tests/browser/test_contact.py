"""Writing to somebody in a real browser: by keyboard alone on a desk, without JavaScript on a
phone; and the pages of the links that a person of the base holds.
"""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from impact_alliances.contact.links import Act
from impact_alliances.contact.tickets import Tickets
from impact_alliances.resources.key import Key
from impact_alliances.wiring import Service

MESSAGE = "Nous cherchons quelqu’un pour animer une réunion publique à Trévou."


@pytest.fixture(autouse=True)
def _in_no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program fills a form sooner than anybody."""
    monkeypatch.setattr(Tickets, "is_hasty", lambda *_: False)


def _type(page: Page, selector: str, text: str) -> None:
    """Go on by Tab to that field, and type."""
    for _ in range(20):
        if page.locator(f"{selector}:focus").count():
            break
        page.keyboard.press("Tab")
    expect(page.locator(selector)).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)


def _violations(page: Page) -> list[Any]:
    return [one["id"] for one in Axe().run(page).response["violations"]]


def test_one_writes_by_keyboard_alone(page: Page, base: str) -> None:
    """From the sheet: what is wrong has the focus and leads to its field; then it is sent."""
    page.goto(f"{base}/catalyseurs/awa")
    page.get_by_role("link", name="Entrer en contact").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Écrire à Awa Le Goff")
    _type(page, "#nom", "Jeanne Martin")
    _type(page, "#courriel", "jeanne@gmial.com")
    page.keyboard.press("Enter")
    expect(page.locator("#erreurs")).to_be_focused()
    expect(page.locator("#erreurs h2")).to_have_text("2\u00a0erreurs à corriger")
    assert _violations(page) == []
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#courriel")).to_be_focused()
    _type(page, "#courriel", "jeanne@gmail.com")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator("#besoin-autre")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#besoin-decision-politique")).to_be_checked()
    _type(page, "#message", MESSAGE)
    page.keyboard.press("Tab")
    while not page.locator("button:focus").count():
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/catalyseurs/awa/contact/transmis")
    expect(page.locator("h1")).to_have_text("Message transmis")
    page.reload()
    expect(page.locator("h1")).to_have_text("Message transmis")


def test_one_writes_from_a_phone_without_javascript(browser: Browser, base: str) -> None:
    """From a search, by the sheet: what one came from is told, and what is wrong has the focus."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    phone = context.new_page()
    phone.goto(f"{base}/recherche?q=haies&kind=case")
    phone.goto(f"{base}/recherche?q=awa&kind=catalyseur")
    phone.locator(".carte-catalyseur h3 a").first.click()
    phone.get_by_role("link", name="Entrer en contact").click()
    expect(phone.get_by_label("Joindre un lien vers la recherche")).to_be_checked()
    phone.get_by_label("Votre nom").fill("Jeanne Martin")
    phone.get_by_label("Votre adresse électronique").fill("jeanne@mairie")
    phone.get_by_label("Votre message").fill(MESSAGE)
    phone.get_by_role("button", name="Envoyer le message").click()
    expect(phone.locator("#erreurs")).to_be_focused()
    expect(phone.get_by_label("Votre message")).to_have_value(MESSAGE)
    phone.locator("#erreurs a").click()
    expect(phone.locator("#courriel")).to_be_focused()
    phone.get_by_label("Votre adresse électronique").fill("jeanne@mairie.example")
    phone.get_by_role("button", name="Envoyer le message").click()
    phone.wait_for_url("**/contact/transmis")
    context.close()


@pytest.mark.parametrize("act", list(Act))
@pytest.mark.parametrize("width", [1280, 320])
def test_the_pages_of_links_are_clean(
    browser: Browser, base: str, service: Service, act: Act, width: int
) -> None:
    """Of each act, with a bearer's case, which says most."""
    token = service.links.to(act, Key("case", "cas-long"), "zoe@porteurs.example", "writer")
    context = browser.new_context(viewport={"width": width, "height": 800})
    opened = context.new_page()
    opened.goto(base + token.removeprefix(service.settings.base_url))
    assert opened.locator("h1").count() == 1
    assert _violations(opened) == []
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
