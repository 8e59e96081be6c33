"""Returns, dashboard, summaries: what a reader of each kind is told, from the one release and the records.

No count of women is made here. Every part is words and tables made of a Summary's released cells and of what
the programme records of itself; where nothing is recorded it says “Not collected”.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from pathways.analysis import charts, costs, lab_file, measured, police_contact, process_charts
from pathways.analysis.charts import Chart
from pathways.analysis.costs import Costs, Given
from pathways.analysis.evaluation import Summary
from pathways.analysis.extract import Period
from pathways.analysis.flow import FlowTable
from pathways.analysis.measured import Recorded, Value
from pathways.analysis.police_contact import ForMeasures
from pathways.analysis.process import Line
from pathways.domain.evaluation.catalogue import MEASURES
from pathways.domain.evaluation.counts import ReleasedCount
from pathways.domain.evaluation.flow import Step
from pathways.domain.evaluation.measures import InUse
from pathways.domain.evaluation.recorded import KINDS, RecordKind
from pathways.domain.evaluation.release import Kind
from pathways.domain.terms import clocks

NOT_COLLECTED: Final = "Not collected"
Table = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Part:
    """One part of a document: words, a table (the first row its heads), and a picture by its name."""

    code: str
    title: str
    lines: tuple[str, ...] = ()
    table: Table = ()
    caption: str = ""
    chart: Chart | None = None
    #: 2 begins a chapter, 3 belongs to the one before it
    level: int = 2


@dataclass(frozen=True)
class Material:
    """What is known besides journeys: records as codes, measures in use, and what the maker typed.

    `agreements` are the two organisations of each sharing agreement in force; `places` a service's name and
    how many women it says it can take; `words` by name, in paragraphs; `submissions` those to the Justice
    Data Lab, as counts, the oldest first.
    """

    rows: Sequence[Recorded] = ()
    in_use: Sequence[InUse] = ()
    agreements: Sequence[tuple[str, str]] = ()
    places: Sequence[tuple[str, int]] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    provider: str = ""
    submissions: Sequence[lab_file.Counted] = ()
    #: the site's prices, and what it says of costs avoided
    given: Given = field(default_factory=Given)
    #: figures of police contact that were kept
    contact: ForMeasures = field(default_factory=ForMeasures)


@dataclass(frozen=True)
class Document:
    """A finished text: its title, its parts in order, and every measure's figure by its code."""

    title: str
    summary: Summary
    parts: tuple[Part, ...]
    values: Mapping[str, Value]


def values(summary: Summary, material: Material) -> dict[str, Value]:
    """Every measure that there is a figure of, records counted within the summary's period."""
    today = clocks.local(summary.as_at).date()
    records = measured.of_records(
        _within(material.rows, summary.period),
        in_use=material.in_use,
        agreements=material.agreements,
        today=today,
        rule=summary.disclosure.rule,
    )
    of_money = {} if material.provider else costs.values(reckoned(summary, material))
    found = {**records, **of_money, **measured.of_journeys(summary)}
    if not material.provider:  # what is counted here goes before a figure that was counted elsewhere
        found |= police_contact.values(material.contact, summary.disclosure.rule)
    if (eligible := _eligible(summary, material)) is not None:
        found["M42"] = lab_file.value(eligible, records.get("M42"))
    return found


def _eligible(summary: Summary, material: Material) -> lab_file.Shown | None:
    """Who could be compared by the Justice Data Lab, by this summary's rule; never for one provider."""
    if material.provider:
        return None
    return lab_file.of_all(material.submissions, summary.disclosure.rule)


def reckoned(summary: Summary, material: Material) -> Costs:
    """What the programme cost in the summary's period, and what may have been avoided: for its readers."""
    return costs.count(
        _within(material.rows, summary.period),
        costs.reached(summary),
        material.given,
        rule=summary.disclosure.rule,
        today=clocks.local(summary.as_at).date(),
    )


