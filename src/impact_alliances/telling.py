"""What goes wrong in a work that is tried again without end: told once, until it goes on."""

import logging

from impact_alliances.faults import told


class Faults:
    """Those of one such work. Each is one French sentence in the journal, followed by what `waits`
    meanwhile; its trace is for `--verbose`.
    """

    def __init__(self, log: logging.Logger, waits: str) -> None:
        self._log, self._waits = log, waits
        self._told: set[str] = set()

    def tell(self, fault: Exception) -> None:
        """Log it, unless it was told since the work last went on: a server out of reach is found
        so in turn by whoever asks it, and by whoever knows that it was not long ago.
        """
        sentence = told(fault).sentence
        if sentence not in self._told:
            self._told.add(sentence)
            self._log.warning("%s %s", sentence, self._waits)
            self._log.debug("La cause.", exc_info=fault)

    def are_over(self) -> None:
        """The work went on: the same fault would be news again."""
        self._told.clear()
