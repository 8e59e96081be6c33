"""A reference that no other record of its kind has: drawn at random, and drawn again where it is taken.

Of seventy million one is taken already once in a while. Whoever meets it must neither fail nor learn that
somebody's record, perhaps another organisation's, is known by it.
"""

from __future__ import annotations

import os
from typing import Any

from django.db import IntegrityError, models, transaction

from pathways.domain.terms import references

#: So many in a row being taken means that something else is wrong.
TRIES = 8


def draw() -> str:
    return references.make(os.urandom(8))


def insert(row: models.Model) -> None:
    """Writes a new row under a reference of its own. Raises IntegrityError for every other reason."""
    _under_its_own(row, lambda: row.save(force_insert=True))


def renew(row: Any) -> None:
    """Gives a row that is there a new reference, so that the old one leads nowhere."""
    rows = type(row)._default_manager.filter(pk=row.pk)
    _under_its_own(row, lambda: rows.update(reference=row.reference))


def _under_its_own(row: Any, write: Any) -> None:
    for left in reversed(range(TRIES)):
        row.reference = draw()
        try:
            with transaction.atomic():
                write()
        except IntegrityError as problem:
            if not left or not _is_taken(problem, row):
                raise
        else:
            return


def _is_taken(problem: IntegrityError, row: models.Model) -> bool:
    said = getattr(getattr(problem.__cause__, "diag", None), "constraint_name", None) or ""
    return said.startswith(f"{row._meta.db_table}_reference")