def document(kind: Kind, summary: Summary, material: Material) -> Document:
    """The text of one kind. The whole evaluation report has pages of its own, and takes `chapters` of it."""
    found = values(summary, material)
    makers: Mapping[Kind, Callable[[], list[Part]]] = {
        Kind.QUARTERLY: lambda: _quarterly(summary, material, found),
        Kind.PROVIDER: lambda: _provider(summary, material, found),
        Kind.DASHBOARD: lambda: _dashboard(summary, material, found),
        Kind.PUBLIC: lambda: _public(summary, found),
        Kind.EQUALITY: lambda: _equality(summary),
        Kind.EVALUATION: lambda: list(chapters(summary, material, found)),
    }
    title = kind.label + (f": {material.provider}" if kind is Kind.PROVIDER and material.provider else "")
    return Document(title, summary, (*makers[kind](), _method(summary)), found)


# --- the kinds -------------------------------------------------------------------------------------------


def _quarterly(summary: Summary, material: Material, found: Mapping[str, Value]) -> list[Part]:
    key = tuple(f"M{number}" for number in range(5, 28))
    return [
        _measures("key", "Key figures", key, material, found, "Measures M5 to M27"),
        Part(
            "flow",
            "How far women came",
            table=_flow(summary.flow),
            caption="Women at each step",
            chart=charts.flow(summary.flow, charts.source_of(summary)),
        ),
        _spend(summary, material),
        Part(
            "milestones",
            "Milestones",
            _typed(material, "milestones", "No milestones were written down for this return."),
            *_happened(summary, material),
        ),
        Part("risks", "Risks", _typed(material, "risks", "No risks were written down for this return.")),
        Part("forecast", "Forecast", _typed(material, "forecast", "No forecast was written down.")),
        Part(
            "case",
            "Case study",
            ("A case study is not made by the programme: no words about one woman leave through a release.",),
        ),
    ]


def _provider(summary: Summary, material: Material, found: Mapping[str, Value]) -> list[Part]:
    answers = [(line.label, line.n.shown) for line in summary.process.answers]
    steps = (Step.REFERRED, Step.ACCEPTED, Step.STARTED, Step.COMPLETED, Step.FOLLOWED_UP)
    lines = [line for line in summary.flow.lines if line.step in steps]
    return [
        Part(
            "who",
            "Who is counted",
            (
                f"Women who were referred to {material.provider or 'this provider'}, and what came of it "
                "there. "
                "What they had from other services is not in these figures.",
            ),
        ),
        Part(
            "referrals",
            "Referrals and what was answered",
            table=(("Answer", "Women"), *answers, ("All referrals", summary.process.answers_n.shown)),
            caption="Answers to referrals",
            chart=process_charts.answers(summary.process, charts.source_of(summary)),
        ),
        Part(
            "starts",
            "Starts, endings and follow-up",
            table=(
                ("Step", "Women", "Lost after it", "In progress"),
                *((line.step.label, line.n.shown, line.lost.shown, line.in_progress.shown) for line in lines),
            ),
            caption="Women from referral on",
        ),
        Part(
            "reasons",
            "Why women left after support began",
            table=_reasons(summary, Step.STARTED),
            caption="Reasons",
            level=3,
        ),
        Part("waits", "Waits", table=_waits(summary, (Step.TRIAGED, Step.REFERRED, Step.ACCEPTED)),
             caption="Days between steps"),
        _measures("outcomes", "Outcomes", ("M24", "M25", "M26", "M27", "M30", "M31", "M34", "M35"), material,
                  found, "Contacts, endings and outcomes"),
        *_characteristics(summary),
        _measures("complaints", "Complaints and incidents", ("M48", "M49"), material, {},
                  "Complaints, breaches and incidents",
                  "The programme keeps no complaints by provider."),
        Part("finance", "Finance", ("Spend is recorded by budget line and not by provider.",),
             _spend(summary, material).table, "Planned and spent, whole programme"),
    ]  # fmt: skip


