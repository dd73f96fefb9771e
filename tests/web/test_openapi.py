"""The description of the API holds: every generated call gets an answer it allows."""

from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import (
    negative_data_rejection,
    positive_data_acceptance,
    unsupported_method,
)

from impact_alliances.app import create_app
from impact_alliances.resources.kinds import KINDS
from impact_alliances.wiring import Service

# A visitor's text is taken as it comes, so what the schema calls invalid may well be answered; and
# no schema can tell which texts name a place.
NOT_HELD = [negative_data_rejection, positive_data_acceptance, unsupported_method]
EXAMPLES = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def test_every_operation_keeps_its_description(site_service: Service) -> None:
    """No 500; the declared statuses, content types and shapes, whatever the parameters."""
    schema = schemathesis.openapi.from_asgi(
        "/api/openapi.json", create_app(site_service.settings, site_service)
    )
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) >= 8
    for operation in operations:

        @given(case=operation.as_strategy())
        @EXAMPLES
        def holds(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(excluded_checks=NOT_HELD)

        holds()


def test_the_description_speaks_french_and_gives_the_values(site_service: Service) -> None:
    """Partners read it."""
    described = create_app(site_service.settings, site_service).openapi()
    search = described["paths"]["/api/search"]["get"]
    by_name = {parameter["name"]: parameter for parameter in search["parameters"]}
    assert by_name["fragilite"]["schema"]["items"]["enum"][0] == "emploi-insertion"
    assert all(parameter["description"] for parameter in search["parameters"])


def test_sheets_and_errors_are_described_as_they_are(site_service: Service) -> None:
    """Each kind has its model, every field its sentence; what cannot be taken is a problem
    document, never a 422.
    """
    described = create_app(site_service.settings, site_service).openapi()
    sheet = described["paths"]["/api/{collection}/{identifier}"]["get"]["responses"]["200"][
        "content"
    ]["application/json"]["schema"]
    models = [
        described["components"]["schemas"][one["$ref"].rpartition("/")[2]] for one in sheet["oneOf"]
    ]
    assert len(models) == len(KINDS)
    assert all(
        field.get("description") for model in models for field in model["properties"].values()
    )
    assert not {"email", "phone", "status", "created_at"} & {
        name for model in models for name in model["properties"]
    }
    for methods in described["paths"].values():
        answers = methods["get"]["responses"]
        assert "422" not in answers
        assert {"4XX", "503"} <= answers.keys()
    assert "HTTPValidationError" not in described["components"]["schemas"]
