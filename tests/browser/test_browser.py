"""The site in a real browser: accessibility, keyboard, back button, narrow screens, with and
without JavaScript.
"""

import re
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.paths import PATHS, SHEETS


@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_no_violation_and_nothing_overflows(
    browser: Browser, base: str, width: int
) -> None:
    """Every page, wide and at 320 pixels, in both colour schemes: one loading shows both."""
    context = browser.new_context(viewport={"width": width, "height": 800})
    opened = context.new_page()
    for path in PATHS:
        opened.goto(base + path)
        for scheme in ("light", "dark"):
            opened.emulate_media(color_scheme=scheme)
            found = [violation["id"] for violation in Axe().run(opened).response["violations"]]
            assert (path, scheme, found) == (path, scheme, [])
            assert opened.evaluate("document.documentElement.scrollWidth") <= width, (path, scheme)
    context.close()


def test_a_facet_filters_at_once_keeps_focus_and_is_announced(page: Page, base: str) -> None:
    """Click a value: address, title, count and announcement follow; the focus stays."""
    page.goto(f"{base}/recherche?kind=case")
    page.get_by_label("Santé (17)").check()
    expect(page.locator("#resultats")).to_have_text("17 cas sur la santé")
    page.wait_for_url("**/recherche?kind=case&fragilite=sante")
    expect(page).to_have_title(re.compile("cas sur la santé"))
    expect(page.locator("#f-fragilite-sante")).to_be_focused()
    expect(page.locator("#annonce")).to_have_text("17 cas sur la santé.")


def test_the_other_values_of_a_facet_come_and_stay(page: Page, base: str) -> None:
    """Asked for by keyboard: focus on the first new one; a tick leaves them open, « back » too."""
    page.goto(f"{base}/recherche?kind=case")
    page.get_by_role("link", name="Voir les 10 autres : Fragilité").press("Enter")
    boxes = page.locator("#filtre-fragilite input[type=checkbox]")
    expect(boxes).to_have_count(16)
    expect(boxes.nth(6)).to_be_focused()
    boxes.nth(15).check()
    page.wait_for_url("**/recherche?kind=case&fragilite=*")
    expect(boxes).to_have_count(16)
    page.go_back()
    expect(page).to_have_url(f"{base}/recherche?kind=case")


def test_the_back_button_brings_the_former_state_back(page: Page, base: str) -> None:
    """Whole page, ticked boxes and count."""
    page.goto(f"{base}/recherche?kind=case")
    page.get_by_label("Santé (17)").check()
    expect(page.locator("#resultats")).to_have_text("17 cas sur la santé")
    page.go_back()
    expect(page.locator("#resultats")).to_have_text("51 cas")
    expect(page.locator("#f-fragilite-sante")).not_to_be_checked()
    expect(page.locator("header .marque")).to_be_visible()


