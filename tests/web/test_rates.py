"""A client that asks too often is told when to come back; others are not touched."""

import pytest
from fastapi import FastAPI

from impact_alliances.app import create_app
from impact_alliances.web.rates import FREE, Rates
from impact_alliances.web.security import HEADERS
from impact_alliances.wiring import Service
from tests.web.raw import Answer, ask


class Clock:
    """A clock moved by hand, in seconds."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limited(site_service: Service, clock: Clock) -> FastAPI:
    """The site, where a client asks three times a minute at the most."""
    app = create_app(site_service.settings, site_service)
    app.add_middleware(Rates, most=3, clock=clock)
    return app


def statuses(site: FastAPI, path: str, times: int, client: str) -> list[int]:
    return [ask(site, path, client=client).status for _ in range(times)]


def asked(service: Service, most: int, path: str, times: int) -> Answer:
    """The last of several answers of a site set to `most`."""
    app = create_app(service.settings.model_copy(update={"requests_a_minute": most}), service)
    return [ask(app, path) for _ in range(times)][-1]


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/api/suggest", "application/problem+json"), ("/a-propos", "text/html; charset=utf-8")],
)
def test_beyond_the_limit_the_answer_says_when_to_come_back(
    site_service: Service, path: str, kind: str
) -> None:
    """429 with Retry-After, in the form that suits the address, its headers on."""
    answer = asked(site_service, 2, path, 3)
    assert (answer.status, answer.headers["content-type"]) == (429, kind)
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "Réessayez dans" in answer.body.decode()


def test_by_default_nothing_is_counted(site_service: Service) -> None:
    """A proxy may do it."""
    assert site_service.settings.requests_a_minute == 0
    assert asked(site_service, 0, "/api/suggest", 30).status == 200


def test_each_client_has_its_own_count_and_a_new_minute_begins_anew(
    limited: FastAPI, clock: Clock
) -> None:
    """Addresses of one /64 are one client, and so are both forms of an IPv4 address."""
    # A minute of this clock begins at a multiple of sixty.
    clock.now = 60.0 * 1_000
    assert statuses(limited, "/api/suggest", 4, "192.0.2.1") == [200, 200, 200, 429]
    assert statuses(limited, "/api/suggest", 1, "::ffff:192.0.2.1") == [429]
    assert statuses(limited, "/api/suggest", 3, "2001:db8::1") == [200, 200, 200]
    assert statuses(limited, "/api/suggest", 1, "2001:db8::ffff") == [429]
    assert statuses(limited, "/api/suggest", 1, "2001:db8:0:1::1") == [200]
    clock.now += 59
    assert ask(limited, "/api/suggest", client="192.0.2.1").headers["retry-after"] == "1"
    clock.now += 1
    assert statuses(limited, "/api/suggest", 1, "192.0.2.1") == [200]


@pytest.mark.parametrize("path", ["/static/style.css", "/static/htmx.min.js", "/healthz"])
def test_files_and_health_are_free(limited: FastAPI, path: str) -> None:
    """What costs nothing is not counted."""
    assert path.startswith(FREE)
    assert statuses(limited, path, 5, "192.0.2.1") == [200] * 5
