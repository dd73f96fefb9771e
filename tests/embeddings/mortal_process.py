"""A model that does what it is told to by its texts, in the process of the real one: die, stay
stuck, give no number, answer.
"""

import os
import signal
import sys
import threading
import time
from multiprocessing.connection import Connection

import numpy as np

from impact_alliances.embeddings.reading_process import serve


class Mortal:
    """« meurs » aborts as native code does, « tue » is a kill from outside, « dors » never ends, «
    rien » is not a number, « échoue » raises.
    """

    def __init__(self) -> None:
        self._together = threading.Barrier(3)

    def token_count(self, text: str, is_query: bool = False) -> int:
        return len(text.split())

    def encode(self, text: str, is_query: bool) -> np.ndarray:
        if "ensemble" in text and "ALONE" not in os.environ:
            # Three texts are being read when one of them kills; a process started later, to read
            # them alone, waits for none.
            self._together.wait()
        if "meurs" in text:
            os.abort()
        if "échoue" in text:
            raise MemoryError
        if "tue" in text:
            os.kill(os.getpid(), signal.SIGKILL)
        if "dors" in text:
            time.sleep(3600)
        return np.full(384, np.nan if "rien" in text else 384**-0.5, dtype=np.float32)


if __name__ == "__main__":
    if "STILLBORN" in os.environ:
        os.abort()
    serve(Connection(int(sys.argv[1])), Mortal())
