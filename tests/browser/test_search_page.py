"""The page of results in a real browser: reached by Tab, still under the eye, told when late."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

_FOCUSED = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect();
  return [one.id || one.textContent.trim(), one.tagName, box.left + scrollX, box.top + scrollY];
}"""
_CONTROLS = """() => [...document.querySelectorAll('a[href], button, input, select, summary')]
  .filter((one) => one.type !== 'hidden' && one.checkVisibility({checkVisibilityCSS: true})
    && !one.matches('[hidden], [hidden] *, dialog:not([open]) *'))
  .map((one) => one.id || one.textContent.trim())"""


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A page as wide as a telephone."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    yield context.new_page()
    context.close()


def _walk(page: Page, key: str) -> list[str]:
    """What has the focus at each step, until it leaves the page."""
    steps: list[list[object]] = []
    while len(steps) < 300:
        page.keyboard.press(key)
        step = page.evaluate(_FOCUSED)
        if step[1] == "BODY" or (steps and step == steps[0]):
            return [str(name) for name, *_ in steps]
        steps.append(step)
    raise AssertionError("the focus never leaves the page")


@pytest.mark.parametrize(
    "path", ["/", "/recherche?q=haies&fragilite=sante", "/cas/les-haies-numero-1"]
)
@pytest.mark.parametrize("width", [1280, 390])
def test_every_control_is_reached_by_tab_forwards_and_backwards(
    browser: Browser, base: str, path: str, width: int
) -> None:
    """None is out of reach: axe sees nothing when a whole block of filters is."""
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(base + path)
    controls = page.evaluate(_CONTROLS)
    forwards = _walk(page, "Tab")
    assert sorted(set(controls) - set(forwards)) == []
    page.goto(base + path)
    assert _walk(page, "Shift+Tab")[::-1] == forwards
    context.close()


def _top(page: Page) -> float:
    return float(page.evaluate("document.activeElement.getBoundingClientRect().top"))


def test_a_tick_moves_nothing_under_the_eye(page: Page, base: str) -> None:
    """Wherever the page was scrolled to; what was unfolded stays so."""
    page.goto(f"{base}/recherche?kind=case")
    page.locator("#suite-odd").press("Enter")
    expect(page.locator("#filtre-odd input[type=checkbox]")).to_have_count(17)
    for box in ("#f-echelon-local", "#f-odd-12", "#f-acteur-associations"):
        page.locator(box).focus()
        page.evaluate("document.activeElement.scrollIntoView({block: 'center'})")
        page.wait_for_timeout(700)
        before = _top(page)
        with page.expect_response("**/recherche?**"):
            page.keyboard.press("Space")
        page.wait_for_timeout(300)
        expect(page.locator(box)).to_be_focused()
        assert abs(_top(page) - before) <= 2
    expect(page.locator("#filtre-odd input[type=checkbox]")).to_have_count(17)


def test_the_focus_never_falls(page: Page, base: str) -> None:
    """Whatever is pressed, it is on the same control, or on what took its place."""
    page.goto(f"{base}/recherche?q=haies&fragilite=sante&echelon=local")
    for pressed, then in (
        ("#choisi-1", "choisi-1"),
        ("#choisi-1", "resultats"),
        ("#trier", "trier"),
        ("#onglet-2", "onglet-2"),
        ("#chercher", "chercher"),
    ):
        page.locator(pressed).focus()
        with page.expect_response("**/recherche?**"):
            page.keyboard.press("Enter")
        page.wait_for_timeout(300)
        assert (pressed, page.evaluate("document.activeElement.id")) == (pressed, then)


def test_a_sheet_leads_back_to_its_results_and_on_to_the_next(page: Page, base: str) -> None:
    """And from that one further on; a sheet that was not among them says nothing of them."""
    page.goto(f"{base}/recherche?q=haies&kind=case")
    titles = page.locator(".cartes h3 a").all_inner_texts()
    page.locator(".cartes h3 a").nth(1).click()
    back = page.get_by_role("navigation", name="Vos résultats")
    expect(back).to_contain_text("Retour aux 50 résultats")
    back.get_by_role("link", name="Résultat suivant").click()
    expect(page.locator("h1")).to_have_text(titles[2])
    back.get_by_role("link", name="Résultat précédent").click()
    expect(page.locator("h1")).to_have_text(titles[1])
    back.get_by_role("link", name="Retour aux 50 résultats").click()
    expect(page).to_have_url(re.compile(r"/recherche\?q=haies&kind=case#/cas/"))
    expect(page.locator(".cartes h3 a").nth(1)).to_be_focused()
    page.goto(f"{base}/veille/article")
    expect(back).to_have_count(0)


