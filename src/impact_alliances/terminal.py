"""What a command shows while it runs: lines, bars, and the word it leaves with when it is
stopped.
"""

import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from impact_alliances.faults import NOT_DONE, told
from impact_alliances.vocabularies import french

out, err = (
    Console(highlight=False, soft_wrap=True),
    Console(stderr=True, highlight=False, soft_wrap=True),
)
INTERRUPTED = (
    "Interrompu. Rien de ce qui était enregistré n’est perdu : relancez la même commande pour "
    "continuer."
)
# How often, in seconds, a file or a journal is told how far the work is.
TELL_EVERY_S = 5.0
_SHOW_CURSOR = "\033[?25h"
# Told how much is done, of how much in all (None: nobody knows yet).
Advance = Callable[[int, int | None], None]
_log = logging.getLogger(__name__)


def tell(fault: Exception) -> int:
    """Say a fault in a sentence. Returns the exit code of the command that met it."""
    _log.debug("La cause.", exc_info=fault)
    found = told(fault)
    err.print(found.sentence, markup=False)
    return found.code


@contextmanager
def progress(label: str) -> Iterator[Advance]:
    """A bar on a terminal, from the first instant; elsewhere the label as a line, then how far it
    is, from time to time.
    """
    if not err.is_terminal:
        err.print(f"{label}…", markup=False)
        yield _in_lines(label)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _in_lines(label: str) -> Advance:
    told = time.monotonic()

    def advance(done: int, total: int | None) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= TELL_EVERY_S:
            told = now
            of_all = "" if total is None else f" sur {french.number(total)}"
            err.print(f"{label} : {french.number(done)}{of_all}", markup=False)

    return advance


def leave_when_stopped(sentence: str = INTERRUPTED, code: int = NOT_DONE) -> None:
    """From now on ^C or SIGTERM ends the process at once with `sentence` and exit code `code`.

    Nothing is tidied up: whatever runs here may be killed at any moment without loss, and a model
    or an index in the middle of a batch would make the reader wait for seconds.
    """

    def leave(_number: int, _frame: FrameType | None) -> None:
        # Straight to the terminal: the stream may be in the middle of a line of its own.
        shown = f"\r{_SHOW_CURSOR if err.is_terminal else ''}{sentence}\n"
        os.write(sys.stderr.fileno(), shown.encode(errors="replace"))
        os._exit(code)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, leave)


def speak_utf8() -> None:
    """A terminal that cannot show a sign shows another instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def drop_output() -> None:
    """Let the process end in peace though its output cannot be written any more: what is left of it
    is lost.
    """
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
