"""A data folder as version 0.1.0 left it, with an invented programme in it.

`python -m tests.cli.earlier make` wrote `version-0.1.0.zip`, once, by the code of that version: every row of
every table, as PostgreSQL copies them, and the keys of that folder, which seal nobody's words but invented
ones. `lay` makes the tables as the first migration made them and puts the rows in. `read` says what stands.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import zipfile
from pathlib import Path
from typing import Any

VERSION = "0.1.0"
FIXTURE = Path(__file__).with_name(f"version-{VERSION}.zip")
KEYS = ("keys/key-encryption-key", "keys/session-secret", "keystore/data-keys.sqlite")
FIRST = ("records", "0001_initial")


def _superuser() -> Any:
    import psycopg

    from pathways.installation import database

    return psycopg.connect(database.dsn(database.Role.SUPERUSER))


def lay() -> None:
    """As the owner: the tables of the first migration, and the rows. The cluster runs already."""
    from django.core.management import call_command
    from django.db.migrations.recorder import MigrationRecorder

    for app in ("contenttypes", "auth", "sessions", "axes", "procrastinate"):
        call_command("migrate", app, interactive=False, verbosity=0)
    call_command("migrate", *FIRST, interactive=False, verbosity=0)
    assert MigrationRecorder.Migration.objects.filter(app="records").count() == 1
    with zipfile.ZipFile(FIXTURE) as held, _superuser() as link:
        link.execute("set session_replication_role = replica")
        for name, columns in _tables(held).items():
            wanted = ", ".join(f'"{column}"' for column in columns)
            with link.cursor().copy(f'copy "{name}" ({wanted}) from stdin'.encode()) as copy:
                copy.write(held.read(f"tables/{name}"))


def _tables(held: zipfile.ZipFile) -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(held.read("tables.json"))
    return found


def lay_keys(data: Path) -> None:
    with zipfile.ZipFile(FIXTURE) as held:
        for name in KEYS:
            path = data / name
            path.parent.mkdir(mode=0o700, exist_ok=True)
            path.write_bytes(held.read(name))
            path.chmod(0o600)


def sums() -> dict[str, list[Any]]:
    """Of each table of the earlier version: how many rows, and a digest of every value that it held."""
    found = {}
    with zipfile.ZipFile(FIXTURE) as held, _superuser() as link:
        for name, columns in _tables(held).items():
            wanted = ", ".join(f'"{column}"' for column in columns)
            query = (
                f"select count(*), md5(coalesce(string_agg(row, chr(10) order by row), ''))"
                f' from (select row({wanted})::text collate "C" as row from "{name}") as rows'
            )
            found[name] = list(link.execute(query.encode()).fetchone() or ())
    return found


def opened() -> dict[str, list[Any]]:
    """Of each sealed field of the earlier version: how many values, and a digest of what they say."""
    with zipfile.ZipFile(FIXTURE) as held:
        return _opened(json.loads(held.read("sealed.json")))


def _opened(wanted: dict[str, list[str]]) -> dict[str, list[Any]]:
    from django.apps import apps
    from django.db import connection
    from psycopg import conninfo

    from pathways.installation import database

    whole = conninfo.conninfo_to_dict(database.dsn(database.Role.SUPERUSER))
    connection.close()
    connection.settings_dict.update(USER=whole["user"], PASSWORD=whole["password"])
    models = {model._meta.db_table: model for model in apps.get_models()}
    found = {}
    for table, fields in wanted.items():
        rows = [
            (str(row.pk), [str(getattr(row, field)) for field in fields])
            for row in models[table].objects.all()
        ]
        text = json.dumps(sorted(rows), ensure_ascii=False)
        found[table] = [len(rows), hashlib.sha256(text.encode()).hexdigest()]
    return found


#: as it was typed by whoever told police, and stood in the clear
TYPED = "To find Shanice at her mother’s before he does"


def type_purpose() -> None:
    """One disclosure of the earlier version, made for a purpose that was typed."""
    with _superuser() as link:
        link.execute("set session_replication_role = replica")
        link.execute(
            "update disclosure set kind = 'threat_to_life', purpose = %s"
            " where id = (select min(id::text)::uuid from disclosure)",
            [TYPED],
        )


def purposes() -> list[list[str]]:
    """What each disclosure is for now, and the reason beside it, opened."""
    opened()  # connects as the superuser
    from pathways.records.models import Disclosure

    return sorted([row.purpose, str(row.emergency_reason)] for row in Disclosure.objects.all())


def found_misspelt() -> dict[str, list[int]]:
    """Of the women a coordinator works with: how many, and how many of them a misspelt name finds, before
    and after this version has made them findable as it finds."""
    from datetime import UTC, datetime

    from django.db import transaction

    from pathways.journey import demonstration, findable, identity, naming
    from pathways.records.models import Client

    wanda = next(one for one in demonstration.sign_ins() if one.role == "coordinator")
    (coordinator, *_) = identity.workplaces_of(wanda.email)

    def found() -> list[int]:
        with transaction.atomic(), identity.acting(coordinator) as by:
            them = list(Client.objects.filter(organisation_id=by.organisation_id))
            hit = [
                one
                for one in them
                if one.id
                in {each.record_id for each in naming.find(one.called[:1] + one.called[2:], by=by, most=60)}
            ]
            return [len(them), len(hit)]

    before = found()
    findable.again(at=datetime.now(UTC))
    return {"before": before, "after": found()}


def make() -> None:
    """Writes the fixture from the database of this folder."""
    from django.apps import apps

    from pathways.records.sealed import SealedField

    data = Path(os.environ["PATHWAYS_DATA"])
    tables, sealed = {}, {}
    with zipfile.ZipFile(FIXTURE, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as held, _superuser() as link:
        for model in apps.get_app_config("records").get_models():
            name = model._meta.db_table
            rows = link.execute(
                "select column_name from information_schema.columns where table_name = %s"
                " and is_generated = 'NEVER' order by ordinal_position",
                [name],
            ).fetchall()
            tables[name] = [str(row[0]) for row in rows]
            wanted = ", ".join(f'"{column}"' for column in tables[name])
            with link.cursor().copy(f'copy "{name}" ({wanted}) to stdout'.encode()) as copy:
                held.writestr(f"tables/{name}", b"".join(copy))
            fields = [field.attname for field in model._meta.fields if isinstance(field, SealedField)]
            if fields:
                sealed[name] = fields
        held.writestr("tables.json", json.dumps(tables))
        held.writestr("sealed.json", json.dumps(sealed))
        held.writestr("opened.json", json.dumps(_opened(sealed)))
        for name in KEYS:
            held.write(data / name, name)


def main() -> None:
    what = sys.argv[1]
    os.environ["PATHWAYS_AS_OWNER"] = "1" if what == "lay" else "0"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pathways.web.settings")
    import django

    django.setup()
    answers: dict[str, Any] = {
        "make": make,
        "lay": lay,
        "sums": sums,
        "opened": opened,
        "type_purpose": type_purpose,
        "purposes": purposes,
        "found_misspelt": found_misspelt,
    }
    print(json.dumps(answers[what]()))


if __name__ == "__main__":
    main()
