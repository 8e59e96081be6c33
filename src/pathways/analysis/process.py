"""How the programme was carried out: levels decided, services' answers, contacts a woman, and who stayed.

Every table is of women (a service's answer is one woman at one service), and is tied to the flow by the sums
that it shares with it, so that the gate protects all of them as one. What is crossed only to tie two tables
together is a cell that no table shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from pathways.analysis import flow as flow_table
from pathways.analysis.disclosure import Rule
from pathways.analysis.disclosure import system as systems
from pathways.analysis.disclosure.system import Key, System
from pathways.analysis.fidelity import recorded_key
from pathways.analysis.flow import EVERY
from pathways.analysis.flow import key as flow_key
from pathways.domain.evaluation.counts import RawCount, ReleasedCount
from pathways.domain.evaluation.facts import EventFact
from pathways.domain.evaluation.flow import STEPS, Loss, Passage, Step
from pathways.domain.reach import stop
from pathways.domain.referral import reasons
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.people import Sector
from pathways.domain.terms.words import Worded
from pathways.domain.triage.levels import Level

Women = Mapping[str, tuple[EventFact, ...]]

#: “Retained”: still coming so many days after the first contact to which she came (measure M25).
RETAINED_DAYS: Final = 84
NOT_RECORDED: Final = "not_recorded"


class Dose(Worded):
    """How many contacts she came to, in bands."""

    NONE = "none", "None recorded"
    ONE = "one", "1"
    TWO = "two", "2"
    THREE = "three", "3 to 5"
    SIX = "six", "6 to 11"
    TWELVE = "twelve", "12 to 23"
    MORE = "more", "24 or more"


_DOSE_FROM: Final = ((24, Dose.MORE), (12, Dose.TWELVE), (6, Dose.SIX), (3, Dose.THREE), (2, Dose.TWO),
                     (1, Dose.ONE), (0, Dose.NONE))  # fmt: skip
_THREE_OR_MORE: Final = (Dose.THREE, Dose.SIX, Dose.TWELVE, Dose.MORE)


class Stay(Worded):
    """Whether she was still coming twelve weeks after her first contact."""

    STAYED = "stayed", "Still coming 12 weeks on"
    LEFT = "left", "No longer coming 12 weeks on"
    TOO_SOON = "too_soon", "Began less than 12 weeks ago"
    NO_CONTACT = "no_contact", "No contact recorded"


class Answer(Worded):
    """What became of a woman's referral to one service; where there were several, of the last."""

    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined by the service"
    HER_NO = "her_no", "She declined it"
    WITHDRAWN = "withdrawn", "Withdrawn"
    EXPIRED = "expired", "Not answered in time"
    WAITING_LIST = "waiting_list", "On the waiting list"
    AWAITED = "awaited", "Answer awaited"


class Suggested(Worded):
    """How the level that a person decided stood to the one that the policy suggested."""

    SAME = "same", "As suggested"
    HIGHER = "higher", "Higher than suggested"
    LOWER = "lower", "Lower than suggested"
    NONE = "none", "No suggestion recorded"


@dataclass(frozen=True)
class Line:
    """One row of a table: its code, its words, and its count."""

    code: str
    label: str
    n: ReleasedCount


