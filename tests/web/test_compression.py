"""What is compressed, and for whom."""

import pytest
from starlette.testclient import TestClient

from impact_alliances.web.compression import MINIMUM_SIZE


@pytest.mark.parametrize(
    ("path", "accepted", "encoding"),
    [
        ("/recherche", "gzip", "gzip"),
        ("/recherche", "identity", None),
        ("/api/cases/rien", "gzip", None),
    ],
)
def test_pages_are_compressed_for_who_accepts_it(
    client: TestClient, path: str, accepted: str, encoding: str | None
) -> None:
    """What fits in one packet goes as it is; caches are told of the rest."""
    answer = client.get(path, headers={"accept-encoding": accepted})
    assert answer.headers.get("content-encoding") == encoding
    is_small = len(answer.content) < MINIMUM_SIZE
    assert is_small or "Accept-Encoding" in answer.headers["vary"]