def test_from_all_kinds_together_one_goes_on_to_the_next_and_to_the_rest(
    page: Page, base: str
) -> None:
    """The next result of the third case is the first of another kind."""
    page.goto(f"{base}/recherche")
    titles = page.locator(".cartes h3 a").all_inner_texts()
    page.locator(".cartes h3 a").nth(2).click()
    back = page.get_by_role("navigation", name="Vos résultats")
    back.get_by_role("link", name="Résultat suivant").click()
    expect(page.locator("h1")).to_have_text(titles[3])
    back.get_by_role("link", name="Retour aux 54 résultats").click()
    page.get_by_role("link", name="Voir les 51 cas").press("Enter")
    page.wait_for_url("**/recherche?kind=case")
    expect(page.locator("#resultats")).to_be_focused()
    expect(page.locator("#resultats")).to_have_text("51 cas")


@pytest.mark.parametrize(
    "path", ["/recherche?q=haies&kind=case", "/recherche?kind=case", "/recherche", "/jeudis"]
)
def test_a_printed_search_tells_its_address_and_its_day(page: Page, base: str, path: str) -> None:
    """And a printed list too, on two pages of A4 at most; without what only a screen needs."""
    page.goto(base + path)
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) <= 2
    page.emulate_media(media="print")
    told = page.locator(".imprime")
    expect(told).to_have_count(1)
    expect(told).to_be_visible()
    expect(told).to_contain_text(path)
    expect(told).to_contain_text(re.compile(r"imprimée le \d"))
    expect(page.locator("nav:visible, button:visible, form:visible")).to_have_count(0)
    expect(page.locator(".carte:visible").first).to_be_visible()


def test_a_long_list_of_values_is_in_order_and_narrowed(page: Page, base: str) -> None:
    """A région is found by its name, typed without its accents; typing there searches nothing."""
    page.goto(f"{base}/recherche?voir=region")
    labels = page.locator("#filtre-region label:has(input[type=checkbox])")
    names = [text.rsplit(" (", 1)[0] for text in labels.all_inner_texts()]
    assert names[:2] == ["Auvergne-Rhône-Alpes", "Bourgogne-Franche-Comté"]
    page.get_by_label("Trouver dans la liste").fill("reunion")
    expect(labels.locator("visible=true")).to_have_count(1)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#f-region-04")).to_be_focused()
    assert page.url == f"{base}/recherche?voir=region"


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_shows_every_kind_in_one_row(phone: Page, base: str, width: int) -> None:
    """Nothing tells of a tab that is past the edge."""
    phone.set_viewport_size({"width": width, "height": 844})
    phone.goto(f"{base}/recherche")
    boxes = [tab.bounding_box() for tab in phone.locator(".onglets a").all()]
    assert len(boxes) == 5
    assert len({box["y"] for box in boxes if box}) == 1
    assert all(box and box["x"] + box["width"] <= width for box in boxes)


def test_on_a_phone_filters_are_a_dialog(phone: Page, base: str) -> None:
    """Open while the visitor ticks; its foot tells what there is; Escape gives the focus back."""
    phone.goto(f"{base}/recherche?kind=case")
    expect(phone.get_by_label("Santé (17)")).to_be_hidden()
    phone.get_by_role("button", name="Filtrer").click()
    phone.get_by_label("Santé (17)").check()
    expect(phone.get_by_role("button", name="Voir 17 résultats")).to_be_visible()
    expect(phone.get_by_label("Santé (17)")).to_be_focused()
    phone.keyboard.press("Escape")
    expect(phone.get_by_role("button", name="Filtrer (1)")).to_be_focused()
    phone.get_by_role("button", name="Filtrer (1)").click()
    phone.get_by_role("button", name="Voir 17 résultats").click()
    expect(phone.locator("#resultats")).to_be_focused()
    expect(phone.locator("#resultats")).to_have_text("17 cas sur la santé")
    expect(phone.locator("#filtres")).to_have_count(1)


def test_the_address_of_a_search_is_copied_and_it_is_said(page: Page, base: str) -> None:
    """That of the search under the eye, which a tick has just changed."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{base}/recherche?q=haies&kind=case")
    page.get_by_label("Santé (17)").check()
    expect(page.locator("#resultats")).to_contain_text("sur la santé")
    page.get_by_role("link", name="Garder cette recherche").press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Son adresse")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#etat[role=status]")).to_have_text("Lien copié.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith("/recherche?q=haies&kind=case&fragilite=sante")


def _height(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box
    return box["y"]


@pytest.mark.parametrize(
    ("search", "above"),
    [
        ("q=haies&fragilite=sante", ".choisis"),
        ("q=haeis+et+jeunes+à+Lannion", ".indice + .indice + .indice + h2"),
    ],
    ids=["filters", "words and a place understood, kinds together"],
)
def test_results_show_on_the_first_screen(
    phone: Page, page: Page, base: str, search: str, above: str
) -> None:
    """The first card above 600 px on a phone, its text above 700; above 520 px on a desk."""
    for shown, most in ((phone, 600), (page, 520)):
        shown.goto(f"{base}/recherche?{search}")
        expect(shown.locator(above)).to_be_visible()
        assert _height(shown, ".cartes > *") <= most
    assert _height(phone, ".cartes > * .extrait") <= 700


def test_results_come_first_on_a_phone_without_javascript(browser: Browser, base: str) -> None:
    """The filters are one link away, and say how many are chosen."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    plain = context.new_page()
    plain.goto(f"{base}/recherche?q=haies&fragilite=sante")
    assert _height(plain, ".cartes > *") <= 600
    expect(plain.get_by_label("Local (")).to_be_hidden()
    plain.get_by_role("link", name="Filtrer (1)").click()
    plain.get_by_label("Local (").check()
    plain.get_by_role("button", name="Afficher les résultats").click()
    plain.wait_for_url("**/recherche?q=haies&fragilite=sante&echelon=local")
    assert _height(plain, ".cartes > *") <= 600
    context.close()


