"""Which field each header of a file names, and whether the file is of the kind it is said to be."""

from collections.abc import Iterable

from rapidfuzz import fuzz, process

from impact_alliances.errors import Unreadable
from impact_alliances.importers.report import MOST_UNKNOWN
from impact_alliances.importers.rows import Row
from impact_alliances.resources.fields import header_key, names_by_key
from impact_alliances.resources.kinds import KINDS, Kind
from impact_alliances.vocabularies import french

# By how many columns another kind must know more of them, to be the one of the file: a case may
# well come with an address and a site that it has no field for.
_CLEARLY_MORE = 3


class Headers:
    """The headers of one file. `unknown` holds those that name no field, with the nearest one known
    for those that are told.
    """

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.unknown: dict[str, str] = {}
        self._names = names_by_key(kind.slug)
        self._fields: dict[str, str | None] = {}

    def field_of(self, header: str) -> str | None:
        """The field that `header` names, or None, noted as unknown."""
        if header not in self._fields:
            name = self._fields[header] = self._names.get(header) or self._names.get(
                header_key(header)
            )
            if name is None:
                self.unknown[header] = (
                    self._near(header) if len(self.unknown) < MOST_UNKNOWN else ""
                )
        return self._fields[header]

    def _near(self, header: str) -> str:
        near = process.extractOne(header, list(self._names), scorer=fuzz.ratio, score_cutoff=70)
        return near[0] if near else ""

    def refuse_another_kind(self, rows: Iterable[Row]) -> None:
        """Raise `Unreadable` when the headers of these rows are clearly those of another kind."""
        headers = {header for row in rows for header in row.cells}
        known = {slug: self._known(slug, headers) for slug in KINDS}
        likely = max(known, key=lambda slug: len(known[slug]))
        if len(known[likely]) < len(known[self.kind.slug]) + _CLEARLY_MORE:
            return
        telling = sorted(known[likely] - known[self.kind.slug])[:3]
        raise Unreadable(
            f"Ces colonnes ({french.listed(telling)}) sont celles de "
            f"{french.quoted(KINDS[likely].tab)}, non de "
            f"{french.quoted(self.kind.tab)} : importez ce fichier avec « --kind {likely} »."
        )

    def _known(self, slug: str, headers: set[str]) -> set[str]:
        names = names_by_key(slug)
        return {header for header in headers if names.get(header) or names.get(header_key(header))}