def _dashboard(summary: Summary, material: Material, found: Mapping[str, Value]) -> list[Part]:
    source = charts.source_of(summary)
    waiting = [(line.label, line.n.shown) for line in summary.process.answers
               if line.code in ("waiting_list", "awaited")]  # fmt: skip
    places = [(name, str(n)) for name, n in material.places]
    return [
        Part("flow", "How far women came", table=_flow(summary.flow), caption="Women at each step",
             chart=charts.flow(summary.flow, source)),
        Part("waits", "Waits", table=_waits(summary), caption="Days between steps",
             chart=charts.times(summary.times, source)),
        Part("capacity", "Capacity",
             () if places else ("No service has said how many women it can take.",),
             (("Service", "Places"), *places) if places else (), "Places, as services say themselves"),
        Part("waiting", "Waiting for a service", table=(("Answer", "Women"), *waiting),
             caption="Referrals that wait", level=3),
        Part("triage", "Triage",
             table=(("Level", *summary.process.levels.heads),
                    *((label, *(n.shown for n in counts)) for label, counts in summary.process.levels.lines)),
             caption="Level last decided, by how it stood to the suggestion",
             chart=process_charts.levels(summary.process, source)),
        _measures("safety", "Safety", ("M48", "M49", "M50", "M36"), material, found,
                  "Incidents, complaints and unintended effects"),
        Part("stopped", "Why women declined or withdrew", table=_lines(summary.process.stop_reasons,
        "Reason"), caption="Reasons, of women who declined the programme or withdrew", level=3),
        _measures("actions", "Actions", ("M9", "M10", "M46"), material, found, "Meetings and their actions"),
    ]  # fmt: skip


def _public(summary: Summary, found: Mapping[str, Value]) -> list[Part]:
    source = charts.source_of(summary)
    n = {line.step: line.n for line in summary.flow.lines}
    said = [
        f"{_women(n[Step.CONSIDERED])} were considered for support, and for {_women(n[Step.CONFIRMED])} a "
        "named "
        "person confirmed that the programme was for them.",
        f"{_women(n[Step.AGREED])} agreed to take part. Taking part is voluntary.",
        f"Support began for {_women(n[Step.STARTED])}.",
        "These figures describe. They do not say what difference the programme made.",
    ]
    shown = ("M14", "M15", "M16", "M23", "M25", "M26")
    named = {one.code: one for one in MEASURES}
    table = tuple((named[code].name, named[code].definition, _shown(found, code)) for code in shown)
    return [
        Part("said", "In short", tuple(said)),
        Part("flow", "How far women came", table=_flow(summary.flow)[:7], caption="Women at each step",
             chart=charts.flow(summary.flow, source)),
        Part("sets", "Who supports them",
             table=(("Women", "Count"), *((stage.label, count.shown) for stage, _, count in
                                          summary.overlap.stages)),
             caption="Women in each of three sets, which overlap", chart=charts.sets(summary.overlap,
             source)), Part("headline", "How it goes", table=(("Measure", "What it says", "Figure"), *table),
             caption="Headline measures"),
    ]  # fmt: skip


def _equality(summary: Summary) -> list[Part]:
    source = charts.source_of(summary)
    parts = [
        Part(
            "how",
            "How to read this",
            (
                "Per cents are of the women whose answer is recorded. Stages overlap, so tests stand "
                "only between "
                "groups that share nobody.",
                "A difference between groups is a reason to ask why. It is not by itself unfair "
                "treatment, and "
                "no difference found is not proof that there is none.",
            ),
        )
    ]
    for table, profile in zip(summary.demographics, summary.profiles, strict=True):
        tests = tuple(f"{one.stage.label} beside (a) outside it: {one.words}" for one in profile.tests)
        parts.append(
            Part(
                f"of-{profile.code.replace('_', '-')}",
                profile.label,
                (table.definition, *tests),
                (("Women", *profile.heads), *((label, *cells) for label, cells in profile.table)),
                f"{profile.label} by stage",
                charts.characteristic(table, source),
            )
        )
    for each in summary.represented:
        title = f"{each.label} beside {each.beside}"
        if not each.lines:
            parts.append(Part(f"beside-{each.chart}", title, (f"Not compared: {each.why}. {each.source}.",)))
            continue
        chart = process_charts.represented(each, source)
        parts.append(Part(f"beside-{each.chart}", title, (each.source,), chart.table, title, chart))
    if not summary.represented:
        lines = ("No figures of the population were taken in, so the women are not held against one.",)
        parts.append(Part("beside", "Representativeness", lines))
    return parts


