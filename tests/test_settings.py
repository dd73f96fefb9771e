"""Settings: defaults, addresses of databases, secrets."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from impact_alliances.faults import setting_refused, told
from impact_alliances.settings import Settings


def _settings(**given: object) -> Settings:
    return Settings(_env_file=None, **given)  # type: ignore[arg-type]


def test_without_an_address_the_database_is_a_file_of_the_data_folder() -> None:
    assert (
        _settings(data_dir=Path("/srv/base")).database
        == "sqlite:////srv/base/impact-alliances.sqlite3"
    )


@pytest.mark.parametrize(
    "given", ["postgresql://u:p@h/base", "postgres://u:p@h/base", "postgresql+psycopg://u:p@h/base"]
)
def test_a_postgresql_address_names_the_driver_we_ship(given: str) -> None:
    assert _settings(database_url=given).database == "postgresql+psycopg://u:p@h/base"


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMPACT_DATA_DIR", "/srv/ailleurs")
    monkeypatch.setenv("IMPACT_EMBEDDER", "none")
    assert (_settings().data_dir, _settings().embedder) == (Path("/srv/ailleurs"), "none")


def test_an_unknown_engine_is_refused_at_once() -> None:
    with pytest.raises(ValidationError):
        _settings(search_engine="autre")


@pytest.mark.parametrize("is_in_file", [False, True])
def test_a_misspelt_setting_is_refused_with_the_nearest(
    is_in_file: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In the environment or in `.env`: it was passed over, and the default served."""
    monkeypatch.chdir(tmp_path)
    if is_in_file:
        (tmp_path / ".env").write_text("IMPACT_DATADIR=/srv/base\nAUTRE=1\n", encoding="utf-8")
    else:
        monkeypatch.setenv("IMPACT_DATADIR", "/srv/base")
    with pytest.raises(ValidationError) as refused:
        Settings()
    found = told(refused.value)
    meant = "Réglage inconnu : IMPACT_DATADIR, vouliez-vous dire IMPACT_DATA_DIR ?"
    assert (found.sentence.startswith(meant), found.code) == (True, 2)


def test_what_is_like_no_setting_is_another_program_s(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable of a later version, or of a neighbour, keeps no service from starting."""
    for name in ("IMPACT_WEBHOOK", "IMPACT_FACTOR", "IMPACT_TEST_MEILISEARCH_BIN"):
        monkeypatch.setenv(name, "x")
    assert Settings(data_dir=Path("ailleurs")).data_dir == Path("ailleurs")


@pytest.mark.parametrize(
    "given", ["https://base.exemple.fr", "base.exemple.fr:443", "a.fr, b.fr/x", "*", "a.fr b.fr"]
)
def test_what_no_browser_says_as_a_host_is_refused(given: str) -> None:
    """It was accepted, and every page answered 421."""
    with pytest.raises(ValidationError, match="sans « https:// »"):
        _settings(allowed_hosts=given)


@pytest.mark.parametrize("given", ["", "base.exemple.fr, *.exemple.org,", "127.0.0.1", "[::1]"])
def test_host_names_are_accepted(given: str) -> None:
    assert _settings(allowed_hosts=given).allowed_hosts == given


def test_a_secret_is_not_printed() -> None:
    for name in ("secret_key", "smtp_password"):
        assert "sésame" not in repr(_settings(**{name: "sésame" * 8}))


def test_every_setting_has_its_sentence() -> None:
    assert all(
        field.description and field.description.endswith(".")
        for field in Settings.model_fields.values()
    )


@pytest.mark.parametrize(
    "given", ["https://base.exemple.fr/", "https://base.exemple.fr", " https://base.exemple.fr// "]
)
def test_the_public_address_ends_without_a_slash(given: str) -> None:
    assert _settings(base_url=given).base_url == "https://base.exemple.fr"


@pytest.mark.parametrize(
    "given",
    [
        "base.exemple.fr",
        "ftp://x",
        "https://",
        "javascript:alert(1)",
        "https://x/?a=b",
        "",
        "http://[x",
    ],
)
def test_what_is_not_a_public_address_is_refused(given: str) -> None:
    with pytest.raises(ValidationError):
        _settings(base_url=given)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", "http://127.0.0.1:8126"),
        ("0.0.0.0", "http://127.0.0.1:8126"),  # noqa: S104
        ("::1", "http://[::1]:8126"),
    ],
)
def test_without_a_public_address_it_is_where_the_service_listens(host: str, expected: str) -> None:
    assert _settings().served_at(host, 8126).base_url == expected
    assert (
        _settings(base_url="https://base.exemple.fr").served_at(host, 8126).base_url
        == "https://base.exemple.fr"
    )


@pytest.mark.parametrize(
    "name",
    ["database_url", "meilisearch_key", "meilisearch_indexing_key", "secret_key", "smtp_password"],
)
def test_a_wrong_secret_is_not_repeated(name: str) -> None:
    """A terminal is read over the shoulder, a journal by many."""
    said = setting_refused(
        {"type": "value_error", "loc": (name,), "msg": "", "input": "s3cret", "ctx": {"error": "?"}}
    )
    assert f"IMPACT_{name.upper()}" in said
    assert "s3cret" not in said


@pytest.mark.parametrize("given", ["", "base@exemple.fr", "L’Observatoire <base@énergie.fr>"])
def test_mail_comes_from_an_address_with_or_without_a_name(given: str) -> None:
    assert _settings(mail_from=given).mail_from == given


@pytest.mark.parametrize(
    "given", ["L’Observatoire", "a@b", "x <a@b.fr>\nBcc: c@d.fr", "a@b.fr, c@d.fr", "é@b.fr"]
)
def test_what_no_answer_could_reach_is_refused(given: str) -> None:
    with pytest.raises(ValidationError, match=r"Nom <adresse@domaine\.fr>"):
        _settings(mail_from=given)


def test_a_secret_that_could_be_guessed_is_refused() -> None:
    """And it is not repeated."""
    with pytest.raises(ValidationError) as refused:
        _settings(secret_key="sesame")  # noqa: S106
    said = told(refused.value).sentence
    assert ("openssl rand -hex 32" in said, "sesame" in said) == (True, False)


def test_no_mail_leaves_the_demonstration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever server the environment names."""
    monkeypatch.setenv("IMPACT_SMTP_HOST", "smtp.exemple.fr")
    assert Settings.of_demo(tmp_path, "http://127.0.0.1:8000").smtp_host == ""
