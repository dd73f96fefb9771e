"""What readers change of the pages, they may: width, zoom, spacing, colours, motion, script, style.

Each test goes through every page, and tells which one fails.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.paths import PATHS

# Texts that nobody can reach: out of the window, or cut by a box too small for them. Left out: what
# is kept for those who listen.
_LOST = """() => {
  const lost = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const holder = node.parentElement;
    if (!node.data.trim() || holder.closest(".evitement, option, script")) continue;
    if (!holder.checkVisibility({visibilityProperty: true})) continue;
    const above = [];
    for (let one = holder; one !== document.body; one = one.parentElement) above.push(one);
    const styles = above.map((one) => getComputedStyle(one));
    if (styles.some((style) => style.clipPath !== "none")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const isCut = (text) => text.width > 0 && (text.left < -1 || text.right > innerWidth + 1
      || above.some((one, level) => {
        const box = one.getBoundingClientRect();
        return styles[level].overflow === "hidden"
          && (text.right > box.right + 1 || text.bottom > box.bottom + 2);
      }));
    if ([...range.getClientRects()].some(isCut)) lost.push(node.data.trim().slice(0, 60));
  }
  return lost;
}"""
_WIDTH = "document.documentElement.scrollWidth"
# What WCAG 1.4.12 lets a reader ask for.
SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important;
word-spacing: .16em !important; } p { margin-bottom: 2em !important; }"""
# Every text twice as large, the page as it was.
TWICE = "html { font-size: 200% !important; }"


@contextmanager
def _opened(browser: Browser, **options: Any) -> Iterator[Page]:
    context = browser.new_context(**options)
    yield context.new_page()
    context.close()


def _size(width: int, height: int) -> dict[str, int]:
    return {"width": width, "height": height}


@pytest.mark.parametrize("height", [844, 256], ids=["320 pixels", "1280 x 1024 at 400 %"])
def test_no_page_scrolls_sideways_nor_loses_a_text(
    browser: Browser, base: str, height: int
) -> None:
    """On the narrowest phone, and on a desk zoomed to 400 %, which leaves as much."""
    with _opened(browser, viewport=_size(320, height)) as page:
        for path in PATHS:
            page.goto(base + path)
            assert (path, page.evaluate(_WIDTH), page.evaluate(_LOST)) == (path, 320, [])


@pytest.mark.parametrize("style", [SPACED, TWICE], ids=["spaced", "twice as large"])
@pytest.mark.parametrize("width", [1280, 390])
def test_texts_spaced_or_larger_stay_whole(
    browser: Browser, base: str, width: int, style: str
) -> None:
    """The reader's own style sheet cuts nothing and hides nothing."""
    with _opened(browser, viewport=_size(width, 900), bypass_csp=True) as page:
        for path in PATHS:
            page.goto(base + path)
            page.add_style_tag(content=style)
            assert (path, page.evaluate(_WIDTH), page.evaluate(_LOST)) == (path, width, [])


_MOVING = """() => [...document.querySelectorAll("*")].filter((one) => {
  const style = getComputedStyle(one);
  const lasts = (text) => text.split(",").some((time) => parseFloat(time) > 0);
  return lasts(style.transitionDuration) || lasts(style.animationDuration)
    || style.scrollBehavior === "smooth";
}).map((one) => one.outerHTML.slice(0, 60))"""


def test_nothing_moves_for_who_asked_for_no_motion(browser: Browser, base: str) -> None:
    """No transition, no animation, no smooth scroll; the others have the smooth scroll alone."""
    for motion, moving in (("reduce", 0), ("no-preference", 1)):
        with _opened(browser, reduced_motion=motion) as page:
            for path in PATHS:
                page.goto(base + path)
                assert (path, len(page.evaluate(_MOVING))) == (path, moving)


# What tells each state: where, on what, and what takes the state away.
_STATES = [
    ("/jeudis", ".entete [aria-current]", "one.removeAttribute('aria-current')"),
    ("/recherche?kind=case", ".onglets [aria-current]", "one.removeAttribute('aria-current')"),
    ("/recherche?kind=case", ".pagination [aria-current]", "one.removeAttribute('aria-current')"),
    ("/recherche?fragilite=sante", "#f-fragilite-sante", "one.checked = false"),
    ("/recherche?q=haies&kind=case", ".carte mark", "one.outerHTML = one.innerHTML"),
    ("/cas/un-cas-entier", ".ouverture .alliance", "one.lastChild.remove()"),
    ("/cas/un-cas-entier", ".ouverture .alliance", "one.firstChild.remove()"),
    ("/", ".barre", "one.firstChild.remove()"),
    ("/", ".vignette", "one.querySelector('.points').remove()"),
]