# --- the chapters that the whole evaluation report has besides journeys -----------------------------------


def chapters(summary: Summary, material: Material, found: Mapping[str, Value]) -> tuple[Part, ...]:
    """Framework and operations, partnership, understanding of organised crime, impact, learning, limits."""
    source = charts.source_of(summary)
    rows = _within(material.rows, summary.period)
    spend = _spend(summary, material)
    actions = Counter(str(one.codes.get("pillar")) for one in rows if one.kind == "prevention")
    pillars = KINDS[RecordKind.PREVENTION].question("pillar").options
    pillar_lines = [Line(code, label, ReleasedCount(actions[code])) for code, label in pillars]
    learnt = _by_quarter(rows)
    missing = [
        Line(profile.code, profile.label, _missing(profile.missing))
        for profile in summary.profiles
    ]
    return (
        _measures("framework", "Framework and operations",
                  ("M1", "M2", "M3", "M4", "M8", "M9", "M10", "M12"), material, found,
                  "What went into the programme"),
        Part("spend", "Spend beside what was planned", spend.lines, spend.table, spend.caption, spend.chart,
        3), Part("changes", "Agreements, protocols and changes to them", *_frameworks(rows), level=3),
        _measures("partnership", "Partnership", ("M3", "M9", "M11", "M43", "M44"), material, found,
                  "How partners worked together"),
        Part("meetings", "Who came to meetings", *_meetings(rows), level=3),
        _measures("crime", "Understanding of organised crime", ("M45", "M46", "M47"), material, found,
                  "What was learnt, and what was done with it",),
        Part("prevention", "Prevention actions by part of the response", (),
             (("Part of the response", "Actions"), *((one.label, one.n.shown) for one in pillar_lines)),
             "Prevention actions",
             process_charts.bars("prevention", "Where prevention actions were taken",
                                 "Actions proposed, adopted, done or dropped, by part of the response.",
                                 pillar_lines, source,
                                 (("Part", "Actions"), *((o.label, o.n.shown) for o in pillar_lines)),
                                 of="Actions"), 3),
        _measures("impact", "Impact on the women", tuple(f"M{number}" for number in range(30, 43)), material,
                  found, "Outcomes for the women",
                  "These are outcomes that were measured. Without a fair comparison they do not say what "
                  "difference the programme made, and where none was found that is no proof of none."),
        *_police_contact(summary, material),
        _for_the_lab(summary, material),
        _measures("unintended", "What may have gone wrong", ("M29", "M48", "M49", "M50"), material, found,
                  "Safety and unintended effects", level=3),
        *_costs(summary, material, found),
        Part("learning", "Learning",
             ("What was changed because of what was learnt, by quarter. The words of each record stay here.",)
             if learnt else (f"{NOT_COLLECTED}: no change or prevention action is recorded.",),
             learnt, "Changes to agreements and protocols, and prevention actions"),
        Part("limits", "Limits", _limits(material, found),
             (("Characteristic", "Women identified whose answer is missing"),
              *((one.label, one.n.shown) for one in missing)),
             "Answers that are missing",
             process_charts.bars("missing", "Where answers are missing",
                                 "Women identified (a) of whom the answer is not recorded, by "
                                 "characteristic. "
                                 "“c” is a hidden count.", missing, source,
                                 (("Characteristic", "Women"), *((o.label, o.n.shown) for o in missing)))),
    )  # fmt: skip


def _police_contact(summary: Summary, material: Material) -> list[Part]:
    """Table T8: police contact before and after, where figures of it were kept."""
    kept, rule = material.contact.kept, summary.disclosure.rule
    told = kept.under(rule.threshold, rule.rounding) if kept else None
    if kept is None or told is None or material.provider:
        return []
    lines = (
        f"Evidence level: {kept.evidence}. Women counted: {told.n.shown}; not followed so long, or with "
        f"records that are not whole, and left out: {told.too_short.shown}.",
        f"Source: {kept.source}. Counted and kept on {kept.kept_on:%-d %B %Y}.",
        *kept.cautions,
        kept.harm,
        told.disclosure,
    )
    title = f"Police contact {kept.months} months before and after (T8)"
    return [Part("contact", title, lines, police_contact.lines(told), title, level=3)]


