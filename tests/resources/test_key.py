"""A key and its one written form."""

from impact_alliances.resources.key import Key, key_in
from impact_alliances.resources.kinds import key_of
from support.builders import a_case


def test_a_key_is_written_and_read_back() -> None:
    """An id may hold the sign that parts it from its kind."""
    key = key_of(a_case(id="cas-0001"))
    assert (key, str(key), f"{key}") == (("case", "cas-0001"), "case:cas-0001", "case:cas-0001")
    assert [key_in(str(one)) for one in (key, Key("jeudi", "a:b"))] == [key, ("jeudi", "a:b")]
