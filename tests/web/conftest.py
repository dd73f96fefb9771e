"""A small base behind the real application, reached in process."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from impact_alliances.app import create_app
from impact_alliances.wiring import Service
from support.builders import a_case, a_catalyseur, a_jeudi, an_article
from support.service import a_service


@pytest.fixture(scope="session")
def site_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Thirty cases and some of each other kind, one draft and one retired; never changed by a
    test.
    """
    cases = [
        a_case(
            id=f"cas-{number:04d}",
            title=f"Une alliance pour {['le vélo', 'les haies', 'la cantine'][number % 3]}, numéro "
            f"{number}",
            fragilites=[["mobilite", "sante", "education"][number % 3], "isolement-lien-social"],
            actions="Un <script>alert('x')</script> dans le texte, et **du gras**.",
        )
        for number in range(1, 31)
    ]
    made = a_service(
        tmp_path_factory.mktemp("site"),
        *cases,
        a_case(id="brouillon", slug="brouillon", status="draft"),
        a_case(id="retire", slug="retire", status="retired"),
        a_catalyseur(
            id="cat-0001", email="secret@liens.example", phone="06 39 98 12 34", departement="22"
        ),
        a_jeudi(id="jeudi-0001", related=["cas-0001", "cat-0001"], number=1),
        a_jeudi(id="jeudi-0002", number=2, title="Finir une alliance"),
        an_article(id="art-0001"),
    )
    yield made
    made.close()


@pytest.fixture(scope="session")
def client(site_service: Service) -> TestClient:
    """The site, in process; a fault of ours is an answer, as it is for a visitor."""
    app = create_app(site_service.settings, site_service)
    return TestClient(app, raise_server_exceptions=False, follow_redirects=False)
