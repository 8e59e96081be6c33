"""How each process finds its database: as the owner for migrations, as the application for all else."""

from __future__ import annotations

import hashlib
import os
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import quote

from psycopg import conninfo

from pathways.installation import credentials
from pathways.installation.settings import Settings, load

DATABASE = "pathways"

PREPARING = {"prepare_threshold": 1, "options": "-c plan_cache_mode=force_generic_plan"}
"""Statements that are prepared (`records.composed`; Django's own are not) keep one plan for all values. Left
to choose, PostgreSQL plans them anew each time, which with row security is more work than answering them."""

LONGEST_SOCKET = 103
"""Characters in a socket's path that every system takes (Linux 107, others 103)."""


class Role(StrEnum):
    """The roles in PostgreSQL. Only set-up is ever the superuser."""

    SUPERUSER = "pathways_superuser"
    OWNER = "pathways_owner"
    APP = "pathways_app"
    ANALYST = "pathways_analyst"


def parameters(role: Role, settings: Settings | None = None) -> dict[str, Any]:
    """The libpq parameters of `role`: host, port, dbname, user, password and whatever else the URL says.

    Never connects and never raises for a database that is not there yet, so that modules can be imported
    and checked without one.
    """
    settings = settings or load()
    kept = credentials.read_passwords(settings.data)
    if settings.database_url is None:
        found: dict[str, Any] = {
            "host": str(socket_folder(settings.data)),
            "dbname": DATABASE,
        }
        found["user"] = role.value
        if kept:
            found["password"] = getattr(kept, role.name.lower())
        return found
    if role is Role.SUPERUSER:
        raise ValueError("a database that we were given has no superuser of ours")
    owner = conninfo.conninfo_to_dict(settings.database_url.get_secret_value())
    own_url = {
        Role.OWNER: settings.database_url,
        Role.APP: settings.app_database_url,
        Role.ANALYST: settings.analyst_database_url,
    }[role]
    if own_url is not None:
        return dict(conninfo.conninfo_to_dict(own_url.get_secret_value()))
    shared = {name: value for name, value in owner.items() if name not in ("user", "password", "passfile")}
    return shared | {"user": role.value, "password": getattr(kept, role.name.lower()) if kept else ""}


def dsn(role: Role, settings: Settings | None = None) -> str:
    """The same as one libpq connection string."""
    return conninfo.make_conninfo(**parameters(role, settings))


def url(role: Role, settings: Settings | None = None) -> str:
    """The same as a URL, for tools that take nothing else."""
    found = parameters(role, settings)
    user, password = (
        quote(str(found.pop("user", "")), safe=""),
        quote(str(found.pop("password", "")), safe=""),
    )
    name = quote(str(found.pop("dbname", DATABASE)), safe="")
    rest = "&".join(f"{key}={quote(str(value), safe='')}" for key, value in sorted(found.items()))
    return f"postgresql://{user}:{password}@/{name}?{rest}"


def django_databases(settings: Settings | None = None) -> dict[str, dict[str, Any]]:
    """What Django's DATABASES says: one connection, as the application unless PATHWAYS_AS_OWNER is set."""
    settings = settings or load()
    found = parameters(Role.OWNER if settings.as_owner else Role.APP, settings)
    return {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": found.pop("dbname", DATABASE),
            "USER": found.pop("user", ""),
            "PASSWORD": found.pop("password", ""),
            "HOST": found.pop("host", ""),
            "PORT": found.pop("port", ""),
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {"application_name": "pathways"} | (PREPARING if settings.prepare else {}) | found,
        }
    }


def socket_folder(data: Path) -> Path:
    """Where the embedded cluster's socket lies: in the data folder, or at a short path when that one is long.

    It depends on the data folder's path alone, so every process finds it without asking.
    """
    data = data.resolve()
    near = data / "run"
    if len(os.fsencode(near)) + len("/.s.PGSQL.5432.lock") <= LONGEST_SOCKET:
        return near
    mark = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    return Path("/tmp") / f"soc-pathways-{mark}"  # noqa: S108 (the cluster checks whose it is)
