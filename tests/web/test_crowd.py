"""A crowd: each is answered rightly or sent away at once, nobody waits for ever, and the service is
itself again afterwards.
"""

import asyncio
from collections import Counter

import httpx2
import pytest
from sqlalchemy import event
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from impact_alliances.app import create_app
from impact_alliances.capacity import Capacity
from impact_alliances.web import crowd
from impact_alliances.web.crowd import LONGEST_WAIT_S, Crowd, Door, Turns
from impact_alliances.wiring import Service

CROWD = 100
# Longer than any answer takes on a busy machine, and shorter than a hang.
HANG_S = 60


async def _crowd(app: object, path: str) -> list[httpx2.Response]:
    transport = httpx2.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://127.0.0.1:8000"
    ) as visitors:
        async with asyncio.timeout(HANG_S):
            answers = await asyncio.gather(
                *[visitors.get(path.format(number)) for number in range(CROWD)]
            )
            alone = await visitors.get(path.format(1))
    return [*answers, alone]


@pytest.mark.parametrize(
    ("path", "right"),
    [
        ("/api/suggest?q=alli", 200),
        ("/api/cases/cas-0001/similar", 200),
        ("/api/cases/inconnu-{}", 404),
        ("/cas/inconnu-{}", 404),
        ("/cas/une-page", 404),
        ("/recherche?q=le+velo", 200),
        ("/", 200),
    ],
)
def test_a_crowd_is_answered_or_sent_away(site_service: Service, path: str, right: int) -> None:
    """A request that kept its connection while it waited for a thread once stopped everything, for
    ever.
    """
    *answers, alone = asyncio.run(_crowd(create_app(site_service.settings, site_service), path))
    statuses = Counter(answer.status_code for answer in answers)
    assert statuses.keys() <= {right, 503}
    assert statuses[right] >= site_service.settings.requests_at_once
    assert all(
        1 <= int(answer.headers["Retry-After"]) <= LONGEST_WAIT_S
        for answer in answers
        if answer.status_code == 503
    )
    assert alone.status_code == right


def _waits(refused_for_one: int, clock: list[float]) -> list[int]:
    seen, waits = Crowd(lambda: clock[0]), []
    for _ in range(100):
        clock[0] += 0.1
        seen.let_in()
        waits += [seen.refuse() for _ in range(refused_for_one)]
    return waits[len(waits) // 2 :]


def test_the_more_are_refused_the_later_they_are_asked_back() -> None:
    """Spread evenly, around two seconds for a few, and much later in a large crowd."""
    calm, crowded = _waits(1, [0.0]), _waits(5, [0.0])
    assert set(calm) == set(range(1, 12))
    assert max(Counter(calm).values()) <= 2 * min(Counter(calm).values())
    assert sum(crowded) / len(crowded) > 2 * sum(calm) / len(calm)
    assert max(_waits(100, [0.0])) == LONGEST_WAIT_S


def test_a_crowd_that_has_left_is_forgotten() -> None:
    """Whoever is refused a minute later is asked back soon."""
    clock = [0.0]
    seen = Crowd(lambda: clock[0])
    for _ in range(1_000):
        seen.refuse()
    clock[0] = 60.0
    seen.let_in()
    assert seen.refuse() <= 11


def test_whoever_waits_in_vain_is_refused_and_leaves_the_queue(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However many did, the next one finds the door as it was."""
    monkeypatch.setattr(crowd, "PATIENCE_S", 0.01)
    door = Door(Capacity(1))

    async def ask() -> None:
        assert await door.enter()
        waits = 2 * Capacity(1).waiting
        assert [await door.enter() for _ in range(waits)] == [False] * waits
        assert (door.in_work, door.waiting, door.refused) == (1, 0, waits)
        door.leave()
        assert await door.enter()

    asyncio.run(asyncio.wait_for(ask(), HANG_S))


def test_a_place_is_given_back_by_what_fails_before_it_answers() -> None:
    """Else so many faults as there are places would close the door for ever."""

    async def broken(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise RuntimeError

    async def receive() -> Message:
        raise AssertionError

    async def send(_: Message) -> None:
        raise AssertionError

    door = Door(Capacity(1))
    with pytest.raises(RuntimeError):
        asyncio.run(Turns(broken, door)({"type": "http", "path": "/"}, receive, send))
    assert (door.in_work, door.waiting) == (0, 0)


def test_a_place_is_given_back_once_the_answer_is_computed(site_service: Service) -> None:
    """Whatever time its client takes to read it."""
    app = create_app(site_service.settings, site_service)
    in_work: list[int] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: object) -> None:
        in_work.append(app.state.door.in_work)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/recherche",
        "raw_path": b"/recherche",
        "query_string": b"",
        "headers": [],
    }
    asyncio.run(
        app({**scope, "http_version": "1.1", "scheme": "http", "server": ("x", 80)}, receive, send)
    )
    assert len(in_work) >= 2
    assert set(in_work) == {0}


ROUTES = (
    "/",
    "/recherche?q=le+velo&fragilite=sante&echelon=europeen",
    "/cas/une-alliance-pour-les-haies-numero-1-cas-0001",
    "/cas/rien",
    "/jeudis",
    "/recherche.atom?q=haies",
    "/api/search?q=velo",
    "/api/suggest?q=alli",
    "/api/cases/cas-0001",
    "/api/cases/cas-0001/similar",
    "/readyz",
)


@pytest.mark.parametrize("path", ROUTES)
def test_a_request_holds_one_connection_at_a_time_and_none_once_answered(
    client: TestClient, site_service: Service, path: str
) -> None:
    """Else as many connections as threads would not be enough: two requests could each wait for
    what the other holds.
    """
    held, most = 0, 0

    def taken(*_: object) -> None:
        nonlocal held, most
        held += 1
        most = max(most, held)

    def given_back(*_: object) -> None:
        nonlocal held
        held -= 1

    site_service.meanings.refresh()
    event.listen(site_service.database, "checkout", taken)
    event.listen(site_service.database, "checkin", given_back)
    client.get(path)
    event.remove(site_service.database, "checkout", taken)
    event.remove(site_service.database, "checkin", given_back)
    assert (held, most) == (0, 1)


def test_a_refusal_is_a_page_for_people_and_a_problem_for_programs(site_service: Service) -> None:
    """With the headers of every answer, and without asking the database."""
    app = create_app(site_service.settings, site_service)
    app.state.door.waiting = site_service.settings.capacity.waiting

    async def ask() -> list[httpx2.Response]:
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(
            transport=transport, base_url="http://127.0.0.1:8000"
        ) as visitor:
            return [
                await visitor.get(path)
                for path in (
                    "/recherche?q=x",
                    "/api/search?q=x",
                    "/healthz",
                    "/static/style.css",
                    "/readyz",
                )
            ]

    page, problem, health, style, ready = asyncio.run(ask())
    assert (
        page.status_code,
        "Trop de visites" in page.text,
        "text/html" in page.headers["content-type"],
    ) == (503, True, True)
    assert (problem.status_code, problem.headers["content-type"], problem.json()["status"]) == (
        503,
        "application/problem+json",
        503,
    )
    assert "content-security-policy" in page.headers
    assert (
        health.json()["shedding"],
        health.json()["refused"],
        style.status_code,
        ready.status_code,
    ) == (True, 2, 200, 503)
