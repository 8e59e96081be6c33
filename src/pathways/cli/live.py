"""Reaching the live programme from a command: its database up, Django ready, and a named person to act as."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

from pathways.installation import cluster, folder
from pathways.installation.refusal import RefusalError
from pathways.installation.settings import Settings


@contextlib.contextmanager
def programme(settings: Settings) -> Iterator[None]:
    """The programme in the data folder, started for this command where it is not running already."""
    os.environ["PATHWAYS_DATA"] = str(settings.data)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pathways.web.settings")
    if not settings.is_embedded:
        _ready()
        yield
        return
    if folder.read_stamp(settings.data) is None:
        raise RefusalError(
            f"{settings.data} holds no programme; start one with pathways up, or name it in PATHWAYS_DATA"
        )
    if folder.is_held(settings.data):
        _ready()
        yield
        return
    with folder.held(settings.data):
        running = cluster.Cluster(settings.data)
        running.start()
        try:
            _ready()
            yield
        finally:
            running.stop()


def nearest(settings: Settings) -> Settings:
    """The demonstration's folder, when there is no other and none was named."""
    demonstration = settings.data.with_name(f"{settings.data.name}-demo")
    if "PATHWAYS_DATA" in os.environ or folder.stamp_path(settings.data).exists():
        return settings
    if folder.stamp_path(demonstration).exists():
        return settings.model_copy(update={"data": demonstration, "database_url": None})
    return settings


def _ready() -> None:
    import django

    django.setup()


def person(email: str, agency: str, roles: frozenset[Any] | None = None) -> Any:
    """The person to act as, in the first of her roles there that may; RefusalError when there is none."""
    from pathways.journey import identity

    places = identity.person_at(email, agency)
    if not places:
        raise RefusalError(f"{email} works for no organisation with the code {agency} at present")
    fitting = [place for place in places if roles is None or place.role in roles]
    if not fitting:
        held = ", ".join(place.role.label.lower() for place in places)
        raise RefusalError(f"{email} is {held} at {agency}, which may not do this")
    return fitting[0]


def anywhere(email: str, roles: frozenset[Any]) -> Any:
    """The person in the first of her roles, at whatever organisation, that may do it."""
    from pathways.journey import identity

    places = identity.workplaces_of(email)
    fitting = [place for place in places if place.role in roles]
    if not fitting:
        if not places:
            raise RefusalError(f"nobody works here with the e-mail address {email}; give another for --as")
        held = ", ".join(place.role.label.lower() for place in places)
        raise RefusalError(f"{email} is {held}, which may not do this")
    return fitting[0]


def operator() -> str:
    """Who runs the command on this machine."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
