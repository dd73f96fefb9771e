"""A PostgreSQL that has stopped answering without closing anything: a page says so in time, the
rest goes on.
"""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import psutil
import pytest
from sqlalchemy import Engine

from impact_alliances import db
from impact_alliances.app import create_app
from support.builders import a_case
from support.service import a_service

# Longer than anything takes on a busy machine, and shorter than for ever.
HANG_S = 60


@contextmanager
def _frozen(engine: Engine) -> Iterator[None]:
    """The whole server stopped, as by a machine that swaps or a network that swallows."""
    pid_file = Path(str(engine.url.query["host"])) / "postmaster.pid"
    first = psutil.Process(int(pid_file.read_text().splitlines()[0]))
    stopped = [first, *first.children(recursive=True)]
    for process in stopped:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in stopped:
            process.send_signal(signal.SIGCONT)


@pytest.mark.parametrize("make_database", ["postgresql"], indirect=True)
def test_a_frozen_database_is_a_503_and_the_service_lives(
    make_database: Callable[..., Engine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`/healthz` needs no database; pages answer again once it does."""
    monkeypatch.setattr(db, "SILENCE_S", 0.5)
    engine = make_database()
    url = engine.url.render_as_string(hide_password=False)
    service = a_service(tmp_path, a_case(id="c1", title="Les haies"), database_url=url)
    app = create_app(service.settings, service)

    async def ask(*paths: str) -> list[int]:
        transport = httpx2.ASGITransport(app=app)
        async with (
            httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as visitor,
            asyncio.timeout(HANG_S),
        ):
            answers = await asyncio.gather(*[visitor.get(path) for path in paths])
        return [answer.status_code for answer in answers]

    paths = ("/api/cases/c1", "/jeudis", "/api/cases/c1/similar", "/cas/rien", "/healthz")
    assert asyncio.run(ask(*paths)) == [200, 200, 200, 404, 200]
    with _frozen(engine):
        assert asyncio.run(ask(*paths)) == [503, 503, 503, 503, 200]
    assert asyncio.run(ask(*paths)) == [200, 200, 200, 404, 200]
    service.close()
