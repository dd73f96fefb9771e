"""A site, and Debian's Chromium to look at it: where there is none, these tests are passed over."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from impact_alliances.wiring import Service
from support.browser import CHROMIUM, chromium, served
from support.builders import a_case, a_catalyseur, a_jeudi, an_article
from support.service import a_service

# A case as long as the longest of the demonstration, every part of it told.
LONG = {
    "title": "Des habitants et trois entreprises rouvrent la ligne de car",
    "summary": "Des habitants partagent leurs trajets, les entreprises paient le chauffeur. " * 4,
    **dict.fromkeys(
        ("need", "alliance", "actions", "results", "helped", "hindered"),
        "Le samedi, plus aucun car ne passe, et le marché se vide. " * 8,
    ),
    "to_replicate": "Commencez par un seul trajet. " * 6,
    "means": "Un mi-temps et 8 000 euros. " * 4,
    "partners": [
        {"name": f"Partenaire {profile}", "profile": profile, "role": "ouvre ses ateliers"}
        for profile in ("collectivites", "associations", "entreprises", "medias", "citoyens")
    ],
    # Beside the fifty cases that tests count by fragilité.
    "fragilites": ["vieillissement"],
    "odd": ["11", "13", "17"],
    "tags": ["covoiturage", "bourg", "marché", "samedi"],
    "impacts": ["performance", "confiance"],
    "contact_name": "Zoé Bellec",
    "contact_email": "zoe@porteurs.example",
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A small base with one of each kind."""
    cases = [
        a_case(
            id=f"cas-{number}",
            slug=f"les-haies-numero-{number}",
            title=f"Les haies, numéro {number}",
            fragilites=[["mobilite", "sante", "education"][number % 3]],
        )
        for number in range(50)
    ]
    others = (
        a_case(id="cas-long", slug="un-cas-entier", **LONG),
        a_catalyseur(slug="awa"),
        a_jeudi(slug="note", related=["cas-1"]),
        an_article(slug="article"),
    )
    made = a_service(tmp_path_factory.mktemp("browser"), *cases, *others, demo=True)
    yield made
    made.close()


@pytest.fixture(scope="module")
def base(service: Service) -> Iterator[str]:
    """The site on a loopback port."""
    with served(service) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: the browser tests are passed over")
    with chromium(CHROMIUM) as opened:
        yield opened


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page that fails the test on any script error or refused resource."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on(
        "console",
        lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None,
    )
    yield opened
    context.close()
    assert faults == []
