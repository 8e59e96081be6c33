"""Settings come from the environment, else from one TOML file; secrets show in neither text nor error."""

from __future__ import annotations

from pathlib import Path

import pytest

from pathways.installation import credentials, database, settings
from pathways.installation.refusal import RefusalError

OWNER = "postgresql://owner:o-word@db.example:5433/women?sslmode=verify-full"


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "pathways.toml"
    path.write_text(f'port = 9000\ndata = "{tmp_path}/data"\n')
    monkeypatch.setenv("PATHWAYS_CONFIG", str(path))
    monkeypatch.delenv("PATHWAYS_DATA")
    return tmp_path


def test_the_file_is_read_and_the_environment_wins(configured: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.Settings().port == 9000
    assert settings.Settings().data == configured / "data"
    monkeypatch.setenv("PATHWAYS_PORT", "9001")
    assert settings.Settings().port == 9001


def test_a_misspelt_setting_in_the_file_is_refused(configured: Path) -> None:
    (configured / "pathways.toml").write_text("prot = 1\n")
    with pytest.raises(ValueError, match="prot"):
        settings.Settings()


def test_no_secret_shows(tmp_path: Path) -> None:
    found = settings.Settings(data=tmp_path, database_url=OWNER, key="sesame")
    assert "o-word" not in repr(found) + str(found)
    assert "sesame" not in repr(found) + str(found)


def test_the_application_never_gets_the_owners_password(tmp_path: Path) -> None:
    given = settings.Settings(data=tmp_path, database_url=OWNER)
    credentials.make_passwords(tmp_path)
    found = database.parameters(database.Role.APP, given)
    assert found["user"] == "pathways_app"
    assert found["password"] not in ("", "o-word")
    assert (found["host"], found["dbname"], found["sslmode"]) == ("db.example", "women", "verify-full")
    assert database.django_databases(given)["default"]["USER"] == "pathways_app"


def test_migrations_run_as_the_owner(tmp_path: Path) -> None:
    given = settings.Settings(data=tmp_path, database_url=OWNER, as_owner=True)
    assert database.django_databases(given)["default"]["USER"] == "owner"


def test_a_url_of_its_own_wins_for_the_application(tmp_path: Path) -> None:
    url = "postgresql://clerk:c-word@db.example/women"
    given = settings.Settings(data=tmp_path, database_url=OWNER, app_database_url=url)
    assert database.parameters(database.Role.APP, given)["user"] == "clerk"


def test_a_secret_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "secret"
    assert credentials.make_secret(path) == credentials.make_secret(path)
    assert len(credentials.make_secret(path)) >= 40


def test_a_lost_key_is_a_clear_line_and_no_new_one_is_made(tmp_path: Path) -> None:
    given = settings.Settings(data=tmp_path)
    credentials.make_key(given)
    given.key_path.unlink()
    with pytest.raises(RefusalError, match="is missing"):
        credentials.make_key(given)
    assert not given.key_path.exists()


def test_a_wrong_key_is_a_clear_line(tmp_path: Path) -> None:
    given = settings.Settings(data=tmp_path)
    assert credentials.make_key(given) == credentials.make_key(given)
    with pytest.raises(RefusalError, match="not the one"):
        credentials.make_key(settings.Settings(data=tmp_path, key="another"))
