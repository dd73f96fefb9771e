"""The thesaurus, and the file that editors write it in."""

from pathlib import Path

import pytest

from impact_alliances.errors import Refusal
from impact_alliances.settings import Settings
from impact_alliances.shipped import shipped
from impact_alliances.text.analysis import stems, tokens
from impact_alliances.text.expressions import exact, joined, parted
from impact_alliances.text.synonyms import SYNONYMS, Known, Thesaurus, thesaurus
from impact_alliances.text.synonyms_file import COLUMNS, parse, read
from impact_alliances.wiring import make_service

HEADER = ",".join(COLUMNS)


def _thesaurus(*lines: str) -> Thesaurus:
    groups, faults = parse("\n".join((HEADER, *lines)))
    assert faults == []
    return Thesaurus(groups)


def _found(known: Thesaurus, text: str) -> list[str]:
    """What an expression finds, as shown."""
    found = _known(known, text)
    return [shown for shown, _ in found.others] if found else []


def _known(known: Thesaurus, text: str) -> Known | None:
    return known.find([token for token in tokens(text) if token.stem], text)


def _stem(text: str) -> str:
    return joined(tuple(stems(text)))


def _held(known: Thesaurus, text: str) -> list[str]:
    """The expressions that a text holds."""
    return list(known.expressions_in(text, tokens(text)))


# -- what is known -------------------------------------------------------------------------------


def test_the_expressions_of_a_line_find_one_another() -> None:
    known = _thesaurus("vélo | bicyclette | petite reine")
    assert _found(known, "VELO") == ["bicyclette", "petite reine"]
    assert _found(known, "petites reines") == ["vélo", "bicyclette"]


def test_what_is_found_too_finds_nothing_in_return() -> None:
    known = _thesaurus("EHPAD | maison médicalisée,maison de retraite | foyer")
    assert _found(known, "ehpad") == ["maison médicalisée", "maison de retraite", "foyer"]
    assert _found(known, "maison médicalisée") == ["EHPAD", "maison de retraite", "foyer"]
    assert (_known(known, "foyer"), _known(known, "maison de retraite")) == (None, None)


def test_what_finds_nothing_here_may_find_others_elsewhere() -> None:
    lines = ["EHPAD,maison de retraite", "maison de retraite | hospice"]
    for known in (_thesaurus(*lines), _thesaurus(*reversed(lines))):
        assert _found(known, "maison de retraite") == ["hospice"]


def test_an_acronym_is_told_by_its_capitals_and_says_what_it_stands_for() -> None:
    known = _thesaurus("ESS | économie sociale et solidaire", "FabLab,atelier de fabrication")
    texts = ("ess", "Ess", "fablab", "économie sociale et solidaire")
    assert [one.in_full for text in texts if (one := _known(known, text))] == [
        *["économie sociale et solidaire"] * 2,
        *["", ""],
    ]


def test_an_acronym_is_known_in_its_own_form() -> None:
    """Whatever other words have its stem: « PAT » is no « pâté »."""
    known = _thesaurus("PAT | projet alimentaire")
    assert _found(known, "pat") == ["projet alimentaire"]
    assert [_known(known, text) for text in ("pâté", "pats", "patte")] == [None] * 3
    assert _held(known, "Un pâté, des pâtes ; le Pat, le PAT") == [exact("pat")] * 2


def test_some_acronyms_are_known_in_capitals_alone() -> None:
    known = _thesaurus("SEL | échange local,,oui", "AMI,appel à projets,oui", "aide,AMI")
    assert (_found(known, "SEL"), _known(known, "sel")) == (["échange local"], None)
    assert _held(known, "Un ami, du sel, un SEL, l’AMI") == [exact("sel"), exact("ami")]


def test_two_forms_of_one_word_are_one() -> None:
    """Number makes no synonym."""
    assert _found(_thesaurus("école | écoles | classe"), "écoles") == ["classe"]


def test_the_expressions_of_a_text_are_found_where_their_words_follow_one_another() -> None:
    """Stop words apart; those that are only found too, as well."""
    known = _thesaurus("hospice,maison de retraite", "maison de retraite du parc | cité")
    held = _held(known, "L’hospice, une maison de la retraite, du parc ; une cité")
    assert sorted(held) == [_stem("maison de retraite"), _stem("maison de retraite du parc")]
    assert _held(known, "Une maison, une école, sa retraite") == []