def _for_the_lab(summary: Summary, material: Material) -> Part:
    """How many could be compared by the Justice Data Lab, and why the others could not."""
    title = "Who could be compared by the Justice Data Lab"
    found = _eligible(summary, material)
    if found is None:
        why = "too few for any of it to leave" if material.submissions else "no submission is put forward"
        return Part("lab", title, (f"{NOT_COLLECTED}: {why}.",), level=3)
    lines = [("Looked at", found.considered), ("Eligible", found.eligible)]
    lines += [(f"Not eligible: {one.label}", count) for one, count in found.reasons]
    return Part(
        "lab",
        title,
        (
            f"Women whose {found.days}, each counted once, under the first reason that holds. "
            f"{lab_file.in_words(found)}",
        ),
        (("Women", "How many"), *((said, count.shown) for said, count in lines)),
        "Eligible for the Justice Data Lab, and why not",
        level=3,
    )


def _costs(summary: Summary, material: Material, found: Mapping[str, Value]) -> list[Part]:
    """Table T11 of the evaluation's tables: cost, cost for each woman, costs avoided, prices."""
    made = reckoned(summary, material)
    source = f"{charts.source_of(summary)} {made.version}."
    drawn = {
        "per-woman": costs.per_woman_chart(made, source), "avoided": costs.avoided_chart(made, source)
    }  # fmt: skip
    lines = (
        f"Money is in prices of {made.year} where it says so, moved by the indices of the price table. "
        "Prices per incident and per victim are never added together.",
        f"Evidence level of what it cost: {costs.DESCRIBED[:1].lower()}{costs.DESCRIBED[1:]}.",
        *(f"{NOT_COLLECTED}: {one}" for one in made.not_collected),
        *((made.why_none,) if made.why_none else ()),
    )
    head = _measures("value", "Costs (T11)", ("M51", "M52"), material, found, "What it cost", *lines)
    return [
        head,
        *(Part(f"cost-{code}", title, costs.cautions(made) if code == "avoided" else (), table, title,
               drawn.get(code), 3)
          for code, title, table in costs.parts(made)),
    ]  # fmt: skip


def _limits(material: Material, found: Mapping[str, Value]) -> tuple[str, ...]:
    used = [one.measure for one in material.in_use if one.is_used]
    absent = [f"{one.code} {one.name}" for one in used if one.code not in found]
    said: tuple[str, ...] = (
        "Only what was recorded is counted. A woman counts once, and a step that nobody recorded is "
        "missing here "
        "even where it was taken.",
        "Women who declined or could not be reached differ from those who came: figures of those who "
        "came say nothing of the others.",
    )
    if absent:
        said = (*said, f"{NOT_COLLECTED} in this period: {'; '.join(absent)}.")
    return said


def _missing(by_group: Mapping[str, str]) -> ReleasedCount:
    shown = by_group.get("identified", "")
    return ReleasedCount(int(shown) if shown.isdecimal() else None)


# --- the pieces ------------------------------------------------------------------------------------------


def _measures(
    code: str,
    title: str,
    codes: Sequence[str],
    material: Material,
    found: Mapping[str, Value],
    caption: str,
    *lines: str,
    level: int = 2,
) -> Part:
    """The figures of some measures, those that this site uses, each with what it is of."""
    own = {one.measure.code: one for one in material.in_use}
    named = {one.code: one for one in MEASURES}
    rows = []
    for each in codes:
        measure = own[each].measure if each in own else named[each]
        if each in own and not own[each].is_used:
            continue
        value = found.get(each)
        said = "; ".join(one for one in (value.over, value.note) if one) if value else ""
        parts = "; ".join(f"{label} {shown}" for label, shown in value.parts) if value else ""
        rows.append((each, measure.name, _shown(found, each), said, parts))
    if not rows:
        return Part(code, title, (*lines, "This programme uses none of these measures."), level=level)
    return Part(code, title, lines, (("Code", "Measure", "Figure", "Of", "In parts"), *rows), caption,
                level=level)  # fmt: skip


