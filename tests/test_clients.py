"""Clients who stall, against a real server on real sockets: nobody waits because of them, and they
are cut.
"""

import asyncio
import contextlib
import http.client
import select
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from starlette.types import Receive, Scope, Send

from impact_alliances.clients import UNREADABLE, Patience, Server
from impact_alliances.web.admission import MOST_BODIES
from support.builders import a_case, a_catalyseur
from support.processes import log_of
from support.service import a_service
from support.website import Site

# Longer than anything takes on a busy machine, and shorter than for ever.
HANG_S = 60
FILE = b"GET /static/htmx.min.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
SEARCH = b"GET /api/search?par_page=100 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A service that waits one second for its clients, answers two requests at once, and has room
    for forty clients.
    """
    folder = tmp_path_factory.mktemp("clients")
    a_service(folder, *[a_case(id=f"c{number}") for number in range(12)]).close()
    chosen = {
        "data_dir": folder,
        "embedder": "none",
        "run_indexer": False,
        "max_clients": 40,
        "requests_at_once": 2,
    }
    with Site({**chosen, "request_timeout_s": 1, "reading_timeout_s": 1}) as made:
        yield made


@pytest.fixture(scope="module")
def formed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A service with somebody to write to, which waits long for its clients and answers two
    requests at once.
    """
    folder = tmp_path_factory.mktemp("forms")
    a_service(folder, a_catalyseur(id="anne", slug="anne", email="anne@exemple.fr")).close()
    chosen = {"data_dir": folder, "embedder": "none", "run_indexer": False, "requests_at_once": 2}
    with Site(
        {**chosen, "request_timeout_s": 30, "smtp_host": "127.0.0.1", "mail_from": "a@b.fr"}
    ) as made:
        yield made


def _client(site: Site, sent: bytes, room: int | None = None) -> socket.socket:
    client = socket.socket()
    if room:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    client.settimeout(HANG_S)
    client.connect(("127.0.0.1", site.port))
    client.sendall(sent)
    return client


def _is_cut(client: socket.socket) -> bool:
    """Whether the server ends the connection, soon or late, though its client reads nothing."""
    watch = select.poll()
    watch.register(client, select.POLLHUP | select.POLLERR)
    return bool(watch.poll(HANG_S * 1000))


def test_who_never_reads_holds_nothing_and_is_cut(site: Site) -> None:
    """More of them than requests in work: each has asked for more than the system keeps for it."""
    readers = [_client(site, FILE * 40 + (SEARCH + FILE) * 30, room=4096) for _ in range(3)]
    assert [site.get("/api/search?q=haies").status for _ in range(20)] == [200] * 20
    assert all(_is_cut(reader) for reader in readers)
    for reader in readers:
        reader.close()


def _read_to_the_end(client: socket.socket) -> None:
    with contextlib.suppress(ConnectionError):
        while client.recv(65_536):
            pass


@pytest.mark.parametrize(
    "half",
    [
        b"",
        b"GET / HT",
        b"GET / HTTP/1.1\r\nHost: x\r\n",
        b"POST /api/search HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc",
    ],
    ids=["nothing", "a line", "some headers", "half a body"],
)
def test_a_request_half_sent_is_cut(site: Site, half: bytes) -> None:
    """And meanwhile others are answered."""
    clients = []
    for _ in range(20):
        # One after the other: twenty at once are a crowd for a service that answers two.
        clients.append(_client(site, half))
        assert site.get("/api/search?q=haies").status == 200
    assert [site.get("/api/search?q=haies").status for _ in range(20)] == [200] * 20
    for client in clients:
        _read_to_the_end(client)
        client.close()


@pytest.mark.parametrize("crowd", [8, MOST_BODIES + 20], ids=["a few", "too many"])
def test_a_form_half_sent_takes_nobody_s_turn(formed: Site, crowd: int) -> None:
    """As many as there are places, and far more: pages are answered meanwhile, and a client that
    hangs up is no fault.
    """
    form = b"POST /catalyseurs/anne/contact HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\nnom="
    clients = [_client(formed, form) for _ in range(crowd)]
    assert [formed.get("/api/search?q=haies").status for _ in range(5)] == [200] * 5
    for client in clients:
        client.close()
    assert formed.get("/api/search?q=haies").status == 200
    assert "Traceback" not in log_of(formed.chosen).read_text(encoding="utf-8")


def test_headers_without_end_are_refused(site: Site) -> None:
    """Before they fill the memory."""
    client = _client(site, b"GET / HTTP/1.1\r\nHost: x\r\n")

    def pour() -> None:
        for number in range(10_000):
            client.sendall(b"X-%d: %s\r\n" % (number, b"x" * 1_000))

    with pytest.raises(ConnectionError):
        pour()
    client.close()
    site.get("/healthz")


