"""`make screens`: what the pages look like, kept in `docs/screens/` to be reviewed with a change.

The base is that of `seed/`, on a day that never changes, so that the same code draws the same
files. `python -m tools.screens home search` draws only these.
"""

import base64
import datetime as dt
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Literal

import time_machine
from playwright.sync_api import Browser, BrowserContext, Page

from impact_alliances.contact.links import Act
from impact_alliances.contact.recipient import Recipient
from impact_alliances.contact.typed import Typed
from impact_alliances.contact.wording import Passed, Subject, Wording
from impact_alliances.db import reading, writing
from impact_alliances.mail.queue import enqueue
from impact_alliances.migrating import migrate
from impact_alliances.resources.case import Case
from impact_alliances.resources.key import Key
from impact_alliances.seeding import load_seed
from impact_alliances.settings import Settings
from impact_alliances.wiring import Service, make_service
from support.browser import CHROMIUM, chromium, served
from support.service import settle

FOLDER = Path(__file__).parents[1] / "docs/screens"
WIDTHS = (320, 390, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Pixels of a page that are kept, from its top: two screens.
MOST_HEIGHT = 1_600
# Out of 100: letters are whole, and all the screens of a folder weigh a few megabytes.
QUALITY = 25
DAY = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Screen:
    """A page to draw: the name of its files, its address, the control to press first where it
    shows, and the status it answers with. `person` is the id of the case whose bearer's link, to
    that address, opens it.
    """

    name: str
    path: str
    pressed: str = ""
    status: int = 200
    person: str = ""


_CASE = "des-chercheurs-d-emploi-filment-les-ateliers-qui-recrutent"
SCREENS = (
    Screen("home", "/"),
    Screen("search", "/recherche"),
    Screen("search-text", "/recherche?q=plus+de+m%C3%A9decin"),
    Screen("search-cases", "/recherche?q=jardin&kind=case&fragilite=isolement-lien-social"),
    Screen("search-filters", "/recherche?q=jardin&kind=case&echelon=local", "#ouvrir-filtres"),
    Screen("search-nothing", "/recherche?q=%22tyrolienne+lunaire%22&kind=case"),
    Screen("case", "/cas/savoir-ce-que-contient-la-terre-avant-de-planter"),
    Screen("catalyseur", "/catalyseurs/colin-favreuil-brasserie-atelier-favreuil-cousins"),
    Screen("contact", "/catalyseurs/colin-favreuil-brasserie-atelier-favreuil-cousins/contact"),
    Screen("contact-case", f"/cas/{_CASE}/contact"),
    Screen(
        "contacted",
        "/catalyseurs/colin-favreuil-brasserie-atelier-favreuil-cousins/contact/transmis",
    ),
    Screen("contacted-case", f"/cas/{_CASE}/contact/transmis"),
    Screen("wish", "/ma-fiche/retrait", person="cas-0001"),
    Screen("wish-done", "/ma-fiche/retrait/fait"),
    Screen("mails", "/courrier"),
    Screen("mail", "/courrier/1"),
    Screen("mail-laid-out", "/courrier/1/mise-en-page"),
    Screen("jeudi", "/jeudis/mesurez-ce-que-parler-coute-a-celle-qui-parle"),
    Screen(
        "article",
        "/veille/a-grentheville-huit-artisans-testent-l-embauche-partagee-d-anciens-allocataires",
    ),
    Screen("catalyseurs", "/catalyseurs"),
    Screen("jeudis", "/jeudis"),
    Screen("veille", "/veille"),
    Screen("bulletin", "/veille/bulletins/2024-T3"),
    Screen("about", "/a-propos"),
    Screen("accessibility", "/accessibilite"),
    Screen("api", "/api/docs"),
    Screen("error-404", "/cas/une-epicerie-qui-n-existe-pas", status=404),
)


def main(names: Iterable[str]) -> None:
    """Draw the screens of these names; all of them, in place of those of before, without a name."""
    wanted = set(names)
    screens = [one for one in SCREENS if not wanted or one.name in wanted]
    with _site() as site, chromium(_executable()) as browser:
        for file, drawn in _draw(browser, site, screens):
            (FOLDER / file).write_bytes(drawn)
            sys.stdout.write(f"{file} {len(drawn) / 1000:.0f} KB\n")
    if not wanted:
        for former in {file.name for file in FOLDER.glob("*.webp")} - files():
            (FOLDER / former).unlink()


def file_of(screen: Screen, width: int, scheme: str) -> str:
    """The name of the file of a screen."""
    return f"{screen.name}-{width}-{scheme}.webp"


def files() -> set[str]:
    """Every file there should be."""
    return {file_of(*one) for one in product(SCREENS, WIDTHS, SCHEMES)}


def _executable() -> str:
    if CHROMIUM is None:
        sys.exit("Aucun Chromium sur cette machine : les écrans ne peuvent être dessinés.")
    return CHROMIUM


@dataclass(frozen=True)
class Site:
    """A service, and where it is served."""

    service: Service
    address: str

    def at(self, screen: Screen) -> str:
        """The address of a screen here."""
        if not screen.person:
            return self.address + screen.path
        with reading(self.service.database) as session:
            person = session.get_one(Case, screen.person).person()
        if person is None:
            sys.exit(f"{screen.person} : personne à qui écrire")
        act = Act(screen.path.rpartition("/")[2])
        link = self.service.links.to(act, Key("case", screen.person), person.address)
        return self.address + link.removeprefix(self.service.settings.base_url)


@contextmanager
def _site() -> Iterator[Site]:
    """The demonstration, loaded on the day that never changes, and served."""
    with tempfile.TemporaryDirectory() as folder, time_machine.travel(DAY):
        service = _demonstration(Path(folder))
        with served(service) as address:
            yield Site(service, address)
        service.close()


def _demonstration(folder: Path) -> Service:
    settings = Settings(
        data_dir=folder,
        demo=True,
        base_url="https://base.exemple.fr",
        run_indexer=False,
        _env_file=None,
    )
    service = make_service(settings)
    migrate(service.database)
    load_seed(service.database, service.embedder)
    settle(service)
    _acknowledge(service)
    return service


def _acknowledge(service: Service) -> None:
    """Have one message in the mail of the demonstration: what tells somebody that theirs left."""
    wording = Wording(service.settings, service.links)
    with writing(service.database) as session:
        recipient = Recipient.of(session.get_one(Case, "cas-0001"))
        typed = Typed(name="Jeanne Kerbrat", email="jeanne@mairie.example")
        enqueue(session, wording.acknowledged(Passed(recipient, typed, Subject(), writer="")))


def _draw(browser: Browser, site: Site, screens: Iterable[Screen]) -> Iterator[tuple[str, bytes]]:
    """Each file with its content, as WebP."""
    for width in WIDTHS:
        context = browser.new_context(
            viewport={"width": width, "height": 844 if width < 1_000 else 800},
            reduced_motion="reduce",
        )
        # Fonts come too late for a first view, as for whoever comes for the first time.
        context.new_page().goto(site.address, wait_until="networkidle")
        for screen in screens:
            page = _open(context, site, screen)
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                yield file_of(screen, width, scheme), _shot(page)
            page.close()
        context.close()


def _open(context: BrowserContext, site: Site, screen: Screen) -> Page:
    """The page of a screen, what is to be pressed once pressed."""
    page = context.new_page()
    answer = page.goto(site.at(screen), wait_until="networkidle")
    if answer is None or answer.status != screen.status:
        sys.exit(f"{screen.path} : {answer and answer.status}, au lieu de {screen.status}")
    if screen.pressed and page.locator(screen.pressed).is_visible():
        page.locator(screen.pressed).click()
    return page


def _shot(page: Page) -> bytes:
    """The top of a page; what it shows where a dialogue covers it."""
    width, height, whole = page.evaluate(
        "[innerWidth, innerHeight, document.documentElement.scrollHeight]"
    )
    if not page.locator("dialog[open]").count():
        height = min(whole, MOST_HEIGHT)
    clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
    options = {"format": "webp", "quality": QUALITY, "clip": clip, "captureBeyondViewport": True}
    session = page.context.new_cdp_session(page)
    return base64.b64decode(session.send("Page.captureScreenshot", options)["data"])


if __name__ == "__main__":
    main(sys.argv[1:])
