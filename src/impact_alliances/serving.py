"""The service in one process, or in several that share a port, watched over by the one that started
them.
"""

import logging
import multiprocessing
import os
import resource
import signal
import socket
import sys
import threading
import time
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from types import FrameType

from fastapi import FastAPI
from uvicorn.config import STARTUP_FAILURE

from impact_alliances.app import create_app
from impact_alliances.clients import GRACE_S, Patience, Server
from impact_alliances.faults import of_port
from impact_alliances.settings import Settings
from impact_alliances.terminal import out, tell

# How often the workers are looked at, and how long after its start one that died is started again,
# in seconds.
LOOK_S, RESTART_S = 0.2, 1.0
# Files a process opens beside its clients.
FILES_BESIDE = 200
_spawn = multiprocessing.get_context("spawn")
_log = logging.getLogger(__name__)
# The journal of the whole program: its level is what `--verbose` chose.
_ours = logging.getLogger("impact_alliances")


@dataclass(frozen=True)
class Address:
    """Where the service listens, by which `command`. `is_shared` when several processes do, among
    whom the system parts the connections.
    """

    host: str
    port: int
    command: str = "serve"
    is_shared: bool = False

    def bound(self) -> socket.socket:
        """A socket bound there, not listening yet. Raises `Misuse` when that cannot be."""
        bound = socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if self.is_shared:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        try:
            bound.bind((self.host, self.port))
        except OSError as fault:
            bound.close()
            raise of_port(fault, self.host, self.port, self.command) from fault
        return bound


def serve(settings: Settings, listening: socket.socket, workers: int = 1) -> None:
    """Serve where `listening` is bound, in so many processes, until told to stop; then the process
    ends.
    """
    if workers == 1:
        _work(settings, listening)
    host, port = listening.getsockname()[:2]
    # It was bound alone first: what is shared could be shared with another service without anyone
    # knowing.
    listening.close()
    sys.exit(Workers(settings, Address(host, port, is_shared=True), workers).run())


# -- one process ---------------------------------------------------------------------------------


class _Announced(Server):
    """Says at which address it is, once it listens."""

    def __init__(self, app: FastAPI, patience: Patience, address: str) -> None:
        super().__init__(app, patience)
        self._address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        out.print(f"La base est servie sur {self._address} (Ctrl+C pour arrêter).", markup=False)


def _work(settings: Settings, listening: socket.socket, *, is_said: bool = True) -> None:
    """Serve, then end the process, whatever its threads are waiting for."""
    patience = _within_files(Patience.of(settings))
    code = 0
    try:
        app = create_app(settings)
        server = _Announced(app, patience, settings.base_url) if is_said else Server(app, patience)
        server.run([listening])
    except KeyboardInterrupt:
        pass
    except SystemExit as end:
        code = int(end.code or 0)
    except Exception as fault:
        code = tell(fault)
    finally:
        logging.shutdown()
        sys.stdout.flush()
        os._exit(code)


def _within_files(patience: Patience) -> Patience:
    """Each connection is a file: no more of them than the system lets this process open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = patience.clients + FILES_BESIDE
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    # Where there are next to none, half of them: a service for nobody is none.
    room = max(soft - FILES_BESIDE, soft // 2)
    return Patience(min(patience.clients, room), patience.asking_s, patience.reading_s)


# -- several -------------------------------------------------------------------------------------


def _work_in_child(settings: Settings, address: Address, is_first: bool, level: int) -> None:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s : %(message)s")
    _ours.setLevel(level)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _work(settings, address.bound(), is_said=is_first)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)


@dataclass
class Workers:
    """As many processes as wanted: one that dies is started again, all end with this one."""

    settings: Settings
    address: Address
    count: int
    _running: dict[int, tuple[BaseProcess, float]] = field(default_factory=dict)
    _is_told_to_stop: bool = False
    _code: int = 0

    def run(self) -> int:
        """Watch over them until SIGINT or SIGTERM, or until one cannot start. Returns the exit
        code.
        """
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, self._stop)
        # Bound and not listening, it keeps the port ours while all are down.
        with self.address.bound():
            while not self._is_told_to_stop:
                self._start_what_is_down()
                # One that died is known, and would be waited for no longer than not at all.
                alive = [process for process, _ in self._running.values() if process.is_alive()]
                wait([process.sentinel for process in alive], timeout=LOOK_S)
            self._end()
        return self._code

    def _stop(self, _sign: int, _frame: FrameType | None) -> None:
        self._is_told_to_stop = True

    def _start_what_is_down(self) -> None:
        for number in range(self.count):
            process, started_at = self._running.get(number, (None, float("-inf")))
            if process and (process.is_alive() or time.monotonic() - started_at < RESTART_S):
                continue
            if process and process.exitcode == STARTUP_FAILURE:
                _log.error("Un processus n’a pu démarrer : tout s’arrête.")
                self._is_told_to_stop, self._code = True, STARTUP_FAILURE
                return
            if process:
                _log.error(
                    "Un processus s’est arrêté (%s) : un autre le remplace.", process.exitcode
                )
            made = _spawn.Process(
                target=_work_in_child,
                args=(self.settings, self.address, number == 0 and process is None, _ours.level),
                name=f"serve-{number}",
            )
            made.start()
            self._running[number] = (made, time.monotonic())

    def _end(self) -> None:
        processes = [process for process, _ in self._running.values()]
        for process in processes:
            process.terminate()
        deadline = time.monotonic() + GRACE_S + LOOK_S
        for process in processes:
            process.join(max(0.0, deadline - time.monotonic()))
            process.kill()