def test_the_main_task_is_done_by_keyboard_alone(page: Page, base: str) -> None:
    """Skip link, type a need with an error, open the first case."""
    page.goto(base)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    page.locator("#q").focus()
    page.keyboard.type("haeis numéro")
    page.keyboard.press("Enter")
    expect(page.locator("#resultats")).to_contain_text("pour")
    expect(page.locator(".indice").first).to_contain_text("Chercher plutôt")
    page.locator(".carte-case a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("article.fiche h1")).to_contain_text("Les haies")


def test_suggestions_are_chosen_with_the_arrows(page: Page, base: str) -> None:
    """A combobox as the practice guide describes it."""
    page.goto(base)
    page.locator("#q").press_sequentially("mobil")
    expect(page.get_by_role("option").first).to_contain_text("Mobilité, transport")
    expect(page.locator("#q")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/recherche?fragilite=mobilite")


def test_the_next_page_moves_focus_to_the_results(page: Page, base: str) -> None:
    """A keyboard reader starts at the results of page 2."""
    page.goto(f"{base}/recherche?kind=case")
    page.get_by_role("link", name="Page 2").click()
    page.wait_for_url("**page=2")
    expect(page.locator("#resultats")).to_be_focused()
    page.get_by_role("link", name="Page Suivante").press("Enter")
    page.wait_for_url("**page=3")
    expect(page.locator("#resultats")).to_be_focused()


def test_without_javascript_the_search_is_whole(browser: Browser, base: str) -> None:
    """Fields, filters, button, pages."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    plain = context.new_page()
    plain.goto(f"{base}/recherche?kind=case")
    plain.get_by_role("link", name="Filtrer", exact=True).click()
    plain.get_by_label("Santé (17)").check()
    plain.get_by_role("button", name="Afficher les résultats").click()
    plain.wait_for_url("**/recherche?kind=case&fragilite=sante")
    plain.locator("#q").fill("haies")
    plain.get_by_role("button", name="Rechercher").click()
    plain.wait_for_url("**/recherche?q=haies&kind=case&fragilite=sante")
    context.close()


def test_nothing_is_asked_of_another_host(page: Page, base: str) -> None:
    """Every request goes to the site itself."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in PATHS[:6]:
        page.goto(base + path)
    assert asked
    assert all(address.startswith((base, "data:")) for address in asked)


# In bytes as they travel, and in requests: the first view of any page.
HEAVIEST, MOST_REQUESTS = 90_000, 8
SHIFTS = """new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => list.getEntries().forEach(one => sum += one.value))
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(sum), 300);
})"""
TRANSFERRED = """[...performance.getEntriesByType("navigation"),
  ...performance.getEntriesByType("resource")].map(one => [one.name, one.encodedBodySize])"""


@pytest.mark.parametrize("width", [1280, 390])
def test_a_first_view_is_light_and_nothing_shifts(browser: Browser, base: str, width: int) -> None:
    """Each page read by someone who comes for the first time, fonts included."""
    for path in PATHS:
        context = browser.new_context(viewport={"width": width, "height": 844})
        opened = context.new_page()
        opened.goto(base + path, wait_until="networkidle")
        shifted = opened.evaluate(SHIFTS)
        loaded = opened.evaluate(TRANSFERRED)
        assert (path, shifted) == (path, 0)
        assert sum(size for _, size in loaded) <= HEAVIEST, (path, loaded)
        assert len(loaded) <= MOST_REQUESTS, (path, loaded)
        context.close()


def test_the_fonts_are_ours(page: Page, base: str) -> None:
    """Both families load, for titles and for text."""
    page.goto(base, wait_until="networkidle")
    page.reload(wait_until="networkidle")
    loaded = page.evaluate(
        "[...document.fonts].filter(one => one.status == 'loaded').map(one => one.family)"
    )
    assert {name.strip('"') for name in loaded} >= {"Alliance Serif", "Alliance Sans"}


@pytest.mark.parametrize("path", SHEETS)
def test_a_sheet_prints_on_two_pages_with_address_and_date(
    page: Page, base: str, path: str
) -> None:
    """On A4; the text begins on the first, and nothing to click is printed."""
    page.goto(base + path)
    printed = page.pdf(format="A4")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2
    page.emulate_media(media="print")
    citation = page.locator("#citation")
    expect(citation).to_be_visible()
    expect(citation).to_contain_text(path)
    expect(page.locator(".imprime")).to_contain_text(re.compile(r"imprimée le \d"))
    for hidden in page.locator("nav, button, form, .suites").all():
        expect(hidden).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_circles_of_an_alliance_have_the_colours_of_the_scheme(
    page: Page, base: str, scheme: Literal["light", "dark"]
) -> None:
    """Each that of its profile, told by the style sheet; none where the reader imposes hers."""
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{base}/cas/un-cas-entier")
    drawn = page.locator("figure .alliance circle").evaluate_all(
        """(circles) => circles.map((one) => {
          const rule = getComputedStyle(document.documentElement);
          const named = one.getAttribute("fill").match(/--a-[a-z]+/)[0];
          const probe = document.createElement("b");
          document.body.append(probe);
          probe.attributeStyleMap.set("color", rule.getPropertyValue(named));
          return [getComputedStyle(one).fill, getComputedStyle(probe).color];
        })"""
    )
    assert len({fill for fill, _ in drawn}) == len(drawn) == 5
    assert all(fill == expected for fill, expected in drawn)
    page.emulate_media(forced_colors="active")
    assert {
        page.locator("figure .alliance circle")
        .nth(rank)
        .evaluate("one => getComputedStyle(one).fill")
        for rank in range(5)
    } == {"none"}


def test_the_examples_stand_under_the_field_beside_the_map(page: Page, base: str) -> None:
    """Rather than below both, under a hole."""
    page.goto(base)
    examples, outline = (page.locator(one).bounding_box() for one in (".exemples", ".territoires"))
    assert examples
    assert outline
    assert examples["x"] + examples["width"] <= outline["x"] + 16
    assert examples["y"] + examples["height"] <= outline["y"] + outline["height"]


@pytest.mark.parametrize("width", [320, 360, 390])
def test_the_head_of_a_phone_is_one_line(browser: Browser, base: str, width: int) -> None:
    """The mark and the whole menu."""
    context = browser.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    page.goto(base)
    links = page.locator("header nav a")
    assert len({box["y"] for one in links.all() if (box := one.bounding_box())}) == 1
    context.close()


def test_a_legend_is_no_taller_than_its_text(page: Page, base: str) -> None:
    """Under the figure on a desk: what it would add is a hole before what the case achieved."""
    page.goto(f"{base}/cas/un-cas-entier")
    legend = page.locator("figcaption")
    box = legend.bounding_box()
    text = legend.evaluate(
        """(one) => {
          const range = document.createRange();
          range.selectNodeContents(one);
          return range.getBoundingClientRect().height;
        }"""
    )
    assert box
    assert box["height"] <= text + 12


# How much of a box nothing fills: below its last line, and right of its widest one.
_BLANK = """(box) => {
  const lines = [], range = document.createRange();
  const texts = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    range.selectNode(texts.currentNode);
    lines.push(...range.getClientRects());
  }
  const {right, bottom} = box.getBoundingClientRect();
  return [Math.max(...lines.map((one) => one.right)), Math.max(...lines.map((one) => one.bottom))]
    .map((edge, axis) => [right, bottom][axis] - edge);
}"""


@pytest.mark.parametrize(
    ("path", "selector", "boxes"),
    [("/cas/un-cas-entier", ".obtenu > section", 2), ("/veille/article", ".coupure", 1)],
)
def test_no_box_of_a_sheet_is_half_empty(
    page: Page, base: str, path: str, selector: str, boxes: int
) -> None:
    """Nor stands beside a blank: it goes to the right edge, and its text nearly to its own."""
    page.goto(base + path)
    found = page.locator(selector)
    expect(found).to_have_count(boxes)
    whole = page.locator(".fiche").bounding_box()
    for box in found.all():
        bounds = box.bounding_box()
        assert bounds
        assert whole
        assert bounds["width"] == whole["width"]
        right, below = box.evaluate(_BLANK)
        assert right <= 100
        assert below <= 60
