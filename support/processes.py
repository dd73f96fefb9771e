"""Commands of `impact-alliances` in processes of their own, under settings given by name."""

import os
import re
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

# Settings by name, as `Settings(**chosen)` takes them: the same ones for this process and for those
# it starts.
Chosen = Mapping[str, object]
_CODE = "from impact_alliances.__main__ import main; main()"


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def start(arguments: Sequence[str], chosen: Chosen) -> subprocess.Popen[bytes]:
    """Start a command; what it says goes to a file of the data folder."""
    environment = {
        **os.environ,
        **{f"IMPACT_{name.upper()}": str(value) for name, value in chosen.items()},
    }
    with log_of(chosen).open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-c", _CODE, *arguments], env=environment, stdout=log, stderr=log
        )


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a process with no time to tidy up."""
    process.kill()
    process.wait()


def log_of(chosen: Chosen) -> Path:
    """Where the commands of this data folder say what they do."""
    return Path(str(chosen["data_dir"])) / "processes.log"


def unforeseen(chosen: Chosen) -> Counter[str]:
    """The faults that the services of this data folder did not expect, each by the last line of its
    trace.
    """
    records = re.split(
        r"^(?=[A-Z]+ impact_alliances)",
        log_of(chosen).read_text(encoding="utf-8"),
        flags=re.MULTILINE,
    )
    faults = (
        record for record in records if record.startswith("ERROR impact_alliances.web.errors")
    )
    return Counter(record.split("\nERROR:")[0].strip().splitlines()[-1] for record in faults)
