"""Signed links: read back as they were made, for their purpose alone, while they last."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from impact_alliances.errors import Unavailable
from impact_alliances.settings import Settings
from impact_alliances.signing import KEY_FILE, BadLink, ExpiredLink, Signer

SECRET = "0123456789abcdef" * 2
NOON = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)


def _signer(folder: Path = Path("/nulle-part"), secret_key: str = SECRET) -> Signer:
    return Signer(Settings(data_dir=folder, secret_key=secret_key, _env_file=None))


@given(st.lists(st.text(max_size=30)))
def test_what_was_signed_is_read_back(parts: list[str]) -> None:
    token = _signer().sign("pause", *parts)
    assert _signer().read("pause", token) == tuple(parts)
    # It stands in a link as it is, and a message is ASCII there.
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


def test_a_link_is_good_for_one_purpose() -> None:
    """A link that pauses removes nothing."""
    with pytest.raises(BadLink):
        _signer().read("remove", _signer().sign("pause", "cat-0001"))


def test_a_link_of_another_key_is_not_ours() -> None:
    with pytest.raises(BadLink):
        _signer(secret_key=SECRET[::-1]).read("pause", _signer().sign("pause", "cat-0001"))


def test_a_link_changed_anywhere_is_refused() -> None:
    """Each sign in turn, and what is no token at all."""
    token = _signer().sign("pause", "cat-0001", days=1)
    changed = [
        token[:at] + ("A" if sign != "A" else "B") + token[at + 1 :]
        for at, sign in enumerate(token[:-1])
    ]
    for wrong in (*changed, token[:-2], token + "A", "", ".", "..", "é", "\ud800", "a" * 5_000):
        with pytest.raises(BadLink):
            _signer().read("pause", wrong)


def test_a_link_lasts_as_long_as_was_said() -> None:
    with time_machine.travel(NOON, tick=False):
        short, long = _signer().sign("pause", "x", days=7), _signer().sign("pause", "x")
    with time_machine.travel(NOON + dt.timedelta(days=7), tick=False):
        assert _signer().read("pause", short) == ("x",)
    with time_machine.travel(NOON + dt.timedelta(days=7, seconds=1), tick=False):
        with pytest.raises(ExpiredLink):
            _signer().read("pause", short)
        assert _signer().read("pause", long) == ("x",)


def test_without_a_setting_a_key_is_drawn_once_for_all_processes(tmp_path: Path) -> None:
    """For its owner alone; those who start together share it."""
    with ThreadPoolExecutor(8) as together:
        tokens = list(
            together.map(lambda _: _signer(tmp_path / "data", "").sign("pause", "x"), range(8))
        )
    assert [_signer(tmp_path / "data", "").read("pause", one) for one in tokens] == [("x",)] * 8
    (kept,) = (tmp_path / "data").iterdir()
    assert (kept.name, kept.stat().st_mode & 0o777) == (KEY_FILE, 0o600)


def test_a_folder_that_cannot_hold_a_key_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("un fichier")
    with pytest.raises(Unavailable, match="IMPACT_SECRET_KEY"):
        _signer(tmp_path / "data", "").sign("pause", "x")