def _around(page: Page, selector: str) -> Any:
    """Where that element is, brought into sight, and what is just beside it: a clip."""
    page.locator(selector).first.scroll_into_view_if_needed()
    box = page.locator(selector).first.bounding_box()
    assert box
    return {
        "x": box["x"] - 6,
        "y": box["y"] - 6,
        "width": box["width"] + 12,
        "height": box["height"] + 12,
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_hide_no_state_and_no_figure(
    browser: Browser, base: str, scheme: str
) -> None:
    """What is current, ticked, marked or drawn is seen: without it, the screen is another."""
    forced = {"forced_colors": "active", "color_scheme": scheme, "viewport": _size(1280, 900)}
    with _opened(browser, **forced) as page:
        for path, selector, without in _STATES:
            page.goto(base + path, wait_until="networkidle")
            clip = _around(page, selector)
            shown = page.screenshot(clip=clip)
            assert page.screenshot(clip=clip) == shown, (path, selector, "is not still")
            page.locator(selector).first.evaluate(f"(one) => {{ {without} }}")
            assert page.screenshot(clip=clip) != shown, (path, selector)


def test_a_chosen_suggestion_is_seen_in_forced_colours(browser: Browser, base: str) -> None:
    """And is chosen with the mouse once the button is let go on it."""
    with _opened(browser, forced_colors="active", viewport=_size(1280, 900)) as page:
        page.goto(base)
        page.locator("#q").press_sequentially("mobil")
        option = page.get_by_role("option").first
        option.wait_for()
        before = option.screenshot()
        page.keyboard.press("ArrowDown")
        assert option.screenshot() != before
        option.hover()
        page.mouse.down()
        page.get_by_role("heading", level=1).hover()
        page.mouse.up()
        assert page.url == f"{base}/"
        option.click()
        page.wait_for_url("**/recherche?fragilite=mobilite")


_FOCUSABLE = "a[href], button, input:not([type=hidden]), select, [tabindex='0']"
_UNSEEN = """(selector) => [...document.querySelectorAll(selector)].filter((one) => {
  if (!one.checkVisibility({visibilityProperty: true}) || one.closest("[hidden]")) return false;
  one.focus();
  const shows = (element) => {
    const style = getComputedStyle(element);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  return !shows(one) && !(one.closest(".carte") && shows(one.closest(".carte")));
}).map((one) => one.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("forced", ["none", "active"])
def test_the_focus_is_seen_on_every_control(browser: Browser, base: str, forced: str) -> None:
    """A ring of its own, or that of its card."""
    with _opened(browser, forced_colors=forced, viewport=_size(1280, 900)) as page:
        for path in PATHS:
            page.goto(base + path)
            # From a key on, the focus is that of a keyboard.
            page.keyboard.press("Tab")
            assert (path, page.evaluate(_UNSEEN, _FOCUSABLE)) == (path, [])


def test_every_page_is_whole_without_javascript(browser: Browser, base: str) -> None:
    """Filters, results and forms show; no button waits for a script."""
    with _opened(browser, java_script_enabled=False, viewport=_size(390, 844)) as page:
        for path in PATHS:
            page.goto(base + path)
            assert page.locator("main h1").count() == 1
            assert page.locator("form[role=search]").count() == page.locator("#q:visible").count()
            dead = page.locator("button:not([type=submit])").locator("visible=true")
            assert (path, dead.all_inner_texts()) == (path, [])
            if path.startswith("/recherche") and "/carte" not in path:
                page.locator(".vers-filtres").click()
                page.get_by_role("button", name="Afficher les résultats").click()
                page.wait_for_url("**/recherche**")


def test_every_page_is_whole_without_its_style_sheet(browser: Browser, base: str) -> None:
    """In the order it is read in: the way to the contents, the menu, the contents, the foot."""
    with _opened(browser, java_script_enabled=False) as page:
        page.route("**/style*.css", lambda route: route.abort())
        for path in PATHS:
            page.goto(base + path)
            tops = [
                page.locator(one).first.bounding_box()["y"]
                for one in (".evitement a", "header nav", "main h1", "footer")
            ]
            assert (path, tops) == (path, sorted(tops))
