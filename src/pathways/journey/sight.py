"""What an actor may see: every read in the journey begins here, behind both walls."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance import panel_rules, policy
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.panel_rules import PanelField, Side
from pathways.domain.governance.policy import Action
from pathways.domain.terms.people import Sector
from pathways.records import keys, walls
from pathways.records.models import Client, PanelItem, Stop

M = TypeVar("M", bound=Model)

#: Raised where something is to be written of a woman whose record here was erased.
KeyGone = keys.KeyGone


def visible(model: type[M], by: Actor, action: Action = Action.READ) -> QuerySet[M]:
    """The rows on which `by` may take `action`, by the first wall; row security is the second."""
    return model._default_manager.filter(walls.filter_for(by, action, walls.resource_of(model)))


def about(model: type[M], by: Actor, client_ids: list[UUID]) -> QuerySet[M]:
    """Of the rows about these women those that `by` may read. However many women the actor works with, the
    database looks at these only."""
    rule = walls.filter_for(by, Action.READ, walls.resource_of(model), among=client_ids)
    column = "id" if model is Client else "client_id"
    return model._default_manager.filter(rule, **{f"{column}__among": client_ids})


def one(model: type[M], key: UUID, by: Actor, *, lock: bool = False) -> M | None:
    """The row with this key if `by` may read it, else None: for them it is not there.

    `lock` holds the row for the rest of the transaction; only for actors who may also change it.
    """
    rows = visible(model, by).filter(pk=key)
    if lock:  # both walls alike: the database locks no row that may not be changed
        may_change = walls.filter_for(by, Action.CHANGE, walls.resource_of(model))
        rows = rows.filter(may_change).select_for_update(of=("self",))
    return rows.first()


def may(by: Actor, action: Action, row: Model) -> Decision:
    """The Python decision about one row."""
    if not walls.python_wall_stands():
        return decision.yes()
    return policy.may(by, action, walls.resource_of(type(row)), walls.facts_of(row))


def may_read(column: str, row: Model, by: Actor) -> bool:
    """Whether this column of a row that `by` reads is for her too.

    That a woman asked us to stop is told to everybody who works with her; what she said of it to no company
    but the one that wrote it down. Why she is on the panel's agenda, which may be her level, goes no further
    than what the panel's table says of it.
    """
    if column == "source" and isinstance(row, PanelItem):
        side = panel_rules.side_of(by.role, by.sector)
        return PanelField.WHY_HERE in panel_rules.REACHES[Side.HUB, side]
    if column == "words" and isinstance(row, Stop):
        return by.sector is not Sector.PRIVATE or row.recorded_by_organisation_id == by.organisation_id
    return True


NOT_THERE = decision.no("There is nothing here, or nothing that you may see.", hidden=True)
