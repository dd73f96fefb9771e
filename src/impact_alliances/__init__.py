"""La base IMPACT-Alliances: cases, catalyseurs, Jeudis and watch articles, found by words and by
meaning.
"""

import os
from importlib.metadata import version

# Set before numpy loads, here and in the process of the bundled model: numpy's threads and the
# model's own would fight over the cores, and a query take four times longer to embed.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = version("impact-alliances")