@dataclass(frozen=True)
class Crossed:
    """A table of rows by columns with totals; `counts` by (row, column), “total” for either margin."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str], ...]
    counts: Mapping[tuple[str, str], ReleasedCount]

    @property
    def heads(self) -> tuple[str, ...]:
        return (*(label for _, label in self.columns), "All")

    @property
    def lines(self) -> tuple[tuple[str, tuple[ReleasedCount, ...]], ...]:
        """Each row with its counts and its total; the last row is that of all."""
        codes = [*(code for code, _ in self.columns), TOTAL]
        return tuple(
            (label, tuple(self.counts[row, code] for code in codes))
            for row, label in (*self.rows, (TOTAL, "All"))
        )


@dataclass(frozen=True)
class Spread:
    """Contacts a woman: the median, and what the tenth with the most came to at least; None where few."""

    median: int | None
    top_tenth: int | None


@dataclass(frozen=True)
class Tie:
    """Women whom one organisation referred to a service of another, how many were answered, and how fast.

    `median_days` run from the first referral to the first answer; None where it rests on few.
    """

    sender: str
    service: str
    n: ReleasedCount
    answered: ReleasedCount
    median_days: int | None


@dataclass(frozen=True)
class ProcessTables:
    """All of it, released. `services` and `ties` are None for those who may not see single services."""

    levels: Crossed
    answers: tuple[Line, ...]
    answers_n: ReleasedCount
    sectors: tuple[Line, ...]
    services: Crossed | None
    ties: tuple[Tie, ...] | None
    service_reasons: tuple[Line, ...]
    her_reasons: tuple[Line, ...]
    stop_reasons: tuple[Line, ...]
    started: ReleasedCount
    dose: tuple[Line, ...]
    three_or_more: ReleasedCount
    spread: Spread
    stay: tuple[Line, ...]


TOTAL: Final = "total"


@dataclass(frozen=True)
class Material:
    """What is counted, woman by woman, before protection."""

    level: Mapping[str, tuple[str, Suggested]]
    answers: Mapping[tuple[str, str], tuple[Answer, str]]
    stopped: Mapping[str, str]
    doses: Mapping[str, int]
    support: Mapping[str, tuple[Dose, Stay]]
    sectors: Mapping[str, str]
    #: who first referred each woman to each service, and the days until the service first answered
    senders: Mapping[tuple[str, str], str]
    waits: Mapping[tuple[str, str], int]


def gather(women: Women, went: Mapping[str, Passage], *, on: date) -> Material:
    """`on` is the local day of the extract: nobody can have stayed twelve weeks before they are over."""
    doses: dict[str, int] = {}
    support: dict[str, tuple[Dose, Stay]] = {}
    level: dict[str, tuple[str, Suggested]] = {}
    stopped: dict[str, str] = {}
    answers: dict[tuple[str, str], tuple[Answer, str]] = {}
    senders: dict[tuple[str, str], str] = {}
    waits: dict[tuple[str, str], int] = {}
    for who, hers in women.items():
        passage = went[who]
        if passage.has_reached(Step.STARTED):
            days = sorted(event.happened for event in hers if event.is_attended)
            doses[who] = len(days)
            support[who] = (dose(len(days)), stay(days, on=on))
        if Step.TRIAGED in passage.reached_at:
            level[who] = _level(hers)
        if passage.lost in _STOPS:
            stopped[who] = _why_stopped(hers)
        referrals = tuple(one for one in hers if one.kind is EventKind.REFERRAL_SENT or one.kind in _ENDS)
        if not referrals:
            continue
        where = _where(referrals)
        answers |= {(who, service): found for service, found in _answers(referrals, where).items()}
        for service, (sender, waited) in _asked(referrals, where).items():
            senders[who, service] = sender
            if waited is not None:
                waits[who, service] = waited
    return Material(level, answers, stopped, doses, support, _sectors(women), senders, waits)


def _sectors(women: Women) -> dict[str, str]:
    """The sector of each service, as the referrals to it say; the last to say so is believed."""
    known = {sector.value for sector in Sector}
    return {
        event.detail["provider"]: event.detail["provider_sector"]
        for hers in women.values()
        for event in hers
        if event.kind is EventKind.REFERRAL_SENT
        and event.detail.get("provider")
        and event.detail.get("provider_sector") in known
    }


def dose(contacts: int) -> Dose:
    return next(band for least, band in _DOSE_FROM if contacts >= least)


def stay(days: Sequence[date], *, on: date) -> Stay:
    """From the days, in order, on which she came."""
    if not days:
        return Stay.NO_CONTACT
    mark = days[0] + timedelta(days=RETAINED_DAYS)
    if days[-1] >= mark:
        return Stay.STAYED
    return Stay.LEFT if on >= mark else Stay.TOO_SOON


_STOPS: Final = frozenset({Loss.DECLINED, Loss.WITHDREW})


def _why_stopped(hers: tuple[EventFact, ...]) -> str:
    kinds = (EventKind.DECLINED, EventKind.WITHDRAWN)
    told = [event.detail.get("reason", "") for event in hers if event.kind in kinds]
    return (told[-1] if told else "") or NOT_RECORDED


def _level(hers: tuple[EventFact, ...]) -> tuple[str, Suggested]:
    """The last decision about her."""
    detail = [event.detail for event in hers if event.kind is EventKind.TRIAGED][-1]
    known = {str(level.value) for level in Level}
    decided, suggested = detail.get("level", ""), detail.get("suggested", "")
    if decided not in known:
        return NOT_RECORDED, Suggested.NONE
    if suggested not in known:
        return decided, Suggested.NONE
    if decided == suggested:
        return decided, Suggested.SAME
    return decided, Suggested.HIGHER if decided > suggested else Suggested.LOWER


_ENDS: Final[Mapping[EventKind, Answer]] = {
    EventKind.REFERRAL_ACCEPTED: Answer.ACCEPTED,
    EventKind.REFERRAL_DECLINED: Answer.DECLINED,
    EventKind.REFERRAL_DECLINED_BY_HER: Answer.HER_NO,
    EventKind.REFERRAL_WITHDRAWN: Answer.WITHDRAWN,
    EventKind.REFERRAL_EXPIRED: Answer.EXPIRED,
    EventKind.REFERRAL_WAITLISTED: Answer.WAITING_LIST,
}
#: Answers that the service itself gives, so that the event is its own.
_BY_SERVICE: Final = frozenset({Answer.ACCEPTED, Answer.DECLINED, Answer.WAITING_LIST})


def _where(hers: tuple[EventFact, ...]) -> dict[str, str]:
    """The service of each referral of hers, as it was sent, or as the service that answered says."""
    where: dict[str, str] = {}
    for event in hers:
        reference = event.detail.get("referral", "")
        if event.kind is EventKind.REFERRAL_SENT:
            where[reference] = event.detail.get("provider", "") or where.get(reference, "")
        elif _ENDS.get(event.kind) in _BY_SERVICE and not where.get(reference):
            where[reference] = event.organisation_id or ""
    return where


def _answers(
    hers: tuple[EventFact, ...], where: Mapping[str, str]
) -> dict[str, tuple[Answer, str]]:
    """For each service to which she was referred, the answer and its reason; once accepted stays accepted."""
    found: dict[str, tuple[Answer, str]] = {}
    for event in hers:
        if event.kind is not EventKind.REFERRAL_SENT and event.kind not in _ENDS:
            continue
        service = where.get(event.detail.get("referral", ""), "") or NOT_RECORDED
        answer = _ENDS.get(event.kind, Answer.AWAITED)
        if found.get(service, (None, ""))[0] is not Answer.ACCEPTED:
            found[service] = (answer, event.detail.get("reason", "") or NOT_RECORDED)
    return found


def _asked(
    hers: tuple[EventFact, ...], where: Mapping[str, str]
) -> dict[str, tuple[str, int | None]]:
    """For each service, who first referred her there, and the days from then to its own first answer."""
    first: dict[str, tuple[str, date]] = {}
    answered: dict[str, date] = {}
    for event in hers:
        service = where.get(event.detail.get("referral", ""), "") or NOT_RECORDED
        if event.kind is EventKind.REFERRAL_SENT:
            first.setdefault(service, (event.organisation_id or NOT_RECORDED, event.happened))
        elif _ENDS.get(event.kind) in _BY_SERVICE and service in first:
            answered.setdefault(service, event.happened)
    return {
        service: (sender, (answered[service] - sent).days if service in answered else None)
        for service, (sender, sent) in first.items()
    }


# --- cells and sums ---------------------------------------------------------------------------------------


def add_levels(system: System, material: Material, went: Mapping[str, Passage]) -> None:
    """Level by how it stood to the suggestion, of the women for whom a triage decision is recorded."""
    recorded = sum(Step.TRIAGED in passage.reached_at for passage in went.values())
    system.add(recorded_key(Step.TRIAGED), RawCount(recorded), systems.MARGIN)
    _cross(
        system,
        "level",
        Counter((level, how.value) for level, how in material.level.values()),
        [code for code, _ in level_rows()],
        [how.value for how in Suggested],
    )
    system.sums(recorded_key(Step.TRIAGED), [("level", TOTAL, TOTAL)])


def add_answers(
    system: System, material: Material, went: Mapping[str, Passage], *, by_service: bool
) -> None:
    """Services' answers, tied to the women of the flow who were referred and accepted."""
    pairs = material.answers
    count = Counter((service, answer.value) for (_, service), (answer, _) in pairs.items())
    services = sorted({service for service, _ in count}) if by_service else []
    codes = [answer.value for answer in Answer]
    if by_service:
        _cross(system, "answer", count, services, codes)
        _add_ties(system, material, services)
    else:
        for code in codes:
            n = sum(counted for (_, answer), counted in count.items() if answer == code)
            system.add(("answer", TOTAL, code), RawCount(n), systems.MARGIN)
        system.add(("answer", TOTAL, TOTAL), RawCount(len(pairs)), systems.GRAND)
        system.sums(("answer", TOTAL, TOTAL), [("answer", TOTAL, code) for code in codes])
    _add_sectors(system, material, services)
    for answer in (Answer.DECLINED, Answer.HER_NO):
        why = Counter(reason for found, reason in pairs.values() if found is answer)
        keys = [("why", answer.value, reason) for reason in sorted(why)]
        for key in keys:
            system.add(key, RawCount(why[key[-1]]))
        system.sums(("answer", TOTAL, answer.value), keys)
    asked = {who for who, _ in pairs}
    accepted = {who for (who, _), (answer, _) in pairs.items() if answer is Answer.ACCEPTED}
    taken = sum(answer is Answer.ACCEPTED for answer, _ in pairs.values())
    for step, there, total, n in (
        (Step.REFERRED, asked, ("answer", TOTAL, TOTAL), len(pairs)),
        (Step.ACCEPTED, accepted, ("answer", TOTAL, Answer.ACCEPTED.value), taken),
    ):
        _tie(system, went, step, there, total, n)


