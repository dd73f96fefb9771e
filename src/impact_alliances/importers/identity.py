"""Which resource a row speaks of: by its id, or without one by the address of its source. What
could be two is named.

An id of its own is the whole identity of a row: two cases read in one report share its address. A
row without id is the resource whose id follows from its address, or the only one that has this
address.
"""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select

from impact_alliances.importers.report import Remark
from impact_alliances.resources.kinds import Kind
from impact_alliances.resources.resource import Resource
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.matching import slugify

Values = dict[str, object]


@dataclass
class Stored:
    """The stored resources that some rows may speak of."""

    by_id: dict[str, Resource] = field(default_factory=dict)
    by_address: dict[str, list[Resource]] = field(default_factory=lambda: defaultdict(list))


class Identities:
    """Those of the rows of one file, in its order."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self._lines: dict[str, int] = {}
        self._addresses: dict[str, tuple[int, bool]] = {}
        self._held: dict[str, tuple[int, str]] = {}

    def id_of(self, values: Values) -> str:
        """The id a row gives, or the one that follows from its source's address, so that importing
        again finds it.
        """
        return _text(values, "id") or self._derived(_text(values, "source_url"))

    def _derived(self, address: str) -> str:
        if not address:
            return ""
        digest = hashlib.blake2b(address.encode(), digest_size=6).hexdigest()
        return f"{slugify(self.kind.slug)}-{digest}"

    def remarks(self, line: int, values: Values) -> list[Remark]:
        """What keeps this row from being told apart from those above it."""
        identifier, address = self.id_of(values), _text(values, "source_url")
        has_id = bool(_text(values, "id"))
        if not identifier:
            return [
                Remark(line, "id", "", "Il faut un « id », ou un « source_url » qui en tient lieu.")
            ]
        first, first_has_id = (
            self._addresses.setdefault(address, (line, has_id)) if address else (line, True)
        )
        if first != line and not (has_id and first_has_id):
            reason = (
                f"Cette adresse est déjà celle de la ligne {first} : donnez un « id » à chacune."
            )
            return [Remark(line, "source_url", address, reason)]
        first = self._lines.setdefault(identifier, line)
        return (
            []
            if first == line
            else [
                Remark(
                    line, "id", identifier, f"Cet identifiant est déjà celui de la ligne {first}."
                )
            ]
        )

    def stored(self, session: Session, several: list[Values]) -> Stored:
        """What the database holds under the ids and addresses of these rows."""
        table: Any = self.kind.table
        addresses = [_text(values, "source_url") for values in several if values.get("source_url")]
        identifiers = [self.id_of(values) for values in several]
        statement = select(table).where(
            col(table.id).in_(identifiers) | col(table.source_url).in_(addresses)
        )
        stored = Stored()
        for resource in session.exec(statement.order_by(col(table.id))):
            stored.by_id[resource.id] = resource
            stored.by_address[resource.source_url].append(resource)
        return stored

    def match(self, line: int, values: Values, stored: Stored) -> Resource | Remark | None:
        """The stored resource this row speaks of, None when it is new, or the remark that keeps
        from saying it.
        """
        known = stored.by_id.get(self.id_of(values))
        address = _text(values, "source_url")
        if not known and not _text(values, "id"):
            several = [
                resource
                for resource in stored.by_address.get(address, ())
                if self._address(resource) == address
            ]
            if len(several) > 1:
                ids = french.listed([resource.id for resource in several[:5]])
                return Remark(
                    line,
                    "source_url",
                    address,
                    f"Plusieurs fiches ont cette adresse ({ids}) : donnez un « id ».",
                )
            known = several[0] if several else None
        first, _ = self._held.get(known.id, (line, "")) if known else (line, "")
        if known and first != line:
            return Remark(
                line, "id", known.id, f"La fiche « {known.id} » est déjà celle de la ligne {first}."
            )
        return known

    def likely_double(self, line: int, values: Values, stored: Stored) -> list[Remark]:
        """A warning when a new row has an id, and its address is already that of a resource
        imported without one.
        """
        derived = self._derived(_text(values, "source_url"))
        if derived not in stored.by_id:
            return []
        reason = (
            f"Cette adresse est déjà celle de la fiche « {derived} », importée sans « id » : "
            "est-ce la même ?"
        )
        return [Remark(line, "source_url", _text(values, "source_url"), reason, warning=True)]

    def hold(self, line: int, resource: Resource) -> None:
        """Note that this resource is that of this line."""
        self._held[resource.id] = (line, resource.source_url)

    def _address(self, resource: Resource) -> str:
        """The address of a resource, as this file leaves it: a dry run has not written it."""
        return self._held[resource.id][1] if resource.id in self._held else resource.source_url


def _text(values: Values, name: str) -> str:
    return str(values.get(name) or "")