def test_the_way_to_the_filters_opens_them_on_a_phone(phone: Page, base: str) -> None:
    """They are on no page there, but in a dialog."""
    phone.goto(f"{base}/recherche?kind=case")
    phone.get_by_role("link", name="Aller aux filtres").press("Enter")
    expect(phone.get_by_role("dialog").get_by_label("Santé (17)")).to_be_visible()


def _answers(status: int) -> Callable[[Route], None]:
    def answer(route: Route) -> None:
        route.fulfill(status=status, body="non") if status else route.abort()

    return answer


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (0, "le réseau ne répond pas"),
        (500, "la base ne répond pas pour l’instant"),
        (503, "trop de visites en ce moment"),
    ],
)
def test_a_search_that_fails_is_told_and_tried_again(
    page: Page, base: str, status: int, sentence: str
) -> None:
    """In words, in a live region, with a button that works."""
    page.goto(f"{base}/recherche?q=haies")
    page.route("**/recherche?**", _answers(status))
    page.locator("#onglet-2").click()
    expect(page.locator("#etat[role=status]")).to_contain_text(sentence)
    page.unroute("**/recherche?**")
    page.get_by_role("button", name="Réessayer").click()
    expect(page.locator("#onglet-2")).to_have_attribute("aria-current", "page")
    expect(page.locator("#etat")).to_be_empty()
    assert page.url == f"{base}/recherche?q=haies&kind=case"


def test_a_search_tried_again_by_keyboard_keeps_the_focus(page: Page, base: str) -> None:
    """On what answers, as the button goes."""
    page.goto(f"{base}/recherche?q=haies")
    page.route("**/recherche?**", _answers(0))
    page.locator("#onglet-2").click()
    page.get_by_role("button", name="Réessayer").focus()
    page.unroute("**/recherche?**")
    page.keyboard.press("Enter")
    expect(page.locator("#onglet-2")).to_have_attribute("aria-current", "page")
    expect(page.locator("#resultats")).to_be_focused()


def test_a_filter_that_fails_on_a_phone_is_told_where_it_was_ticked(phone: Page, base: str) -> None:
    """What is outside an open dialog is neither seen, nor heard, nor touched."""
    phone.goto(f"{base}/recherche?kind=case")
    phone.get_by_role("button", name="Filtrer").click()
    phone.route("**/recherche?**", _answers(0))
    phone.get_by_label("Santé (17)").check()
    told = phone.get_by_role("dialog").locator("#etat[role=status]")
    expect(told).to_contain_text("le réseau ne répond pas")
    phone.unroute("**/recherche?**")
    phone.get_by_role("button", name="Réessayer").click()
    expect(phone.get_by_role("button", name="Voir 17 résultats")).to_be_focused()
    expect(phone.get_by_role("dialog").locator("#annonce")).to_have_text("17 cas sur la santé.")
    phone.keyboard.press("Escape")
    expect(phone.locator("body > #annonce + #etat")).to_be_attached()


def test_a_search_that_is_late_dims_then_is_told(page: Page, base: str) -> None:
    """Below two seconds nothing is said."""
    page.goto(f"{base}/recherche?q=haies")
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    slow = {"offline": False, "latency": 3500, "downloadThroughput": -1, "uploadThroughput": -1}
    session.send("Network.emulateNetworkConditions", slow)
    page.locator("#onglet-2").click()
    page.wait_for_timeout(1200)
    assert "attend" in page.evaluate("document.documentElement.className")
    expect(page.locator("#etat")).to_be_empty()
    expect(page.locator("#etat")).to_contain_text("plus de temps que d’habitude", timeout=2500)
    expect(page.locator("#onglet-2")).to_have_attribute("aria-current", "page")
    expect(page.locator("#etat")).to_be_empty()
    assert "attend" not in page.evaluate("document.documentElement.className")
