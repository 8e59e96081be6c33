"""The plan of the evaluation: the theory of change and the measures, changed in the open, every version "
  "kept."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.evaluation import measures, plan, spine, theory
from pathways.domain.evaluation.catalogue import MEASURES
from pathways.domain.evaluation.measures import Choice, Chosen, InUse, Measure, NodeKind
from pathways.domain.evaluation.plan import Part
from pathways.domain.evaluation.theory import Difference, Link, Node, Support, Theory
from pathways.domain.governance.actors import Actor
from pathways.journey import ledger, plan_versions, sight
from pathways.journey.outcome import Outcome, done, refusal
from pathways.journey.plan_versions import Version, versions

MAY_READ, MAY_CHANGE = plan.READS, plan.WRITES
__all__ = ["Part", "Version", "versions"]
#: A theory of change is a few pages of text: what is larger was sent by mistake.
MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class TheoryNow:
    """A theory of change as it stands in one version."""

    theory: Theory
    version: Version


@dataclass(frozen=True, slots=True)
class MeasuresNow:
    """What the site says of its measures in one version, and every measure as it has it."""

    chosen: Chosen
    measures: tuple[InUse, ...]
    version: Version

    def one(self, code: str) -> InUse | None:
        return next((each for each in self.measures if each.measure.code == code), None)


# --- reads: nothing here is about a woman, so reading it is not an event -----------------------------------


def theory_now(*, by: Actor, number: int | None = None) -> TheoryNow | None:
    """The theory of change, or one version of it; None where there is no such version for this person."""
    found = plan_versions.row(Part.THEORY, by, number)
    if found is None:
        return None
    row, version = found
    return TheoryNow(theory.from_json(row.body) if row else spine.DRAFT, version)


def measures_now(*, by: Actor, number: int | None = None) -> MeasuresNow | None:
    """The measures as this site has them, or in one version; None where there is no such version."""
    found = plan_versions.row(Part.MEASURES, by, number)
    if found is None:
        return None
    row, version = found
    chosen = measures.from_json(row.body) if row else Chosen()
    return MeasuresNow(chosen, measures.at_site(MEASURES, chosen), version)


def measure_names(*, by: Actor) -> dict[str, str]:
    """Every measure that there is, by code."""
    now = measures_now(by=by)
    return {one.measure.code: one.measure.name for one in now.measures} if now else {}


def node_names(*, by: Actor) -> dict[str, str]:
    """Every part of the theory of change as it stands, by code."""
    now = theory_now(by=by)
    return {one.code: one.words for one in now.theory.nodes} if now else {}


def names_by_code(*, by: Actor) -> dict[str, str]:
    """Every measure and every part of the theory of change, by code; no two codes are the same."""
    return node_names(by=by) | measure_names(by=by)


def compared(*, earlier: int, later: int, by: Actor) -> tuple[Version, Version, tuple[Difference,
...]] | None:
    """What is not the same in two versions of the theory of change; None where one of them is not there."""
    first, second = theory_now(by=by, number=earlier), theory_now(by=by, number=later)
    if first is None or second is None:
        return None
    return first.version, second.version, theory.compare(first.theory, second.theory)


def measures_compared(
    *, earlier: int, later: int, by: Actor
) -> tuple[Version, Version, tuple[Difference, ...]] | None:
    """The same of the measures: owner, frequency, baseline, target, use, and measures of the site's own."""
    first, second = measures_now(by=by, number=earlier), measures_now(by=by, number=later)
    if first is None or second is None:
        return None
    before = {one.measure.code: _in_words(one) for one in first.measures}
    after = {one.measure.code: _in_words(one) for one in second.measures}
    for one, said in ((first, before), (second, after)):
        if (kept := one.chosen.contact) is not None:
            told = kept.told[0]
            said["Police contact"] = (
                f"{kept.months} months on each side; {told.n.shown} women; {kept.source}; kept on "
                f"{kept.kept_on:%-d %B %Y}"
            )
    return first.version, second.version, theory.differences(before, after)


def _in_words(one: InUse) -> str:
    here = one.measure
    said = [
        here.name,
        "in use" if one.is_used else "not in use",
        f"owner {here.owner}",
        here.frequency.label.lower(),
        f"baseline {measures.in_words(here.baseline, here.unit) or 'not set'}",
        f"target {measures.in_words(here.target, here.unit) or 'not set'}",
    ]
    if one.is_own:
        said.append(f"{here.definition} {here.numerator} / {here.denominator}")
    return "; ".join(said)


