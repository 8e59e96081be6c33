"""Bringing the database up to this version, as its owner: migrations first, then the walls."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection, transaction

from pathways.records import walls


def migrate_and_wall(*, verbosity: int = 0) -> None:
    """Migrates, then sets every privilege and policy afresh, so that the walls are always today's."""
    call_command("migrate", interactive=False, verbosity=verbosity)
    with transaction.atomic():
        walls.apply(connection)
