"""The files of the pages: kept for good by browsers, compressed, and fonts cut to what is used."""

import gzip
from pathlib import Path

import brotli
import pytest
from fontTools.ttLib import TTFont
from starlette.testclient import TestClient

from impact_alliances.web.assets import IMMUTABLE, STATIC, VERSION, asset
from impact_alliances.web.fonts import FACES, TEXT_SIGNS, TITLE_SIGNS, Fonts
from tests.disks import fill, small_disk

TEXTS = ["style.css", "app.js", "htmx.min.js", "logo.svg"]


@pytest.mark.parametrize("name", [*TEXTS, *FACES])
def test_a_file_at_its_version_is_kept_for_good(client: TestClient, name: str) -> None:
    """And only there: another address would keep what has changed."""
    kept = client.get(asset(name))
    assert (kept.status_code, kept.headers["cache-control"]) == (200, IMMUTABLE)
    for address in (f"/static/{name}", f"/static/{'0' * len(VERSION)}/{name}"):
        other = client.get(address)
        assert (other.status_code, other.content) == (200, kept.content)
        assert "cache-control" not in other.headers
        same = client.get(address, headers={"If-None-Match": other.headers["etag"]})
        assert same.status_code == 304


@pytest.mark.parametrize("name", TEXTS)
def test_texts_come_in_the_best_encoding_accepted(client: TestClient, name: str) -> None:
    """Brotli, gzip or none, the same text."""
    plain = client.get(asset(name), headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["vary"]
    sizes = []
    for accepted, encoding in (("gzip, deflate, br", "br"), ("gzip", "gzip")):
        with client.stream("GET", asset(name), headers={"Accept-Encoding": accepted}) as answer:
            raw = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == encoding
        assert "Accept-Encoding" in answer.headers["vary"]
        whole = brotli.decompress(raw) if encoding == "br" else gzip.decompress(raw)
        assert whole == plain.content
        sizes.append(len(raw))
    assert sizes[0] < sizes[1] < len(plain.content)


def test_what_is_none_of_the_files_is_not_found(client: TestClient) -> None:
    """Nor anything beside them."""
    for path in ("rien.css", f"{VERSION}/", f"{VERSION}/../app.py", "../web/assets.py"):
        assert client.get(f"/static/{path}").status_code == 404


@pytest.mark.parametrize("name", FACES)
def test_a_font_is_cut_named_anew_and_light(tmp_path: Path, name: str) -> None:
    """It holds the signs and weights asked for, its licence, and not the reserved name."""
    fonts = Fonts(tmp_path / "fonts")
    fonts.make()
    made = fonts.path(name)
    assert made.stat().st_size < 25_000
    font = TTFont(made)
    assert {ord(sign) for sign in FACES[name].signs} <= set(font.getBestCmap())
    assert [(axis.axisTag, axis.minValue, axis.maxValue) for axis in font["fvar"].axes] == [
        ("wght", 400, 600)
    ]
    named = {record.nameID: str(record) for record in font["name"].names}
    assert named[1] == FACES[name].family
    assert "Open Font License" in named[13]
    assert not any("Source" in named[number] for number in (1, 2, 4, 6))


def test_a_font_is_cut_once(tmp_path: Path) -> None:
    """The next start reads it."""
    made = Fonts(tmp_path).path("sans.woff2")
    before = made.stat().st_mtime_ns
    assert Fonts(tmp_path).path("sans.woff2").stat().st_mtime_ns == before
    assert [path.name for path in tmp_path.iterdir()] == [made.name]


def test_without_a_folder_to_write_pages_do_without(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told, and nothing else happens."""
    (tmp_path / "fonts").write_text("a file")
    Fonts(tmp_path / "fonts").make()
    assert "polices" in caplog.text


def test_a_full_disk_keeps_no_part_of_a_font(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """However often the service starts."""
    with small_disk(tmp_path / "disk", 1):
        filler = fill(tmp_path / "disk")
        Fonts(tmp_path / "disk").make()
        assert "No space left" in caplog.text
        assert list((tmp_path / "disk").iterdir()) == [filler]


def test_the_signs_are_those_of_the_demonstration_and_of_french() -> None:
    """Every letter of the seed's titles is in the font of titles."""
    assert set("«»’“”…œŒÿŸéèêëàâîïôûùç–—€\u00a0\u202f") <= TITLE_SIGNS < TEXT_SIGNS
    assert set((STATIC / "style.css").read_text(encoding="utf-8")) <= TEXT_SIGNS | {"\n"}
