"""The two smallest parts: a Decision that always says why, and a Workflow that never contradicts itself."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pytest

from pathways.domain import decision
from pathways.domain.terms.law import CrossingKind
from pathways.domain.terms.people import ALONGSIDE_ROLES, NEVER_POLICE, POLICE_ROLES, WORKER_ROLES, Role
from pathways.domain.terms.words import Worded, choices
from pathways.domain.workflow import Move, Workflow, actors, mermaid, sources, words


class Lamp(StrEnum):
    OFF = "off"
    ON = "on"
    BROKEN = "broken"


class Press(StrEnum):
    SWITCH = "switch"
    DROP = "drop"


class Who(Worded):
    ADULT = "adult", "Grown-up"
    CHILD = "child"


def lamp(*moves: Move[Any, Any, Any], final: frozenset[Lamp] = frozenset()) -> Workflow[Any, Any, Any]:
    return Workflow("Lamp", Lamp, Lamp.OFF, moves, final)


ON = Move(Press.SWITCH, sources(Lamp.OFF), Lamp.ON, actors(Who.ADULT), "Switch on")
OFF = Move(Press.SWITCH, sources(Lamp.ON), Lamp.OFF, actors(Who.ADULT), "Switch off")
DROP = Move(Press.DROP, sources(Lamp.OFF, Lamp.ON), Lamp.BROKEN, actors(Who.ADULT, Who.CHILD), "Drop it")


def test_a_refusal_always_says_why() -> None:
    with pytest.raises(ValueError, match="needs a reason"):
        decision.no("")


def test_the_first_refusal_is_the_answer() -> None:
    first, second = decision.no("First."), decision.no("Second.")
    assert decision.every(decision.yes(), first, second) is first
    assert decision.every(decision.yes("Fine."), decision.yes())


def test_a_table_that_contradicts_itself_never_loads() -> None:
    with pytest.raises(ValueError, match="given twice"):
        lamp(ON, Move(Press.SWITCH, sources(Lamp.OFF), Lamp.BROKEN, actors(Who.CHILD), "Switch"), OFF, DROP)
    with pytest.raises(ValueError, match="cannot be left"):
        lamp(ON, OFF, DROP, final=sources(Lamp.ON))
    with pytest.raises(ValueError, match="nothing leads to broken"):
        lamp(ON, OFF)


def test_the_buttons_the_constraint_and_the_diagram_come_from_one_table() -> None:
    table = lamp(ON, OFF, DROP, final=sources(Lamp.BROKEN))
    assert [move.label for move in table.open_to(status=Lamp.OFF, role=Who.ADULT)] == ["Switch on", "Drop it"]
    assert [move.label for move in table.open_to(status=Lamp.OFF, role=Who.CHILD)] == ["Drop it"]
    assert table.values() == ("off", "on", "broken")
    assert "    off --> on: Switch on (Grown-up)\n" in mermaid(table)
    assert mermaid(table).endswith("    broken --> [*]\n")


def test_a_refused_move_says_whom_to_ask() -> None:
    answer = lamp(ON, OFF, DROP).may(Press.SWITCH, status=Lamp.OFF, role=Who.CHILD)
    assert (answer.allowed, answer.ask) == (False, "Grown-up")


def test_words_without_a_label_are_made_from_the_name() -> None:
    assert words(Lamp.BROKEN) == "broken"
    assert choices(Who) == [("adult", "Grown-up"), ("child", "Child")]


def test_no_police_role_works_alongside_her() -> None:
    assert not ALONGSIDE_ROLES & POLICE_ROLES
    assert WORKER_ROLES < ALONGSIDE_ROLES
    assert NEVER_POLICE <= ALONGSIDE_ROLES
    assert Role.CLERK not in ALONGSIDE_ROLES


@pytest.mark.parametrize("kind", CrossingKind)
def test_only_emergencies_and_the_courts_cross_without_her_agreement(kind: CrossingKind) -> None:
    without = {CrossingKind.SAFEGUARDING, CrossingKind.THREAT_TO_LIFE, CrossingKind.COURT_OR_VIR}
    assert kind.needs_no_agreement == (kind in without)