def _shown(found: Mapping[str, Value], code: str) -> str:
    return found[code].shown if code in found else NOT_COLLECTED


def _line(table: FlowTable, step: Step) -> ReleasedCount:
    return next(line.n for line in table.lines if line.step is step)


def _women(count: ReleasedCount) -> str:
    if count.value is None:
        return "A number of women too small to be shown"
    return f"{count.value} {'woman' if count.value == 1 else 'women'}"


def _flow(table: FlowTable) -> Table:
    return (
        ("Step", "Women", "Lost after it", "In progress"),
        *((line.step.label, line.n.shown, line.lost.shown, line.in_progress.shown) for line in table.lines),
    )


def _reasons(summary: Summary, step: Step) -> Table:
    reasons = next(line.reasons for line in summary.flow.lines if line.step is step)
    return (("Reason", "Women"), *((words, count.shown) for words, count in reasons)) if reasons else ()


def _lines(lines: Sequence[Line], head: str) -> Table:
    return ((head, "Women"), *((line.label, line.n.shown) for line in lines)) if lines else ()


def _waits(summary: Summary, starts: Sequence[Step] = ()) -> Table:
    return (
        ("From", "To", "Median days", "Slowest tenth, days at least"),
        *(
            (
                line.start.label,
                line.end.label,
                *("c" if days is None else str(days) for days in (line.median_days, line.worst_tenth_days)),
            )
            for line in summary.times
            if not starts or line.start in starts
        ),
    )


def _characteristics(summary: Summary) -> list[Part]:
    parts = []
    for profile in summary.profiles:
        heads = (("Women", *profile.heads), *((label, *cells) for label, cells in profile.table))
        code = f"of-{profile.code.replace('_', '-')}"
        parts.append(Part(code, profile.label, (), heads, f"{profile.label} by stage", level=3))
    return [Part("women", "Who the women are"), *parts]


def _within(rows: Sequence[Recorded], period: Period | None) -> list[Recorded]:
    """Records whose first day lies in the period; a figure counted elsewhere belongs where it ends."""
    if period is None:
        return list(rows)
    return [one for one in rows if (one.ends if one.kind == "figure" else one.on) in period]


def _spend(summary: Summary, material: Material) -> Part:
    today = clocks.local(summary.as_at).date()
    rows = [o for o in _within(material.rows, summary.period) if o.kind == "spend" and o.on <= today]
    if not rows:
        lines = (f"{NOT_COLLECTED}: no spend is recorded in this period.",)
        return Part("spend", "Spend and profile", lines)
    labels = dict(KINDS[RecordKind.SPEND].question("line").options)
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for one in rows:
        both = sums[str(one.codes.get("line"))]
        both[0] += float(one.codes.get("planned") or 0)
        both[1] += float(one.codes.get("spent") or 0)
    order = [code for code in labels if code in sums]
    found = [(labels[code], sums[code][0], sums[code][1]) for code in order]
    whole = ("All lines", sum(line[1] for line in found), sum(line[2] for line in found))
    table = tuple(
        (label, f"£{planned:,.0f}", f"£{spent:,.0f}", f"{spent - planned:+,.0f}")
        for label, planned, spent in (*found, whole)
    )
    bars = [Line(label, label, ReleasedCount(round(spent))) for label, _, spent in found]
    share = f"{100 * whole[2] / whole[1]:.0f}% of what was planned" if whole[1] else "nothing was planned"
    heads = ("Budget line", "Planned", "Spent", "Difference")
    chart = process_charts.bars(
        "spend", f"£{whole[2]:,.0f} spent, {share}",
        "Pounds spent by budget line; what was planned is in the table.", bars,
        charts.source_of(summary), (heads, *table), of="Pounds",
    )  # fmt: skip
    return Part("spend", "Spend and profile", (), (heads, *table), "Planned and spent by budget line", chart)


