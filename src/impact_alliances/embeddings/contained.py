"""A model in a process of its own, started when it is first needed and again when it dies.

A text that kills it costs the one who asked, not the service: whatever else was being read at that
moment is read again alone, one text after the other, in a second process, so that innocent texts
are answered and the guilty one is known (docs/decisions/0008).
"""

import hashlib
import itertools
import logging
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections import OrderedDict, deque
from concurrent.futures import Future
from multiprocessing.connection import Connection, Pipe
from typing import NamedTuple

from impact_alliances.embeddings.embedder import EmbedderUnavailable, UnreadableText
from impact_alliances.embeddings.reading_process import READY

# A text takes 20 ms, half a second at most: past this the process is stuck in it, even on a very
# busy machine.
STUCK_S = 30.0
# Loading takes a second; a full disk or a frozen machine must not keep it for ever.
START_S = 60.0
# Questions waiting; more are refused at once, since they would wait longer than a visitor does.
MOST_WAITING = 64
# Starts allowed in so many seconds: past them the machine has better to do than loading a model
# that dies.
MOST_STARTS, STARTS_WITHIN_S = 12, 60.0
# Texts known to kill the model, which are not given to it again.
REMEMBERED_KILLERS = 10_000
# What ends a process whose native code went wrong. A kill from outside (the system lacks memory)
# says nothing of the text.
_OWN_FAULTS = {-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS, -signal.SIGFPE, -signal.SIGILL}
_log = logging.getLogger(__name__)
Answer = tuple[bytes | None, str]


class Question(NamedTuple):
    """A text to read, as a query or as a passage."""

    is_query: bool
    text: str


class _Died(Exception):
    """The process died while it read. `by_itself`: of its own fault, once loaded, so that a text
    may be guilty.
    """

    def __init__(self, by_itself: bool) -> None:
        super().__init__()
        self.by_itself = by_itself


class _Process:
    """One life of the model. Any thread may ask; one thread listens, and buries it."""

    def __init__(self, module: str, stuck_s: float) -> None:
        ours, theirs = Pipe()
        command = [sys.executable, "-P", "-m", module, str(theirs.fileno())]
        # A group of its own: Ctrl-C is for the service, whose end closes the socket. Sessions of
        # the model are started by exec: a fork would copy threads and locks.
        self._process = subprocess.Popen(  # noqa: S603
            command,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            process_group=0,
        )
        theirs.close()
        self._connection: Connection = ours
        self._stuck_s = stuck_s
        self._lock = threading.Lock()
        self._numbers = itertools.count(READY + 1)
        self._waiting: dict[int, tuple[Future[Answer], float]] = {}
        self._ready_at: float | None = None
        self._is_late_after = time.monotonic() + START_S
        self.is_over = False
        self._listener = threading.Thread(target=self._listen, name="model", daemon=True)
        self._listener.start()

    def ask(self, question: Question) -> "Future[Answer]":
        """The answer to come; it fails with `_Died`."""
        asked: Future[Answer] = Future()
        with self._lock:
            if len(self._waiting) >= MOST_WAITING:
                raise EmbedderUnavailable("Le modèle de sens a trop de textes à lire à la fois.")
            try:
                if self.is_over:
                    raise OSError
                number = next(self._numbers)
                self._connection.send((number, *question))
            except OSError:
                asked.set_exception(_Died(by_itself=False))
            else:
                self._waiting[number] = (asked, time.monotonic())
        return asked

    def end(self) -> None:
        """End it now; what it was reading fails."""
        self._process.kill()
        self._listener.join(timeout=5)

    def _listen(self) -> None:
        look_at = 0.0
        try:
            while True:
                if time.monotonic() >= look_at:
                    self._kill_if_stuck()
                    look_at = time.monotonic() + min(1.0, self._stuck_s / 4)
                if self._connection.poll(self._stuck_s / 4):
                    self._take(*self._connection.recv())
        except (EOFError, OSError):
            self._bury()

    def _take(self, number: int, vector: bytes | None, read: str) -> None:
        if number == READY:
            self._ready_at = time.monotonic()
            return
        with self._lock:
            asked, _ = self._waiting.pop(number)
        # Its answer may come after all, once it was taken for stuck: whoever asked was told.
        if not asked.done():
            asked.set_result((vector, read))

    def _kill_if_stuck(self) -> None:
        """Kill it if it has been loading or reading one text for too long; that text is guilty, the
        others are read again.
        """
        now = time.monotonic()
        if self._ready_at is None:
            if now > self._is_late_after:
                self._process.kill()
            return
        # Without the lock, which whoever speaks to a stuck process holds.
        waiting = list(self._waiting.values())
        stuck = [
            asked for asked, since in waiting if now - max(since, self._ready_at) > self._stuck_s
        ]
        if stuck and not stuck[0].done():
            _log.warning("Le modèle de sens ne répondait plus : il est redémarré.")
            stuck[0].set_exception(_Died(by_itself=True))
            self._process.kill()

    def _bury(self) -> None:
        self._connection.close()
        self._process.kill()
        by_itself = self._process.wait() in _OWN_FAULTS and self._ready_at is not None
        with self._lock:
            self.is_over = True
            waiting, self._waiting = self._waiting, {}
        for asked, _ in waiting.values():
            if not asked.done():
                asked.set_exception(_Died(by_itself))


