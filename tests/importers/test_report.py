"""The report: one cause is told once, with its lines, however long the file."""

from impact_alliances.importers.report import Batch, Remark, Report


def _report(*remarks: Remark) -> Report:
    report = Report()
    report.add(Batch(remarks=list(remarks)))
    return report


def test_one_cause_is_one_line_with_its_ranges() -> None:
    lines = [*range(2, 37_681), 40_000]
    report = _report(*(Remark(line, "echelon", "?", "Valeur inconnue.") for line in lines))
    assert report.lines()[1:] == [
        "Lignes 2 à 37680 et 40000, colonne « echelon » («\u00a0?\u00a0») : Valeur inconnue."
    ]


def test_lines_that_do_not_follow_are_told_up_to_a_point() -> None:
    report = _report(*(Remark(line, "", "", "Il faut un « id ».") for line in range(2, 2_002, 2)))
    assert report.lines()[1:] == ["Lignes 2, 4, 6, 8, 10, 12 et 994 autres : Il faut un « id »."]


def test_many_values_of_one_cause_are_told_up_to_a_point() -> None:
    report = _report(
        *(Remark(line, "date", f"hier {line}", "Date non reconnue.") for line in range(2, 502))
    )
    told = report.lines()[1:]
    assert told[0] == "Ligne 2, colonne « date » («\u00a0hier 2\u00a0») : Date non reconnue."
    assert told[10:] == [
        "Lignes 12 à 501, colonne « date » (d’autres valeurs) : Date non reconnue."
    ]


def test_a_report_is_never_longer_than_one_reads() -> None:
    """Whatever a file holds, memory is bounded and all is counted."""
    report = _report(
        *(
            Remark(line, "id", "x", f"Cet identifiant est déjà celui de la ligne {line - 1}.")
            for line in range(2, 50_002)
        )
    )
    assert len(report.lines()) == 1_002
    assert report.lines()[-1] == "… et 49\u202f000\u00a0autres défauts."
