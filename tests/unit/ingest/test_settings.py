import os
import shlex
import subprocess
import sys

import pytest

from ingest.errors import UsageError
from ingest.settings import PROJECT_DIR, Settings, SettingsError


def test_nothing_need_be_set():
    settings = Settings.from_environment({})
    assert settings.duckdb_path == PROJECT_DIR / "warehouse" / "audience_vault.duckdb"
    assert settings.published_path.name == "audience_vault_published.duckdb"
    assert settings.schema("marts") == "marts"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AUDIENCE_VAULT_TARGET", "oracle"),
        ("AUDIENCE_VAULT_SCHEMA_PREFIX", "a-b"),
        ("AUDIENCE_VAULT_DUCKDB", "/data/vault.duckdb"),
        ("AUDIENCE_VAULT_DUCKDB", "Marts.duckdb"),
        ("AUDIENCE_VAULT_ARCHIVE", "/done"),
        ("AUDIENCE_VAULT_ARCHIVE", "../done"),
        ("AUDIENCE_VAULT_ARCHIVE", "a//b"),
        ("AUDIENCE_VAULT_FETCH_AT_ONCE", "0"),
        ("AUDIENCE_VAULT_FETCH_TRIES", "many"),
        ("AUDIENCE_VAULT_STALL_SECONDS", "0"),
        ("AUDIENCE_VAULT_SETTLE_SECONDS", "-1"),
    ],
)
def test_a_value_that_cannot_be_right_is_refused_by_name(name, value):
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment({name: value})


@pytest.mark.parametrize("name", ["PASSWORD", "KEY", "KEY_PASSPHRASE", "KNOWN_HOSTS"])
def test_an_empty_setting_of_sftp_is_none(name):
    assert Settings.from_environment({f"AUDIENCE_VAULT_SFTP_{name}": ""}) == (
        Settings.from_environment({})
    )


def test_a_source_may_be_a_url():
    for source in ("s3://bucket/in", "sftp://user@host:2222/in", "file:///in"):
        assert Settings.from_environment({"AUDIENCE_VAULT_SOURCE": source}).source == source


def test_the_environment_says_the_same_as_the_settings():
    settings = Settings.from_environment({"AUDIENCE_VAULT_DUCKDB": "/data/it's here.duckdb"})
    assert Settings.from_environment(settings.environment()) == settings


def test_settings_are_applied_and_taken_out_again(monkeypatch):
    monkeypatch.setenv("AUDIENCE_VAULT_TARGET", "spark")
    before = dict(os.environ)
    with Settings.from_environment({}).applied({"AUDIENCE_VAULT_BUILD_ID": "b"}):
        assert os.environ["AUDIENCE_VAULT_TARGET"] == "duckdb"
        assert os.environ["AUDIENCE_VAULT_BUILD_ID"] == "b"
    assert dict(os.environ) == before


def test_a_shell_can_take_them_over():
    environment = {"AUDIENCE_VAULT_DUCKDB": "/data/it's here.duckdb", "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "ingest.settings"]
    printed = subprocess.check_output(command, cwd=PROJECT_DIR, env=environment, text=True)
    words = shlex.split(printed)
    assert "AUDIENCE_VAULT_DUCKDB=/data/it's here.duckdb" in words
    assert "DAGSTER_DISABLE_TELEMETRY=yes" in words


POSTGRES = {"AUDIENCE_VAULT_TARGET": "postgres", "PATH": os.environ["PATH"]}


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://loader:s%40cret@db.example:6432/audience?sslmode=require",
        "host=db.example port=6432 user=loader password='s@cret' dbname=audience sslmode=require",
    ],
)
def test_dbt_is_told_where_postgresql_is_and_only_processes_the_password(dsn, monkeypatch):
    monkeypatch.delenv("PGPASSWORD", raising=False)
    settings = Settings.from_environment(POSTGRES | {"AUDIENCE_VAULT_POSTGRES": dsn})
    told = {name: it for name, it in settings.environment().items() if name.startswith("PG")}
    assert told == {
        "PGHOST": "db.example",
        "PGPORT": "6432",
        "PGUSER": "loader",
        "PGDATABASE": "audience",
        "PGSSLMODE": "require",
    }
    with settings.applied():
        assert os.environ["PGPASSWORD"] == "s@cret"
    assert "PGPASSWORD" not in os.environ
    assert "s@cret" not in repr(settings)


def test_other_options_have_the_names_that_libpq_gives_them():
    dsn = "dbname=d connect_timeout=5 application_name=a target_session_attrs=primary"
    settings = Settings.from_environment(POSTGRES | {"AUDIENCE_VAULT_POSTGRES": dsn})
    assert {"PGCONNECT_TIMEOUT", "PGAPPNAME", "PGTARGETSESSIONATTRS"} <= set(settings.environment())


@pytest.mark.parametrize(
    ("dsn", "reason"),
    [
        ("postgresql://loader:s@cret@db/audience", "special characters of the password"),
        ("postgresql://loader:s%40cret@db", "names no database"),
        ("postgresql://loader:s%40cret/audience", "one port"),
        ("host=a,b port=1,2 dbname=audience password=s@cret", "one port"),
        ("dbname=audience passwort=s@cret", "isn't a connection string"),
        ("postgresql://loader:s%40cret@db/of%20%22all%22", "name holds a quote"),
        ("dbname='10% of all' password=s@cret", "name holds a quote"),
    ],
)
def test_where_postgresql_is_must_be_told_clearly_and_is_never_quoted(dsn, reason):
    environment = POSTGRES | {"AUDIENCE_VAULT_POSTGRES": dsn}
    with pytest.raises(UsageError, match=reason) as raised:
        Settings.from_environment(environment).environment()
    assert "cret" not in str(raised.value)
    command = [sys.executable, "-m", "ingest.settings"]
    told = subprocess.run(
        command, cwd=PROJECT_DIR, env=environment, capture_output=True, text=True, check=False
    )
    assert told.returncode == 1
    assert told.stderr.startswith("Error: AUDIENCE_VAULT_POSTGRES")
    assert "cret" not in told.stdout + told.stderr