# --- the theory of change ---------------------------------------------------------------------------------


def add_node(
    *, kind: NodeKind, words: str, shown_by: Iterable[str], because: str = "", by: Actor, at: datetime
) -> Outcome:
    """Adds a part to the theory of change."""
    if not (answer := plan.may_change(by.role)):
        return refusal(answer)
    with transaction.atomic():
        now = _theory(by)
        node = Node(now.next_code(), kind, " ".join(words.split()), tuple(dict.fromkeys(shown_by)))
        if not (answer := theory.may_be(now, node)):
            return refusal(answer)
        _keep_theory(now.with_node(node), f"{node.code} added to {kind.label.lower()}", because, by, at)
    return done(reference=node.code)


def change_node(
    *, code: str, kind: NodeKind, words: str, shown_by: Iterable[str], because: str, by: Actor, at: datetime
) -> Outcome:
    """Changes what a part says, what it is, or the measures that would show it."""
    if not (answer := plan.may_change(by.role)):
        return refusal(answer)
    with transaction.atomic():
        now = _theory(by)
        if now.node(code) is None:
            return refusal(_GONE)
        node = Node(code, kind, " ".join(words.split()), tuple(dict.fromkeys(shown_by)))
        if not (answer := theory.may_be(now, node)):
            return refusal(answer)
        _keep_theory(now.with_node(node), f"{code} changed", because, by, at)
    return done(reference=code)


def remove_node(*, code: str, because: str, by: Actor, at: datetime) -> Outcome:
    """Takes a part and its links out; every earlier version still holds it."""
    if not (answer := plan.may_change(by.role)):
        return refusal(answer)
    with transaction.atomic():
        now = _theory(by)
        if now.node(code) is None:
            return refusal(_GONE)
        gone = len(now.before(code)) + len(now.after(code))
        links = f", with {gone} link{'' if gone == 1 else 's'}" if gone else ""
        _keep_theory(now.without_node(code), f"{code} removed{links}", because, by, at)
    return done(reference=code)


def link(
    *, start: str, end: str, support: Support, evidence: str, because: str = "", by: Actor, at: datetime
) -> Outcome:
    """Says that one part leads to another and how well that is known, or says it anew."""
    if not (answer := plan.may_change(by.role)):
        return refusal(answer)
    with transaction.atomic():
        now = _theory(by)
        is_new = now.link(start, end) is None
        if not (answer := theory.may_link(now.without_link(start, end), start, end)):
            return refusal(answer)
        if is_new and len(now.links) >= theory.MOST_LINKS:
            return refusal(decision.no(f"A theory of change has at most {theory.MOST_LINKS} links."))
        one = Link(start, end, support, evidence.strip())
        what = f"{start} linked to {end}" if is_new else f"What is known of {start} to {end} changed"
        _keep_theory(now.with_link(one), what, because, by, at)
    return done(reference=f"{start} → {end}")


def unlink(*, start: str, end: str, because: str, by: Actor, at: datetime) -> Outcome:
    """Takes a link out; every earlier version still holds it."""
    if not (answer := plan.may_change(by.role)):
        return refusal(answer)
    with transaction.atomic():
        now = _theory(by)
        if now.link(start, end) is None:
            return refusal(decision.no("That link is no longer in the theory of change."))
        _keep_theory(now.without_link(start, end), f"{start} no longer linked to {end}", because, by, at)
    return done(reference=f"{start} → {end}")


def read_theory(content: bytes, *, by: Actor) -> Theory | Decision:
    """The theory of change that a file holds, or why it holds none: what a page asks before it takes one "
      "in."""
    if len(content) > MOST_BYTES:
        return decision.no("The file is larger than a theory of change can be (1 MB).")
    try:
        body = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return decision.no("The file is not text in UTF-8. Export the theory of change as JSON and try "
                           "again.")
    except (json.JSONDecodeError, RecursionError) as wrong:
        where = f" (line {wrong.lineno})" if isinstance(wrong, json.JSONDecodeError) else ""
        return decision.no(f"The file is not JSON{where}. Export the theory of change as JSON and try again.")
    try:
        return theory.from_json(body, known=measure_names(by=by))
    except theory.MalformedError as wrong:
        return decision.no(str(wrong))


