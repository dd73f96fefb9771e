"""Texts of every block of Unicode through query, import and embedding: `python -m bench.fuzz
--texts 1000000`, or `make fuzz`.

Text number n is always the same, so a run goes on where another stopped (`--from N`) and each fault
has a number.
"""

import argparse
import sys

from support.fuzz import run


def main() -> None:
    """Run and print the figures; exit code 1 when there was a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=1_000_000)
    parser.add_argument("--from", dest="start", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    chosen = parser.parse_args()
    figures, ordinary = run(iter(range(chosen.start, chosen.start + chosen.texts)), chosen.seconds)
    cost, number = figures.worst
    print(
        f"{figures.read} texts, {figures.by_model} of them read by the model as question and "
        "as passage"
    )
    print(f"faults: {dict(figures.faults) or 'none'}")
    print(
        f"ordinary question {1000 * ordinary:.0f} ms of processor; dearest {1000 * cost:.0f} "
        f"ms, × {cost / ordinary:.1f} (text {number})"
    )
    print(f"goes on with --from {chosen.start + figures.read}")
    sys.exit(bool(figures.faults))


if __name__ == "__main__":
    main()
