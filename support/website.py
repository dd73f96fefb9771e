"""The whole service in a process of its own, and those who ask it over HTTP."""

import http.client
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import psutil

from support.processes import Chosen, free_port, log_of, start

# Longer than any answer should take: past it a visitor counts as unanswered.
PATIENCE_S = 60


@dataclass(frozen=True)
class Answer:
    """What came, and after how long; `status` is 0 when nothing did."""

    status: int
    took_ms: float
    content: bytes = b""

    @property
    def json(self) -> dict[str, Any]:
        """The answer of the API."""
        found: dict[str, Any] = json.loads(self.content)
        return found


class Visitor:
    """One connection kept open to a site. For one thread."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)

    def ask(self, path: str) -> Answer:
        """What the site answers; a site that is down is an answer too."""
        started = time.perf_counter()
        try:
            status, content = self._got(path)
        except (OSError, http.client.HTTPException):
            self._connection.close()
            status, content = 0, b""
        return Answer(status, (time.perf_counter() - started) * 1000, content)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _got(self, path: str) -> tuple[int, bytes]:
        try:
            self._connection.request("GET", path)
            answer = self._connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError):
            # The service closes a connection left idle: asked again on a fresh one.
            self._connection.close()
            self._connection.request("GET", path)
            answer = self._connection.getresponse()
        return answer.status, answer.read()


class Site:
    """`impact-alliances serve`, or `demo`, on the data folder and under the settings given."""

    def __init__(
        self,
        chosen: Chosen,
        command: str = "serve",
        port: int | None = None,
        workers: int = 1,
        options: Sequence[str] = (),
    ) -> None:
        self.chosen = chosen
        self.port = port or free_port()
        data_dir = ["--data-dir", str(chosen["data_dir"])] if command == "demo" else []
        several = ["--workers", str(workers)] if workers > 1 else []
        self.started = time.perf_counter()
        arguments = [*options, command, "--port", str(self.port), *data_dir, *several]
        self.process = start(arguments, chosen)
        self.visitor = Visitor(self.port)

    @classmethod
    def demo(cls, folder: Path) -> Self:
        """The demonstration on that folder."""
        return cls({"data_dir": folder}, "demo")

    def ready(self) -> Self:
        """The site once it answers; `first_page_s` says after how long."""
        while self.process.poll() is None:
            if self.visitor.ask("/").status:
                self.first_page_s = time.perf_counter() - self.started
                return self
            time.sleep(0.02)
        raise RuntimeError(
            f"the service ended at once:\n{log_of(self.chosen).read_text()[-2_000:]}"
        )

    def get(self, path: str) -> Answer:
        """The answer to the site's own visitor, which must be a good one."""
        answer = self.visitor.ask(path)
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} for {path}")
        return answer

    @property
    def memory_mb(self) -> float:
        """Resident memory of the process and of those it started."""
        first = psutil.Process(self.process.pid)
        return sum(one.memory_info().rss for one in (first, *first.children(recursive=True))) / 1e6

    def stop(self) -> None:
        """End the process."""
        self.visitor.close()
        self.process.terminate()
        self.process.wait()

    def __enter__(self) -> Self:
        return self.ready()

    def __exit__(self, *_: object) -> None:
        self.stop()