def test_an_expression_is_counted_each_time() -> None:
    held = _held(_thesaurus("mission locale"), "La mission locale et les missions locales")
    assert held == [_stem("mission locale")] * 2
    assert parted(held[0]) == tuple(stems("mission locale"))


def test_other_expressions_are_another_digest_and_other_words_are_not() -> None:
    """An index holds acronyms and expressions of several words, and knows nothing of what finds
    what.
    """
    one = _thesaurus("EHPAD,maison de retraite", "vélo | bicyclette").digest
    assert _thesaurus("maison de retraite,bus", "voiture | EHPAD").digest == one
    others = ["EHPAD,maison de retraite,oui", "EHPAD,maisons de repos", "maison de retraite,"]
    assert len({one, *(_thesaurus(line).digest for line in others)}) == 4


def test_nothing_known_is_a_thesaurus_too() -> None:
    known = _thesaurus()
    assert (known.longest, _held(known, "bus"), _known(known, "bus")) == (1, [], None)


# -- the file ------------------------------------------------------------------------------------


def test_the_file_that_is_shipped_is_sound_and_says_enough() -> None:
    groups = read(shipped("seed") / SYNONYMS)
    assert len(groups) >= 150
    assert _found(thesaurus(), groups[0].equals[0].shown)


def test_spreadsheets_write_semicolons_and_a_mark_before_the_text(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    rows = [COLUMNS, ("EHPAD", "maison de retraite", "", "à revoir ; un jour")]
    lines = ["\ufeff" + ";".join(rows[0]), ";".join(f'"{cell}"' for cell in rows[1]), ";;;", ""]
    file.write_text("\r\n".join(lines), encoding="utf-8")
    assert [group.line for group in read(file)] == [2]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (",vélo,,", "la colonne expressions est vide"),
        ("vélo,,,", "un mot seul ne trouve que lui-même"),
        ("vélo | | bicyclette", "une expression est vide"),
        ("vélo | pour les", "« pour les » n’a que des mots que la recherche passe"),
        (f"vélo | {'bicyclette ' * 30}", "est trop longue"),
        ("vélo | bicyclette,,peut-être,", "la colonne majuscules"),
        ("vélo | bicyclette,,oui,", "la colonne majuscules est pour un sigle"),
        ("vélo | bicyclette,,,note,une de trop", "5 cellules, pour 4 colonnes"),
        ("Bus | car", "« Bus » est déjà dite ligne 2"),
    ],
)
def test_a_fault_is_told_with_its_line(line: str, fault: str) -> None:
    _, faults = parse("\n".join((HEADER, "bus | autocar", "", line)))
    (said,) = (one for one in faults if fault in one.replace("\u00a0", " "))
    assert said.startswith("Ligne 4 :")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "La ligne 1 doit nommer expressions"),
        (b"mot,synonyme\nvelo,bicyclette", "La ligne 1 doit nommer expressions"),
        ("vélo".encode("cp1252"), "UTF-8"),
        (HEADER.encode() + b"\nvelo\nbus", "Ligne 3"),
        (HEADER.encode() + b'\nvelo | "bus\nvelo,"bus', "Ligne 3 : elle ne se lit pas"),
    ],
)
def test_a_file_at_fault_is_refused_whole_and_says_all_its_faults(
    tmp_path: Path, content: bytes, fault: str
) -> None:
    (tmp_path / "x.csv").write_bytes(content)
    with pytest.raises(Refusal, match=fault):
        read(tmp_path / "x.csv")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="absent"):
        read(tmp_path / "x.csv")


def test_a_service_does_not_start_on_a_file_at_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would have to leave every sheet out of its index."""
    (tmp_path / SYNONYMS).write_text(f"{HEADER}\nvélo\n", encoding="utf-8")
    monkeypatch.setattr("impact_alliances.text.synonyms.shipped", lambda _: tmp_path)
    thesaurus.cache_clear()
    try:
        with pytest.raises(Refusal, match="Ligne 2"):
            make_service(Settings(data_dir=tmp_path, embedder="none"))
    finally:
        thesaurus.cache_clear()


def test_a_quote_left_open_is_told_at_the_line_that_opens_it() -> None:
    _, faults = parse("\n".join((HEADER, "pain | baguette,", '"four | fournil,', "eau | onde,")))
    assert faults == ["Ligne 3 : elle ne se lit pas ; fermez-en les guillemets."]
