"""The facts that a triage policy may name: what the programme records of her and nothing else.

Two judgements, her immediate safety, and what the assessment holds on her needs and protections. No fact
is drawn from her equality monitoring (age, ethnicity, area, religion and the like), and none from police.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.terms import needs
from pathways.domain.triage.assessment import Exploitation, ImmediateSafety, Need
from pathways.domain.triage.condition import Input
from pathways.domain.triage.default import EXPLOITATION, IMMEDIATE_SAFETY, NEED
from pathways.domain.triage.mechanisms import Mechanism, Standing
from pathways.domain.triage.policy import Policy

OPEN_NEEDS = "open_needs"
_YES, _NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class NamedFact:
    """One fact: its name in a policy, the question in words, every answer, and each answer in words."""

    input: Input
    words: str
    answers: Mapping[str, str]
    #: where it comes from, for the public record
    source: str
    #: the question as she is told it, where those are other words
    to_her: str = ""

    @property
    def name(self) -> str:
        return self.input.name


def _judgement(
    name: str, words: str, of: type[Need | Exploitation | ImmediateSafety], to_her: str
) -> NamedFact:
    values = tuple(one.value for one in of)
    source = "The worker’s judgement at the end of the assessment"
    return NamedFact(Input(name, values), words, {one.value: one.label for one in of}, source, to_her)


def _rung(domain: needs.Domain) -> NamedFact:
    values = Input.numbers(f"rung_{domain.value}", min(needs.Rung), max(needs.Rung))
    words = f"Rung of the needs ladder: {domain.label.lower()}"
    to_her = f"Where you stood on the ladder of needs, from 1 (hardest) to 5: {domain.label.lower()}"
    return NamedFact(values, words, {}, "The needs ladder, rated by her and the worker together", to_her)


def _mechanism(mechanism: Mechanism) -> NamedFact:
    return NamedFact(
        Input(f"in_{mechanism.value}", (_YES, _NO)),
        f"Referred to, or in place: {mechanism.label}",
        {_YES: "Yes", _NO: "No"},
        "What the assessment says of other protections",
    )


KNOWN: tuple[NamedFact, ...] = (
    _judgement(NEED, "Need", Need, "How much support you need now"),
    _judgement(
        EXPLOITATION, "Exploitation, or the pull of organised crime", Exploitation,
        "How far others use you, or pull you towards crime",
    ),
    _judgement(
        IMMEDIATE_SAFETY, "A concern for her immediate safety", ImmediateSafety,
        "Whether you are in danger now",
    ),
    NamedFact(
        Input.numbers(OPEN_NEEDS, 0, len(needs.Domain)),
        "Open needs: parts of her life on the two lowest rungs",
        {},
        "The needs ladder, rated by her and the worker together",
        "In how many parts of your life things are hard now",
    ),
    *(_rung(domain) for domain in needs.Domain),
    *(_mechanism(mechanism) for mechanism in Mechanism),
)
BY_NAME: Mapping[str, NamedFact] = {one.name: one for one in KNOWN}


def of_her(
    *,
    judgements: Mapping[str, str | None],
    ladder: Mapping[needs.Domain, needs.Rung] | None = None,
    mechanisms: Mapping[Mechanism, Standing] | None = None,
    is_ladder_whole: bool = False,
) -> dict[str, str | None]:
    """Every named fact of one woman; None is missing. `ladder` holds the rungs that were given.

    Open needs are counted only where every part of her life was thought of (`is_ladder_whole`): of a ladder
    that is half filled nobody knows how many there are.
    """
    rungs, standing = ladder or {}, mechanisms or {}
    found = {name: judgements.get(name) for name in (NEED, EXPLOITATION, IMMEDIATE_SAFETY)}
    found[OPEN_NEEDS] = str(len(needs.open_needs(rungs))) if is_ladder_whole else None
    for domain in needs.Domain:
        found[f"rung_{domain.value}"] = str(int(rungs[domain])) if domain in rungs else None
    for mechanism in Mechanism:
        found[f"in_{mechanism.value}"] = _stands(standing.get(mechanism, Standing.NOT_CONSIDERED))
    return found


def _stands(standing: Standing) -> str | None:
    if standing is Standing.NOT_CONSIDERED:
        return None
    return _YES if standing in (Standing.REFERRED, Standing.IN_PLACE) else _NO


def may_be_asked(policy: Policy) -> Decision:
    """Whether the programme records every fact that the policy asks for, with every answer it can have."""
    for question in policy.inputs:
        known = BY_NAME.get(question.name)
        if known is None:
            return decision.no(
                f"“{question.name}” is not recorded by the programme, so nobody could be placed by it. "
                "Choose from the list of facts."
            )
        if lacking := [value for value in known.input.values if value not in question.values]:
            return decision.no(
                f"“{question.name}” can also be {', '.join(lacking)}: say what follows then."
            )
    return decision.yes()


def words(name: str) -> str:
    """The question in words, for a page."""
    known = BY_NAME.get(name)
    return known.words if known is not None else name.replace("_", " ").capitalize()


def words_to_her(name: str) -> str:
    """The question in the words in which she is told of it."""
    known = BY_NAME.get(name)
    return known.to_her or known.words if known is not None else words(name)


def answer_words(name: str, value: str) -> str:
    known = BY_NAME.get(name)
    return known.answers.get(value, value) if known is not None else value
