"""The page that says what the base is, and where its editor is written to."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient

from impact_alliances.app import create_app
from impact_alliances.settings import Settings
from support.service import a_service


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"demo": True}, "personne à qui écrire"),
        ({}, "n’a pas encore indiqué où lui écrire"),
        ({"contact": "base@observatoire.example"}, 'href="mailto:base@observatoire.example"'),
        (
            {"contact": "https://observatoire.example/ecrire", "editor": "L’Observatoire"},
            'href="https://observatoire.example/ecrire"',
        ),
    ],
)
def test_the_page_about_says_where_to_write_in_every_mode(
    settings: dict[str, Any], said: str, tmp_path: Path
) -> None:
    """Nothing of the demonstration outside it, and nothing about exports that is not so."""
    service = a_service(tmp_path, **settings)
    page = TestClient(create_app(service.settings, service)).get("/a-propos").text
    service.close()
    assert said in page
    assert ("démonstration" in page.split("<main")[1]) == bool(settings.get("demo"))
    assert str(settings.get("editor", "")) in page
    assert "seule l’équipe éditoriale les tient" in page


@pytest.mark.parametrize(
    "given", ["javascript:alert(1)", "une adresse", "a@b", 'https://x.example/"><script>']
)
def test_a_contact_that_is_no_address_is_refused(given: str) -> None:
    """Nothing else becomes a link."""
    with pytest.raises(ValidationError):
        Settings(_env_file=None, contact=given)