#: Answers that are none: the referral ended, or waits, without anybody having said yes or no.
_UNANSWERED: Final = (Answer.WITHDRAWN, Answer.EXPIRED, Answer.AWAITED)


def _tied(material: Material) -> Counter[tuple[str, str, bool]]:
    """(sender, service, whether answered) of every woman at every service."""
    return Counter(
        (material.senders.get((who, service), NOT_RECORDED), service, answer not in _UNANSWERED)
        for (who, service), (answer, _) in material.answers.items()
    )


def _add_ties(system: System, material: Material, services: Sequence[str]) -> None:
    """Who referred to whom, tied to each service's answers: the same women, by who asked for them.

    A pair of organisations between which nobody was referred is no cell: a nought is shown as one.
    """
    count = _tied(material)
    for service in services:
        senders = sorted({sender for sender, there, _ in count if there == service})
        for sender in senders:
            yes, no = count[sender, service, True], count[sender, service, False]
            system.add(("tie", sender, service, "yes"), RawCount(yes))
            system.add(("tie", sender, service, "no"), RawCount(no))
            system.add(("tie", sender, service, TOTAL), RawCount(yes + no), systems.MARGIN)
            parts = [("tie", sender, service, which) for which in ("yes", "no")]
            system.sums(("tie", sender, service, TOTAL), parts)
        if not senders:
            continue
        system.sums(("answer", service, TOTAL), [("tie", sender, service, TOTAL) for sender in senders])
        n = sum(count[sender, service, False] for sender in senders)
        system.add(("tie", TOTAL, service, "no"), RawCount(n), systems.MARGIN)
        system.sums(("tie", TOTAL, service, "no"), [("tie", sender, service, "no") for sender in senders])
        unanswered = [("answer", service, each.value) for each in _UNANSWERED]
        system.sums(("tie", TOTAL, service, "no"), unanswered)


