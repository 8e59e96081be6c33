"""What every row about a person was before: written by the database itself, whoever changed the row and how.

Old values of sealed columns are the ciphertext they were, bound to their row: they open for whoever may read
the row, and for nobody once her key is destroyed.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from pathways.domain.terms.privacy import Privacy


class Operation(models.TextChoices):
    """What was done to the row."""

    INSERT = "insert", "Made"
    UPDATE = "update", "Changed"
    DELETE = "delete", "Removed"


class RowChange(models.Model):
    """One row made, changed or removed. Append-only; erasing her record takes it with the rest."""

    id = models.BigAutoField(primary_key=True)
    #: the table that the row is in
    kind = models.CharField(max_length=63)
    row_id = models.UUIDField()
    client_id = models.UUIDField(null=True, blank=True)
    organisation_id = models.UUIDField(null=True, blank=True)
    operation = models.CharField(max_length=6, choices=Operation.choices)
    at = models.DateTimeField(db_default=Now())
    #: who acted, from the transaction's identity; nothing where the database's owner did
    account_id = models.UUIDField(null=True, blank=True)
    role = models.CharField(max_length=40, blank=True, default="")
    #: changes of one transaction carry one number
    together = models.BigIntegerField()
    #: the former values of the columns that changed; of a removed row, all of them
    old = models.JSONField(null=True, blank=True)

    objects: ClassVar[models.Manager[RowChange]] = models.Manager()

    privacy: ClassVar[dict[str, Privacy]] = {"old": Privacy.SENSITIVE}

    class Meta:
        db_table = "row_change"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["row_id"], name="row_change_row"),
            models.Index(fields=["client_id"], name="row_change_client"),
        ]
