"""One table for each thing that has a status.

A Workflow is data. From it come the buttons on a page, the database constraint on the status column,
the diagram in the documentation and the exhaustive test of status x action x role, so that the four
cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from pathways.domain import decision
from pathways.domain.decision import Decision

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)
R = TypeVar("R", bound=StrEnum)

Gate = Callable[[Any], Decision]


@dataclass(frozen=True, slots=True)
class Move(Generic[S, A, R]):
    """One permitted step: `action` takes any of `sources` to `target`, for any of `actors`.

    `needs` is a pure rule over the facts of the thing that moves; `label` is the words on its button.
    """

    action: A
    sources: frozenset[S]
    target: S
    actors: frozenset[R]
    label: str
    needs: Gate | None = None


@dataclass(frozen=True)
class Workflow(Generic[S, A, R]):
    """The whole life of one kind of thing.

    Raises ValueError when two moves give one action from one status two different targets, when a status
    cannot be reached, or when a final status can be left: a table that contradicts itself never loads.
    """

    name: str
    statuses: type[S]
    start: S
    moves: tuple[Move[S, A, R], ...]
    final: frozenset[S] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        seen: set[tuple[S, A]] = set()
        for move in self.moves:
            for source in move.sources:
                if (source, move.action) in seen:
                    raise ValueError(f"{self.name}: {move.action} from {source} is given twice")
                if source in self.final:
                    raise ValueError(f"{self.name}: {source} is final and cannot be left")
                seen.add((source, move.action))
        reached = {self.start} | {move.target for move in self.moves}
        if unreachable := set(self.statuses) - reached:
            raise ValueError(f"{self.name}: nothing leads to {', '.join(sorted(unreachable))}")

    def move(self, action: A, status: S) -> Move[S, A, R] | None:
        """The move that `action` makes from `status`, or None when there is none."""
        return next((move for move in self.moves if move.action == action and status in move.sources), None)

    def may(self, action: A, *, status: S, role: R, facts: Any = None) -> Decision:
        """Whether `role` may take `action` now, and if not, why not."""
        move = self.move(action, status)
        if move is None:
            return decision.no(f"This cannot be done while it is “{words(status)}”.")
        if role not in move.actors:
            who = ", ".join(sorted(words(actor) for actor in move.actors))
            return decision.no(f"“{move.label}” is not for your role.", ask=who)
        return move.needs(facts) if move.needs else decision.yes()

    def open_to(self, *, status: S, role: R, facts: Any = None) -> tuple[Move[S, A, R], ...]:
        """The moves to offer as buttons: allowed to this role, from this status, with these facts."""
        return tuple(
            move
            for move in self.moves
            if status in move.sources and self.may(move.action, status=status, role=role, facts=facts)
        )

    def values(self) -> tuple[str, ...]:
        """Every status as stored, in order, for the database constraint."""
        return tuple(status.value for status in self.statuses)


def sources(*statuses: S) -> frozenset[S]:
    return frozenset(statuses)


def actors(*roles: R) -> frozenset[R]:
    return frozenset(roles)


def words(value: StrEnum) -> str:
    """An enum member in plain words: its own `label` when it has one, else its name."""
    label = getattr(value, "label", None)
    return str(label) if label else value.value.replace("_", " ")


def mermaid(workflow: Workflow[Any, Any, Any]) -> str:
    """The workflow as a Mermaid state diagram, for the documentation."""
    lines = ["stateDiagram-v2", f"    [*] --> {workflow.start.value}"]
    for move in workflow.moves:
        for source in _in_order(workflow, move.sources):
            who = ", ".join(sorted(words(actor) for actor in move.actors))
            lines.append(f"    {source.value} --> {move.target.value}: {move.label} ({who})")
    lines += [f"    {status.value} --> [*]" for status in _in_order(workflow, workflow.final)]
    return "\n".join(lines) + "\n"


def _in_order(workflow: Workflow[Any, Any, Any], statuses: Iterable[StrEnum]) -> list[StrEnum]:
    chosen = set(statuses)
    return [status for status in workflow.statuses if status in chosen]
