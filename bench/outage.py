"""The search server hangs, refuses or resets while visitors search: what they get, and how soon all
is as before.

python -m bench.outage [seconds]
"""

import itertools
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_plus

from bench.base import rebuilt, seeded
from bench.proxy import Mood, Proxy
from bench.questions import questions
from bench.times import spread
from impact_alliances.wiring import Service
from support.builders import a_case, store
from support.load import Load
from support.meilisearch import NoServer, Server
from support.processes import Chosen, unforeseen
from support.service import wired
from support.website import Answer, Site, Visitor

# How long each outage lasts; a case is saved in its middle.
LASTS_S = 30.0
CALM_S = 5.0
# Each visitor reads a little between two searches: the machine is busy, not drowned.
VISITORS, PAUSE_S = 8, 0.5
# Requests before any is counted: the service reads its tables at the first ones.
WARM_UP = 30
TIMEOUT_S, ALLOWANCE_S = 2.0, 0.3
# What is saved meanwhile must be found this soon after the server is back; we give up looking after
# a minute.
BAR_S, GIVE_UP_S = 5.0, 60.0
_endings = itertools.cycle("abcdefghijklmnopqrstuvwxyz")
MOODS: dict[Mood, str] = {"hang": "se tait", "refuse": "refuse", "reset": "coupe"}


@dataclass(frozen=True)
class Outage:
    """What visitors got while the server was out of reach, and the seconds from its return to full
    answers and to the case saved.
    """

    answers: Sequence[Answer]
    whole_s: float | None
    found_s: float | None

    def lines(self) -> list[str]:
        """What to print."""
        limit = (TIMEOUT_S + ALLOWANCE_S) * 1000
        prompt = sum(answer.took_ms <= limit for answer in self.answers) / max(len(self.answers), 1)
        worst = max((answer.took_ms for answer in self.answers), default=0.0)
        found = (
            "jamais"
            if self.found_s is None
            else f"{self.found_s:.1f} s après le retour (barre {BAR_S:.0f} s)"
        )
        whole = "jamais" if self.whole_s is None else f"{self.whole_s:.1f} s"
        return [
            f"{len(self.answers)} recherches, {prompt:.1%} en moins de {limit:.0f} ms, la "
            f"pire {worst:.0f} ms",
            said(self.answers),
            f"fiche enregistrée pendant la panne : trouvée {found} ; réponses entières "
            f"après {whole}",
        ]


def said(answers: Sequence[Answer]) -> str:
    """Statuses, how many answers say that something lacks, and their times."""
    statuses = Counter(answer.status for answer in answers)
    reasons = Counter(answer.json["degraded"] for answer in answers if answer.status == 200)
    degraded = [f"{count} × {reason}" for reason, count in reasons.items() if reason]
    times = spread([answer.took_ms for answer in answers]) if answers else ""
    return f"statuts {dict(statuses)} ; dégradées : {' ; '.join(degraded) or 'aucune'} ; {times}"


def searching(port: int, start: int) -> Callable[[], Answer]:
    """A visitor who asks the questions one after the other, from one of their own."""
    texts = itertools.cycle(question.text for question in questions()[start:])
    visitor = Visitor(port)
    return lambda: visitor.ask(f"/api/search?q={quote_plus(next(texts))}")


def suffer(
    mood: Mood, lasts_s: float, proxy: Proxy, site: Site, service: Service, searches: Load[Answer]
) -> Outage:
    """One outage under load, with a case saved in its middle, until the case is found again."""
    # A word no other holds, and not in the title: the search of last resort reads titles.
    word = f"zyx{mood}{next(_endings)}quelvor"
    searches.take()
    proxy.behave(mood)
    time.sleep(lasts_s / 2)
    store(service.database, a_case(id=word, need=f"Il manque un {word}."))
    time.sleep(lasts_s / 2)
    answers = searches.take()
    proxy.behave("pass")
    back = time.perf_counter()
    address = f"/api/search?mode=keyword&correction=non&q={word}"
    whole_s = _until(back, lambda: _is_whole(site.visitor.ask(address)))
    return Outage(answers, whole_s, _until(back, lambda: _is_found(site.visitor.ask(address))))


def _is_whole(answer: Answer) -> bool:
    return answer.status == 200 and answer.json["degraded"] is None


def _is_found(answer: Answer) -> bool:
    return _is_whole(answer) and answer.json["total"] == 1


def _until(since: float, is_so: Callable[[], bool]) -> float | None:
    """The seconds from then until it is so; None when it never is."""
    while not is_so():
        if time.perf_counter() - since > GIVE_UP_S:
            return None
        time.sleep(0.1)
    return time.perf_counter() - since


def measure(chosen: Chosen, proxy: Proxy, lasts_s: float) -> None:
    """The outages of one service, once it has read its tables."""
    with wired(chosen) as service, Site(chosen) as site:
        ask = searching(site.port, 0)
        for _ in range(WARM_UP):
            ask()
        under_load(site, service, proxy, lasts_s)


def under_load(site: Site, service: Service, proxy: Proxy, lasts_s: float) -> None:
    """Print the calm, then each outage, while visitors search."""
    with Load([searching(site.port, 7 * place) for place in range(VISITORS)], PAUSE_S) as searches:
        time.sleep(CALM_S)
        print(f"  avant : {said(searches.take())}", flush=True)
        for mood, name in MOODS.items():
            lines = suffer(mood, lasts_s, proxy, site, service, searches).lines()
            print(f"  le serveur {name}, {lasts_s:.0f} s\n    " + "\n    ".join(lines), flush=True)
            time.sleep(CALM_S)


def main(lasts_s: float = LASTS_S) -> None:
    """Print every outage, with and without an embedded index beside the server."""
    print(f"Pannes du serveur de recherche, {VISITORS} visiteurs")
    with seeded() as service, tempfile.TemporaryDirectory() as folder:
        try:
            with Server(Path(folder)) as server, Proxy(server.port) as proxy:
                where = {"data_dir": service.settings.data_dir, "meilisearch_url": proxy.url}
                chosen = server.chosen(**where, meilisearch_timeout_s=TIMEOUT_S)
                with wired(chosen) as on_server:
                    rebuilt(on_server)
                for has_spare in (True, False):
                    print(f"{'avec' if has_spare else 'sans'} index embarqué de secours")
                    measure({**chosen, "meilisearch_spare": has_spare}, proxy, lasts_s)
                print(f"fautes imprévues des services : {dict(unforeseen(chosen)) or 'aucune'}")
        except NoServer as none:
            print(f"  passées : {none}")


if __name__ == "__main__":
    main(*map(float, sys.argv[1:2]))
