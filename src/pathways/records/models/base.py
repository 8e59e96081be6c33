"""What every table shares: random keys, a privacy class for every field, statuses held by constraint."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models

from pathways.domain.terms.privacy import Privacy
from pathways.domain.terms.words import Worded, choices
from pathways.domain.workflow import Workflow


class Row(models.Model):
    """A row with a random key. `privacy` classes the fields that are not ordinary and not sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    privacy: ClassVar[dict[str, Privacy]] = {}

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {str(self.pk)[:8]}"

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        """(person, organisation) whose data key seals this row."""
        raise NotImplementedError(f"{type(self).__name__} has no sealed fields")


class HerRow(Row):
    """A row about one woman, controlled by one organisation."""

    client_id = models.UUIDField(db_index=True)
    organisation_id = models.UUIDField(db_index=True)
    # whose key seals it, where the row came to her from another record of hers that was joined to this one
    sealed_for_id = models.UUIDField(null=True, blank=True)

    class Meta:
        abstract = True

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.sealed_for_id or self.client_id, self.organisation_id)


def status_field(workflow: Workflow[Any, Any, Any]) -> models.CharField[Any, Any]:
    """A status column. Its constraint is made by `status_holds` from the same table of moves."""
    return models.CharField(
        max_length=40,
        choices=choices(workflow.statuses),
        default=workflow.start.value,
    )


def status_holds(
    workflow: Workflow[Any, Any, Any], table: str, column: str = "status"
) -> models.CheckConstraint:
    """The database's own refusal of a status that the workflow does not know."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{column}__in": workflow.values()}), name=f"{table}_{column}_known"
    )


def coded(enum: type[Worded], **options: Any) -> models.CharField[Any, Any]:
    """A column that holds one of an enum's stored values; blank means "not recorded"."""
    options.setdefault("blank", True)
    options.setdefault("default", "")
    return models.CharField(max_length=60, choices=choices(enum), **options)


def code_holds(enum: type[Worded], table: str, column: str, *, blank: bool = True) -> models.CheckConstraint:
    """The database's own refusal of a code that the enum does not know."""
    values = [member.value for member in enum] + ([""] if blank else [])
    return models.CheckConstraint(
        condition=models.Q(**{f"{column}__in": values}), name=f"{table}_{column}_known"
    )


def paired(table: str, moment: str, person: str) -> models.CheckConstraint:
    """A moment and who was there go together: both or neither."""
    both = models.Q(**{f"{moment}__isnull": False, f"{person}__isnull": False})
    neither = models.Q(**{f"{moment}__isnull": True, f"{person}__isnull": True})
    return models.CheckConstraint(condition=both | neither, name=f"{table}_{moment}_paired")
