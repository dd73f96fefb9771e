"""The files of the pages: style sheet, scripts, mark, fonts.

Their addresses hold a version that changes with any of them, `/static/9f2c…/style.css`: what a
browser has once read it never asks for again. One file names another by its mere name.
"""

import gzip
import mimetypes
import os
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

import brotli
from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from impact_alliances.web.fonts import FACES, Fonts

STATIC = Path(__file__).parent / "static"
_HTMX = ("js_lib_htmx", "static/htmx")
IMMUTABLE = "public, max-age=31536000, immutable"


def _version() -> str:
    """A mark that changes with any of the files."""
    mark = blake2b(digest_size=5)
    for path in sorted(STATIC.iterdir()):
        mark.update(path.name.encode() + path.read_bytes())
    mark.update(version("django-js-lib-htmx").encode())
    mark.update("".join(face.key for face in FACES.values()).encode())
    return mark.hexdigest()


VERSION = _version()


def asset(name: str) -> str:
    """The address of a file of the pages: browsers may keep it for good."""
    return f"/static/{VERSION}/{name}"


class Assets(StaticFiles):
    """The files, those of the code and the fonts. Texts are compressed as much as can be, once."""

    def __init__(self, fonts: Fonts) -> None:
        super().__init__(directory=STATIC, packages=[_HTMX])
        self._fonts = fonts

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        name = _name_of(path)
        if name in FACES:
            try:
                font = self._fonts.path(name)
            except OSError:
                return "", None
            return str(font), font.stat()
        return super().lookup_path(name)

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        if isinstance(answer, FileResponse) and scope["method"] == "GET":
            answer = _compressed(answer, Headers(scope=scope).get("accept-encoding", ""))
        if path.startswith(f"{VERSION}/"):
            answer.headers["Cache-Control"] = IMMUTABLE
        return answer


def _name_of(path: str) -> str:
    """The file at a path; one of another version, asked for by a page of before, is found too."""
    before, _, name = path.partition("/")
    return name if len(before) == len(VERSION) and name else path


def _compressed(answer: FileResponse, accepted: str) -> Response:
    """The same file in the best encoding accepted, if it is a text."""
    encoding = next((one for one in _ENCODERS if one in accepted), "")
    media_type = mimetypes.guess_type(answer.path)[0] or ""
    if not media_type.startswith(("text/", "image/svg", "application/java")):
        return answer
    answer.headers.add_vary_header("Accept-Encoding")
    if not encoding:
        return answer
    content = _encoded(str(answer.path), Path(answer.path).stat().st_mtime_ns, encoding)
    headers = {name: answer.headers[name] for name in ("etag", "last-modified")}
    headers |= {"content-encoding": encoding, "vary": "Accept-Encoding"}
    return Response(content, headers=headers, media_type=media_type)


_ENCODERS: dict[str, Callable[[bytes], bytes]] = {"br": brotli.compress, "gzip": gzip.compress}


@lru_cache
def _encoded(path: str, changed: int, encoding: str) -> bytes:
    """The file at `path` as it was at that time."""
    return _ENCODERS[encoding](Path(path).read_bytes())