def _happened(summary: Summary, material: Material) -> tuple[Table, str]:
    """What the programme recorded of itself in the period: a table and its caption, or nothing."""
    counted = Counter(one.kind for one in _within(material.rows, summary.period))
    kinds = (RecordKind.GOVERNANCE, RecordKind.FRAMEWORK, RecordKind.TRAINING, RecordKind.PREVENTION)
    rows = tuple((kind.label, str(counted[kind.value])) for kind in kinds if counted[kind.value])
    return ((("What was recorded", "Records"), *rows), "Recorded in the period") if rows else ((), "")


def _frameworks(rows: Sequence[Recorded]) -> tuple[tuple[str, ...], Table, str]:
    asked = KINDS[RecordKind.FRAMEWORK]
    what, change = (dict(asked.question(name).options) for name in ("what", "change"))
    found = sorted(
        (one.on, str(one.codes.get("what")), str(one.codes.get("change")))
        for one in rows
        if one.kind == "framework"
    )
    if not found:
        return (f"{NOT_COLLECTED}: no agreement or protocol is recorded in this period.",), (), ""
    table = tuple((_day(on), what.get(kind, kind), change.get(did, did)) for on, kind, did in found)
    return (), (("Day", "Kind of document", "What happened"), *table), "Agreements and protocols"


def _meetings(rows: Sequence[Recorded]) -> tuple[tuple[str, ...], Table, str]:
    bodies = dict(KINDS[RecordKind.GOVERNANCE].question("body").options)
    held: Counter[str] = Counter()
    came: Counter[str] = Counter()
    for one in rows:
        if one.kind == "governance":
            body = str(one.codes.get("body"))
            held[body] += 1
            came[body] += len(one.codes.get("present") or {})
    if not held:
        return (f"{NOT_COLLECTED}: no meeting is recorded in this period.",), (), ""
    table = tuple(
        (label, str(held[code]), f"{came[code] / held[code]:.1f}")
        for code, label in bodies.items()
        if held[code]
    )
    heads = ("Meeting", "Held", "Organisations present, on average")
    return (), (heads, *table), "Meetings held, and organisations that came"


def _by_quarter(rows: Sequence[Recorded]) -> Table:
    changed: Counter[date] = Counter()
    acted: Counter[date] = Counter()
    for one in rows:
        if one.kind == "framework" and one.codes.get("change") == "changed":
            changed[clocks.quarter(one.on)] += 1
        if one.kind == "prevention" and one.codes.get("stage") in ("adopted", "done"):
            acted[clocks.quarter(one.on)] += 1
    quarters = sorted({*changed, *acted})
    if not quarters:
        return ()
    return (
        ("Quarter", "Agreements or protocols changed", "Prevention actions adopted"),
        *((clocks.quarter_in_words(at), str(changed[at]), str(acted[at])) for at in quarters),
    )


def _typed(material: Material, name: str, otherwise: str) -> tuple[str, ...]:
    lines = tuple(line.strip() for line in material.words.get(name, "").splitlines() if line.strip())
    return lines or (otherwise,)


def _method(summary: Summary) -> Part:
    return Part("method", "Method and disclosure control", (summary.evidence, summary.disclosure.words))


def _day(day: date) -> str:
    return f"{day:%-d %B %Y}"


def plain(made: Document) -> dict[str, Any]:
    """The document as plain values: what was released and nothing beside it."""
    return {
        "title": made.title,
        "programme": made.summary.programme_name,
        "synthetic": made.summary.synthetic,
        "parts": [
            {
                "code": part.code,
                "title": part.title,
                "lines": list(part.lines),
                "heads": list(part.table[0]) if part.table else [],
                "rows": [list(row) for row in part.table[1:]],
            }
            for part in made.parts
        ],
        "measures": {
            code: {
                "shown": value.shown,
                "over": value.over,
                "figure": value.figure,
                "parts": [list(part) for part in value.parts],
            }
            for code, value in sorted(made.values.items(), key=lambda one: (len(one[0]), one[0]))
        },
    }