def _answered(site: Site, sent: bytes) -> tuple[int, str, str]:
    """The status, the headers and the content that come back; the connection is closed by one side
    or the other.
    """
    client = _client(site, sent)
    answer = http.client.HTTPResponse(client)
    answer.begin()
    found = (answer.status, str(answer.headers), answer.read().decode())
    client.close()
    return found


TOO_LONG = (
    b"GET /a-propos HTTP/1.1\r\nHost: x\r\n"
    + b"".join(b"a%d: b\r\n" % number for number in range(10_000))
    + b"\r\n"
)


@pytest.mark.parametrize(
    "sent",
    [
        b"FOO / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"get / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\r\n\r\n",
        TOO_LONG,
    ],
    ids=["unknown method", "lower case", "not HTTP", "many short headers"],
)
def test_what_is_not_http_is_refused_in_french_and_not_logged(site: Site, sent: bytes) -> None:
    """With the headers of every answer; a log that any visitor can fill tells nothing."""
    status, headers, said = _answered(site, sent)
    assert (status, said) == (400, UNREADABLE)
    assert "content-security-policy" in headers
    assert "Invalid HTTP request" not in log_of(site.chosen).read_text()


def test_a_long_head_is_read_up_to_its_bound(site: Site) -> None:
    """And counted anew for each request of a connection."""
    almost = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 40_000 + b"\r\n\r\n"
    client = _client(site, b"")
    for _ in range(3):
        client.sendall(almost)
        answer = http.client.HTTPResponse(client)
        answer.begin()
        answer.read()
        assert answer.status == 200
    client.close()


def test_a_request_to_become_a_websocket_is_answered_and_not_logged(site: Site) -> None:
    """We have none; any visitor may ask."""
    upgrade = (
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    )
    assert _answered(site, upgrade)[0] == 200
    log = log_of(site.chosen).read_text()
    assert "upgrade" not in log.lower()
    assert "WebSocket" not in log


def test_idle_clients_make_room_for_those_who_ask(site: Site) -> None:
    """Browsers keep their connections open between two pages: forty of them hold nobody out."""
    site.get("/healthz")
    browsers = [http.client.HTTPConnection("127.0.0.1", site.port) for _ in range(60)]
    for browser in browsers:
        browser.request("GET", "/healthz")
        assert browser.getresponse().read()
    for browser in browsers:
        browser.close()


def _knocking(site: Site) -> socket.socket:
    """A client who connects and says nothing; it may be sent away before it knows it is in."""
    client = socket.socket()
    client.settimeout(HANG_S)
    with contextlib.suppress(ConnectionResetError):
        client.connect(("127.0.0.1", site.port))
    return client


def test_more_clients_than_there_is_room_for_are_sent_away(site: Site) -> None:
    """And there is room again once they have left."""
    clients = [_knocking(site) for _ in range(60)]
    assert all(_is_cut(client) for client in clients[45:])
    for client in clients:
        client.close()
    site.get("/healthz")


async def _app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers « oui ». After /lent a socket keeps the loop for a second, as too many threads do."""
    if scope["path"] == "/lent":
        loop, (read, write) = asyncio.get_running_loop(), socket.socketpair()

        def keep() -> None:
            time.sleep(1)
            loop.remove_reader(read)
            read.close()
            write.close()

        loop.add_reader(read, keep)
        write.send(b"!")
    headers = [(b"content-length", b"3")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"oui"})


@contextlib.contextmanager
def _serving(server: Server) -> Iterator[int]:
    """The port of this server, which runs in a thread."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        running = threading.Thread(target=server.run, args=([listening],))
        running.start()
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            running.join()


def test_a_request_that_a_late_loop_has_not_read_is_answered() -> None:
    """uvicorn closes what is silent for some seconds, and looks at the clock before the socket."""
    server = Server(_app, Patience(10, 10, 10))
    server.config.timeout_keep_alive = 0.4  # type: ignore[assignment]
    with _serving(server) as port:
        kept, slow = (
            http.client.HTTPConnection("127.0.0.1", port, timeout=HANG_S) for _ in range(2)
        )
        with contextlib.closing(kept), contextlib.closing(slow):
            kept.request("GET", "/")
            assert kept.getresponse().read() == b"oui"
            slow.request("GET", "/lent")
            time.sleep(0.1)
            kept.request("GET", "/")
            assert kept.getresponse().read() == b"oui"
