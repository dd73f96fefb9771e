"""Files made to harm, imported each by a process of its own: what it says, how long, and the peak
of its memory.

`python -m bench.hostile [NAME…]`. The peak is that of the largest process, the importer or the one
that reads workbooks.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from support.hostile_files import FILES

ALLOWED_MB = 300
# The import alone, for it starts ten times sooner than the command; what the command adds is to say
# it.
IMPORT = """
import sys
from pathlib import Path
from impact_alliances.db import make_engine
from impact_alliances.errors import Refusal
from impact_alliances.importers.importing import import_file
from impact_alliances.migrating import migrate
from impact_alliances.resources.kinds import KINDS

database = make_engine(sys.argv[1])
migrate(database)
try:
    report = import_file(database, KINDS["case"], Path(sys.argv[2]))
except Refusal as refusal:
    raise SystemExit(refusal.detail)
print("\\n".join(report.lines()))
raise SystemExit(1 if report.refused else 0)
"""
ORDINARY = "id,title,status\nc1,Les haies,brouillon\n"


@dataclass(frozen=True)
class Import:
    """How one import ended: its exit code, what it said, its peak of memory in MB, its seconds."""

    code: int
    said: str
    peak_mb: float
    seconds: float

    @property
    def is_a_sentence(self) -> bool:
        """Whether it was refused in French, without the story of what the code was doing."""
        return (
            self.code == 1
            and bool(self.said.strip())
            and "Traceback" not in self.said
            and "panicked" not in self.said
        )


def run(folder: Path, file: Path) -> Import:
    """Import that file as cases into the base of `folder`."""
    said = folder / "said"
    command = [sys.executable, "-c", IMPORT, f"sqlite:///{folder / 'base.sqlite3'}", str(file)]
    start = time.monotonic()
    with said.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
    # It was waited for above, with what it used.
    process.returncode = os.waitstatus_to_exitcode(status)
    return Import(
        process.returncode,
        said.read_text(errors="replace"),
        usage.ru_maxrss / 1024,
        time.monotonic() - start,
    )


def main(names: Sequence[str]) -> int:
    """Print a line a file, then the peak above an ordinary import; exit code 1 when a file is not
    refused as it should be.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "ordinary.csv"
        file.write_text(ORDINARY, encoding="utf-8")
        run(folder, file)
        idle = run(folder, file).peak_mb
        found = {name: _taken(folder, name) for name in names or FILES}
    peak = max(each.peak_mb for each in found.values()) - idle
    wrong = [name for name, each in found.items() if not each.is_a_sentence]
    print(
        f"{len(found)} files; idle {idle:.0f} MB; peak {peak:.0f} MB above it; not refused in "
        f"a sentence: {wrong or 'none'}"
    )
    return 1 if wrong or peak > ALLOWED_MB else 0


def _taken(folder: Path, name: str) -> Import:
    file = folder / name
    subprocess.run([sys.executable, "-m", "support.hostile_files", str(file)], check=True)
    found = run(folder, file)
    file.unlink()
    sentence = found.said.strip().splitlines() or [""]
    print(
        f"{name:28} {found.code:>3} {found.peak_mb:6.0f} MB {found.seconds:6.1f} s  "
        f"{sentence[0][:110]} ({len(sentence)})",
        flush=True,
    )
    return found


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
