"""An import keeps a sheet as its person asked, and says what of the file it left aside."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from impact_alliances.db import writing
from impact_alliances.importers.exporting import export_file
from impact_alliances.resources.case import Case
from impact_alliances.resources.catalyseur import Catalyseur
from impact_alliances.resources.kinds import KINDS
from impact_alliances.resources.resource import DRAFT, PUBLISHED, RETIRED
from impact_alliances.resources.wishes import LEFT, PAUSED, WITHDRAWN, Wish
from support.builders import a_case, a_catalyseur, store, stored
from tests.importers.files import take, verdicts


def _wish(database: Engine, kind: str, wish: str) -> None:
    with writing(database) as session:
        session.add(Wish(kind=kind, resource_id="awa", wish=wish))


@pytest.mark.parametrize(
    ("wish", "status", "address", "said"),
    [
        (PAUSED, DRAFT, "awa@liens.example", "en pause"),
        (WITHDRAWN, RETIRED, "", "s’est retirée"),
    ],
)
def test_a_person_who_left_does_not_come_back_with_the_file_of_before(
    either_database: Engine, tmp_path: Path, wish: str, status: str, address: str, said: str
) -> None:
    """The file says published, with e-mail and telephone; its other columns go in."""
    store(either_database, a_catalyseur(id="awa"))
    before = export_file(either_database, KINDS["catalyseur"], "csv")
    _wish(either_database, "catalyseur", wish)
    report = take(
        either_database,
        tmp_path,
        before.replace(b"Animatrice de", b"Animatrice du"),
        kind="catalyseur",
    )
    found = stored(either_database, Catalyseur, "awa")
    assert found
    assert (found.status, found.email, bool(found.phone)) == (status, address, bool(address))
    assert found.role == "Animatrice du dialogue territorial"
    (remark,) = report.remarks
    assert remark.warning
    assert said in remark.reason
    again = take(either_database, tmp_path, before, kind="catalyseur", name="b.csv")
    assert verdicts(again) == {"updated": 1}


@pytest.mark.parametrize(
    ("wish", "address"), [(LEFT, ""), (PAUSED, "awa@liens.example"), (WITHDRAWN, "")]
)
def test_a_case_outlives_its_bearer(
    database: Engine, tmp_path: Path, wish: str, address: str
) -> None:
    """It is retired when that was asked alone."""
    store(database, a_case(id="awa", contact_name="Awa", contact_email="awa@liens.example"))
    before = export_file(database, KINDS["case"], "csv")
    _wish(database, "case", wish)
    report = take(database, tmp_path, before, kind="case")
    found = stored(database, Case, "awa")
    assert found
    assert found.status == (RETIRED if wish == WITHDRAWN else PUBLISHED)
    assert (found.contact_email, bool(found.contact_name)) == (address, bool(address))
    assert len(report.remarks) == (wish != PAUSED)