def take_in_theory(*, content: bytes, because: str, by: Actor, at: datetime) -> Outcome:
    """Puts a theory of change from a file in place of the one there is; the one before stays a version."""
    if not (answer := plan.may_change(by.role)):
        return refusal(answer)
    found = read_theory(content, by=by)
    if isinstance(found, Decision):
        return refusal(found)
    with transaction.atomic():
        now = _theory(by)
        if found == now:
            return refusal(decision.no("The file holds exactly the theory of change that is here already."))
        what = f"Taken in from a file: {len(found.nodes)} parts, {len(found.links)} links"
        _keep_theory(found, what, because, by, at)
    return done()


def bring_back(*, number: int, because: str, by: Actor, at: datetime) -> Outcome:
    """Makes an earlier version of the theory of change the newest one; nothing in between is lost."""
    if not (answer := plan.may_change(by.role)):
        return refusal(answer)
    with transaction.atomic():
        now = _theory(by)
        earlier = theory_now(by=by, number=number)
        if earlier is None:
            return refusal(sight.NOT_THERE)
        if earlier.theory == now:
            return refusal(decision.no("That version says what the newest says."))
        _keep_theory(earlier.theory, f"Version {number} brought back", because, by, at)
    return done()


_GONE = decision.no("That part is no longer in the theory of change. Somebody has removed it meanwhile.")


def _theory(by: Actor) -> Theory:
    """The newest, held until the end of the transaction so that two changes never overwrite one another."""
    plan_versions.alone(Part.THEORY)
    now = theory_now(by=by)
    assert now is not None
    return now.theory


def _keep_theory(made: Theory, what: str, because: str, by: Actor, at: datetime) -> None:
    plan_versions.keep(Part.THEORY, theory.as_json(made), what, because, by, at)


# --- the measures ------------------------------------------------------------------------------------------


def choose_measure(
    *,
    code: str,
    is_used: bool,
    owner: str,
    frequency: measures.Frequency,
    baseline: float | None,
    target: float | None,
    because: str,
    by: Actor,
    at: datetime,
) -> Outcome:
    """Says of one measure whether this site uses it, who answers for it, how often, from where, to where."""
    if not (answer := plan.may_change(by.role)):
        return refusal(answer)
    with transaction.atomic():
        plan_versions.alone(Part.MEASURES)
        now = measures_now(by=by)
        found = now.one(code) if now else None
        if now is None or found is None:
            return refusal(sight.NOT_THERE)
        said = Choice(is_used, owner.strip(), frequency, baseline, target)
        after = replace(
            found.measure,
            owner=owner.strip(),
            frequency=frequency,
            baseline=baseline,
            target=target,
        )
        changed = _changed(found, replace(found, measure=after, is_used=is_used))
        if not changed:
            return refusal(decision.no("Nothing was changed."))
        if found.is_own:
            said = Choice(is_used=is_used)
            chosen = now.chosen.with_own(after).with_choice(code, said)
        else:
            chosen = now.chosen.with_choice(code, said)
        what = f"{code}: {', '.join(changed)}"
        plan_versions.keep(Part.MEASURES, measures.as_json(chosen), what, because, by, at)
    return done(reference=code)


def _changed(before: InUse, after: InUse) -> list[str]:
    found = []
    if before.is_used != after.is_used:
        found.append("in use" if after.is_used else "no longer in use")
    for name in ("owner", "frequency", "baseline", "target"):
        if getattr(before.measure, name) != getattr(after.measure, name):
            found.append(f"{name} changed")
    return found


def add_measure(*, measure: Measure, because: str = "", by: Actor, at: datetime) -> Outcome:
    """Adds a measure of the site's own. Its code is given here, whatever `measure` says."""
    if not (answer := plan.may_change(by.role)):
        return refusal(answer)
    with transaction.atomic():
        plan_versions.alone(Part.MEASURES)
        now = measures_now(by=by)
        assert now is not None
        code = now.chosen.next_code()
        chosen = now.chosen.with_own(replace(measure, code=code))
        plan_versions.keep(Part.MEASURES, measures.as_json(chosen), f"{code} added", because, by, at)
    return done(reference=code)


def exported(*, what: str, by: Actor, at: datetime) -> None:
    """A part of the plan left as a file."""
    ledger.exported(by=by, at=at, reason=f"plan: {what}", found=1)