def _add_sectors(system: System, material: Material, services: Sequence[str]) -> None:
    """The answers by the sector of the service, tied to all of them and to the services where these stand."""
    count = Counter(material.sectors.get(service, NOT_RECORDED) for _, service in material.answers)
    for code, _ in sector_rows():
        system.add(("sector", code), RawCount(count[code]), systems.MARGIN)
        here = [service for service in services if material.sectors.get(service, NOT_RECORDED) == code]
        if here:
            system.sums(("sector", code), [("answer", service, TOTAL) for service in here])
    system.sums(("answer", TOTAL, TOTAL), [("sector", code) for code, _ in sector_rows()])


def sector_rows() -> tuple[tuple[str, str], ...]:
    return (*((sector.value, sector.label) for sector in Sector), (NOT_RECORDED, "Sector not recorded"))


def _tie(
    system: System, went: Mapping[str, Passage], step: Step, there: set[str], total: Key, n: int
) -> None:
    """How the women at a step and the answers differ: what is unrecorded, and more than one service."""
    passed = {who for who, passage in went.items() if passage.has_reached(step)}
    system.add(flow_key(step, "n", EVERY), RawCount(len(passed)), 2 * systems.MARGIN)
    tied = ("answer", "women", step.value)
    parts = {
        (*tied, "both"): len(passed & there),
        (*tied, "beyond"): len(there - passed),
        (*tied, "unanswered"): len(passed - there),
        (*tied, "more"): n - len(there),
    }
    for key, number in parts.items():
        system.add(key, RawCount(number))
    system.sums(flow_key(step, "n", EVERY), [(*tied, "both"), (*tied, "unanswered")])
    system.sums(total, [(*tied, "both"), (*tied, "beyond"), (*tied, "more")])


