"""Milliseconds, said in a few words."""

from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The value under which `share` of the values lie."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def spread(values: Sequence[float]) -> str:
    """Median and 95th percentile."""
    return f"médiane {percentile(values, 0.5):6.1f} ms   p95 {percentile(values, 0.95):6.1f} ms"


def short(values: Sequence[float]) -> str:
    """The same for a table."""
    return f"{percentile(values, 0.5):.0f} / {percentile(values, 0.95):.0f}"