class Contained:
    """The model of `module`, which speaks as `reading_process` does. For any number of threads.

    `patience_s` is how long a question may wait in all. A process is stuck after `stuck_s` on one
    text.
    """

    def __init__(self, module: str, *, stuck_s: float = STUCK_S) -> None:
        self._module, self._stuck_s = module, stuck_s
        self._lock = threading.Lock()
        # Held by whoever has a text read alone.
        self._alone_lock = threading.Lock()
        self._suspects = 0
        self._starts: deque[float] = deque(maxlen=MOST_STARTS)
        self._killers: OrderedDict[bytes, None] = OrderedDict()
        # Both processes: the usual one, and the one of those read alone. They end with this object,
        # or with the interpreter.
        self._processes: dict[str, _Process] = {}
        self._end = weakref.finalize(self, _end_all, self._processes)

    def read(self, question: Question, patience_s: float) -> Answer:
        """The vector, as bytes, and the part of the text that was read. Raises `UnreadableText` or
        `EmbedderUnavailable`.
        """
        until = time.monotonic() + patience_s
        digest = hashlib.blake2b(repr(question).encode(), digest_size=12).digest()
        if digest in self._killers:
            raise UnreadableText
        try:
            found = self._answer("usual", question, until)
        except _Died:
            found = self._read_alone(question, digest, until)
        if found[0] is None:
            raise UnreadableText
        return found

    def close(self) -> None:
        """End the processes; the next question starts one again."""
        with self._lock:
            _end_all(self._processes)

    def _answer(self, role: str, question: Question, until: float) -> Answer:
        try:
            return (
                self._running(role).ask(question).result(timeout=max(0.0, until - time.monotonic()))
            )
        except TimeoutError as late:
            raise EmbedderUnavailable("Le modèle de sens tarde trop à répondre.") from late

    def _running(self, role: str) -> _Process:
        with self._lock:
            current = self._processes.get(role)
            if current is None or current.is_over:
                self._check_starts()
                current = self._processes[role] = _Process(self._module, self._stuck_s)
            return current

    def _check_starts(self) -> None:
        now = time.monotonic()
        if len(self._starts) == MOST_STARTS and now - self._starts[0] < STARTS_WITHIN_S:
            raise EmbedderUnavailable(
                "Le modèle de sens s’est arrêté trop souvent : il se repose une minute."
            )
        self._starts.append(now)

    def _read_alone(self, question: Question, digest: bytes, until: float) -> Answer:
        """Read a text during whose reading the process died, with no other beside it."""
        with self._lock:
            self._suspects += 1
        is_mine = self._alone_lock.acquire(timeout=max(0.0, until - time.monotonic()))
        try:
            if not is_mine:
                raise EmbedderUnavailable("Le modèle de sens vient de s’arrêter.")
            return self._answer("alone", question, until)
        except _Died as death:
            if not death.by_itself:
                raise EmbedderUnavailable("Le modèle de sens s’est arrêté.") from death
            self._remember(digest)
            raise UnreadableText from death
        finally:
            self._leave(is_mine)

    def _leave(self, is_mine: bool) -> None:
        """Let the next suspect in; the last one ends the second process, which weighs as much as
        the first.
        """
        with self._lock:
            self._suspects -= 1
            over = self._processes.pop("alone", None) if is_mine and not self._suspects else None
        if over:
            over.end()
        if is_mine:
            self._alone_lock.release()

    def _remember(self, digest: bytes) -> None:
        _log.warning("Un texte arrête le modèle de sens : il ne lui est plus donné.")
        with self._lock:
            self._killers[digest] = None
            if len(self._killers) > REMEMBERED_KILLERS:
                self._killers.popitem(last=False)


def _end_all(processes: dict[str, _Process]) -> None:
    while processes:
        processes.popitem()[1].end()