def add_stops(system: System, material: Material, went: Mapping[str, Passage]) -> None:
    """Why women declined or withdrew: what was lost so at every step of the flow, by what she said."""
    lost = Counter((p.furthest, p.lost) for p in went.values() if p.lost in _STOPS)
    keys: list[Key] = []
    for step in STEPS:
        for loss in sorted(_STOPS, key=lambda each: each.value):
            if lost[step, loss]:
                key = flow_key(step, loss.value, EVERY)
                system.add(key, RawCount(lost[step, loss]))
                keys.append(key)
    why = Counter(material.stopped.values())
    system.add(("stop", TOTAL), RawCount(len(material.stopped)), systems.MARGIN)
    for reason in sorted(why):
        system.add(("stop", reason), RawCount(why[reason]))
    system.sums(("stop", TOTAL), [("stop", reason) for reason in sorted(why)])
    system.sums(("stop", TOTAL), keys)


def add_support(system: System, material: Material, went: Mapping[str, Passage]) -> frozenset[Key]:
    """Contacts a woman and who stayed, of those whose support started. Answers what no table shows."""
    started = flow_key(Step.STARTED, "n", EVERY)
    system.add(started, RawCount(len(material.support)), 2 * systems.MARGIN)
    count = Counter(material.support.values())
    atoms = {(band, how): ("support", band.value, how.value) for band, how in count}
    for pair, key in atoms.items():
        system.add(key, RawCount(count[pair]))
    for band in Dose:
        here = [pair for pair in atoms if pair[0] is band]
        system.add(("dose", band.value), RawCount(sum(count[pair] for pair in here)))
        system.sums(("dose", band.value), [atoms[pair] for pair in here])
    for how in Stay:
        here = [pair for pair in atoms if pair[1] is how]
        system.add(("stay", how.value), RawCount(sum(count[pair] for pair in here)), systems.MARGIN)
        system.sums(("stay", how.value), [atoms[pair] for pair in here])
    three = sum(n for (band, _), n in count.items() if band in _THREE_OR_MORE)
    system.add(("dose", "three_or_more"), RawCount(three), systems.MARGIN)
    system.sums(("dose", "three_or_more"), [("dose", band.value) for band in _THREE_OR_MORE])
    system.sums(started, [("dose", band.value) for band in Dose])
    system.sums(started, [("stay", how.value) for how in Stay])
    return frozenset(atoms.values())


def _cross(
    system: System,
    name: str,
    count: Mapping[tuple[str, str], int],
    rows: Sequence[str],
    columns: Sequence[str],
) -> None:
    for row in rows:
        for column in columns:
            system.add((name, row, column), RawCount(count.get((row, column), 0)))
        n = sum(count.get((row, column), 0) for column in columns)
        system.add((name, row, TOTAL), RawCount(n), systems.MARGIN)
        system.sums((name, row, TOTAL), [(name, row, column) for column in columns])
    for column in columns:
        n = sum(count.get((row, column), 0) for row in rows)
        system.add((name, TOTAL, column), RawCount(n), systems.MARGIN)
        system.sums((name, TOTAL, column), [(name, row, column) for row in rows])
    system.add((name, TOTAL, TOTAL), RawCount(sum(count.values())), systems.GRAND)
    system.sums((name, TOTAL, TOTAL), [(name, row, TOTAL) for row in rows])
    system.sums((name, TOTAL, TOTAL), [(name, TOTAL, column) for column in columns])


# --- what may be shown ------------------------------------------------------------------------------------


def level_rows() -> tuple[tuple[str, str], ...]:
    return (*((str(level.value), level.label) for level in Level), (NOT_RECORDED, "Level not recorded"))


