"""What a command shows while it runs, where no terminal shows a bar."""

import pytest

from impact_alliances import terminal


def test_a_journal_is_told_how_far_a_long_work_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line every few seconds and no more, though the work tells of every batch."""
    moments = iter((0, 2, 4, 6, 8, 10, 12))
    monkeypatch.setattr("impact_alliances.terminal.time.monotonic", lambda: next(moments))
    with terminal.progress("Indexation") as advance:
        for done in range(500, 3_000, 500):
            advance(done, 5_766)
        advance(3_000, None)
    assert capsys.readouterr().err.splitlines() == [
        "Indexation…",
        "Indexation : 1\u202f500 sur 5\u202f766",
        "Indexation : 3\u202f000",
    ]
