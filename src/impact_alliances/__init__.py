"""La base IMPACT-Alliances: cases, catalyseurs, Jeudis and watch articles, found by words and by
meaning.
"""

import os
from importlib.metadata import version

# Both must be set before numpy and the bundled model load: the two libraries otherwise
# fight over the cores and a query embedding takes four times longer.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = version("impact-alliances")