def table(
    material: Material,
    released: Mapping[Key, ReleasedCount],
    rule: Rule,
    *,
    by_service: bool,
    names: Mapping[str, str],
) -> ProcessTables:
    """The released tables. `names` are the services' by their random reference."""
    services = None
    if by_service:
        rows = sorted(
            {service for _, service in material.answers},
            key=lambda service: (service == NOT_RECORDED, named(service, names).casefold(), service),
        )
        services = _crossed("answer", [(row, named(row, names)) for row in rows], Answer, released)
    ties = _ties(material, released, rule, names) if by_service else None
    started = released[flow_key(Step.STARTED, "n", EVERY)]
    return ProcessTables(
        _crossed("level", level_rows(), Suggested, released),
        tuple(Line(each.value, each.label, released["answer", TOTAL, each.value]) for each in Answer),
        released["answer", TOTAL, TOTAL],
        tuple(Line(code, label, released["sector", code]) for code, label in sector_rows()),
        services,
        ties,
        _reasons(("why", Answer.DECLINED.value), reasons.DeclineReason, released),
        _reasons(("why", Answer.HER_NO.value), reasons.HerReason, released),
        _reasons(("stop",), stop.Reason, released),
        started,
        tuple(Line(band.value, band.label, released["dose", band.value]) for band in Dose),
        released["dose", "three_or_more"],
        _spread(material, started, rule),
        tuple(Line(how.value, how.label, released["stay", how.value]) for how in Stay),
    )


def _ties(
    material: Material, released: Mapping[Key, ReleasedCount], rule: Rule, names: Mapping[str, str]
) -> tuple[Tie, ...]:
    """By the rule for times, a median rests on more than twice the threshold and stands beside its count."""
    pairs = sorted({(sender, service) for sender, service, _ in _tied(material)})
    days: dict[tuple[str, str], list[int]] = {}
    for (woman, service), wait in material.waits.items():
        sender = material.senders.get((woman, service), NOT_RECORDED)
        days.setdefault((sender, service), []).append(wait)
    found = []
    for sender, service in pairs:
        n, answered = (released["tie", sender, service, which] for which in (TOTAL, "yes"))
        waited = sorted(days.get((sender, service), []))
        few = len(waited) <= 2 * rule.threshold or n.is_hidden or answered.is_hidden
        median = None if few else flow_table.quantile(waited, 0.5)
        who = "Sender not recorded" if sender == NOT_RECORDED else named(sender, names)
        found.append(Tie(who, named(service, names), n, answered, median))
    return tuple(sorted(found, key=lambda one: (one.sender.casefold(), one.service.casefold())))


def named(service: str, names: Mapping[str, str]) -> str:
    """A service's name; of a file that names none, the beginning of its reference."""
    if service == NOT_RECORDED:
        return "Service not recorded"
    return names.get(service) or f"Service {service[:8]}"


def _crossed(
    name: str,
    rows: Sequence[tuple[str, str]],
    across: type[Worded],
    released: Mapping[Key, ReleasedCount],
) -> Crossed:
    columns = tuple((each.value, each.label) for each in across)
    nothing = ReleasedCount(0)
    everywhere = [code for code, _ in rows] + [TOTAL]
    return Crossed(
        columns,
        tuple(rows),
        {
            (row, column): released.get((name, row, column), nothing)
            for row in everywhere
            for column in [*(code for code, _ in columns), TOTAL]
        },
    )


def _reasons(
    before: tuple[str, ...], enum: type[Worded], released: Mapping[Key, ReleasedCount]
) -> tuple[Line, ...]:
    """The reasons that were given, in the order of the form; what the form does not know comes last."""
    words = {each.value: each.label for each in enum}
    found = [
        str(key[-1])
        for key in released
        if isinstance(key, tuple) and key[:-1] == before and key[-1] != TOTAL
    ]
    order = [*words, *sorted(set(found) - set(words) - {NOT_RECORDED}), NOT_RECORDED]
    return tuple(
        Line(code, words.get(code) or code.replace("_", " ").capitalize(), released[(*before, code)])
        for code in order
        if code in found
    )


def _spread(material: Material, started: ReleasedCount, rule: Rule) -> Spread:
    """By the rule for times: a median rests on more than twice the threshold, a tenth on five times it."""
    counts = sorted(n for n in material.doses.values() if n)
    few, tenth = len(counts) <= 2 * rule.threshold, len(counts) < 5 * rule.threshold
    return Spread(
        None if started.is_hidden or few else flow_table.quantile(counts, 0.5),
        None if started.is_hidden or tenth else flow_table.quantile(counts, 0.9),
    )
