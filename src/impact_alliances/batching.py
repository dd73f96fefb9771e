"""Cutting a long run of things into batches (as `itertools.batched`, which the oldest Python we
serve lacks).
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items, `size` at a time."""
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch
