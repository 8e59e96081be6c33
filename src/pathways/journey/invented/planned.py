"""What the invented programme planned and wrote down of itself, by the same verbs that people use."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

from pathways.domain.evaluation.interviews import Action
from pathways.domain.evaluation.measures import Frequency, NodeKind
from pathways.domain.evaluation.partnership import STATEMENTS, Extent
from pathways.domain.evaluation.prices import Per
from pathways.domain.evaluation.recorded import SECTIONS, RecordKind
from pathways.domain.evaluation.theory import Support
from pathways.domain.terms import clocks
from pathways.domain.terms.people import Role
from pathways.journey import costing, identity, interviewing, planning, pricing, recording, surveying
from pathways.journey.invented.world import World

#: (measure, baseline, target)
_TARGETS = (
    ("M14", None, 75.0), ("M16", 45.0, 65.0), ("M22", 60.0, 80.0), ("M25", None, 70.0), ("M26", 40.0, 60.0),
    ("M4", None, 40.0), ("M34", None, 50.0),
)  # fmt: skip
_NOT_USED = ("M32", "M38", "M47")


def tell(world: World, *, began: date, until: datetime) -> None:
    """Two years of a programme: its plan, its money and time, its meetings, sessions and interviews."""
    evaluator = world.people[(Role.EVALUATOR, "westmoor")][0]
    coordinator = world.people[(Role.COORDINATOR, "pathways-hub")][0]
    commissioner = world.people[(Role.COMMISSIONER, "commissioning")][0]
    with identity.acting(evaluator):
        _plan(evaluator, until)
        _priced(evaluator, until)
        _interviews(evaluator, began, until)
    with identity.acting(coordinator):
        _programme(coordinator, world, began, until)
    with identity.acting(commissioner):
        _spend(commissioner, began, until)
    _surveyed(world, evaluator, until)
    _heard(world, until)


def _plan(by: Any, at: datetime) -> None:
    planning.add_node(
        kind=NodeKind.OUTPUT, words="Women help to say what support should be", shown_by=("M34",),
        because="Asked for by the women’s reference group", by=by, at=at,
    )  # fmt: skip
    planning.link(
        start="N18", end="N9", support=Support.EXPERIENCE, evidence="Both groups of women said "
                                                                    "so.", by=by, at=at
    )
    now = planning.measures_now(by=by)
    assert now is not None
    for code, baseline, target in _TARGETS:
        found = now.one(code)
        assert found is not None
        planning.choose_measure(
            code=code, is_used=True, owner=found.measure.owner, frequency=Frequency.QUARTERLY,
            baseline=baseline, target=target, because="Agreed by the steering group", by=by, at=at,
        )  # fmt: skip
    for code in _NOT_USED:
        found = now.one(code)
        assert found is not None
        planning.choose_measure(
            code=code, is_used=False, owner=found.measure.owner, frequency=found.measure.frequency,
            baseline=None, target=None, because="Not within this evaluation", by=by, at=at,
        )  # fmt: skip
    day = clocks.local(at).date() - timedelta(days=500)
    _enter(RecordKind.QUESTION, day, by, at, aspect="process", measures="M14, M16",
           question="Is the right woman offered help early, and does she choose it freely?",
           method="Flow, times, and interviews with women who took part, declined or left")
    _enter(RecordKind.QUESTION, day, by, at, aspect="impact", measures="M30, M34",
           question="Are women safer and more settled after support than before?",
           method="Before and after, with what could be seen at this number of women")
    _enter(RecordKind.ETHICS, day, by, at, what="approval", body="University research ethics committee",
           outcome="conditions", approach="Interviews by key workers’ invitation only; a distress protocol "
                                          "first.",
           until=(day + timedelta(days=900)).isoformat())
    _enter(RecordKind.ETHICS, day + timedelta(days=20), by, at, what="consent", outcome="approved",
           body="Steering group", approach="In words and in writing, asked again before anything is quoted.")
    _enter(RecordKind.DATA_SOURCE, day, by, at, source="Coded journeys of this programme", found="journey",
           owner=str(by.organisation_id), coded=True, basis="Sharing agreement with the coordinating hub",
           quality="Women who came by the open door give fewer answers about themselves.")
    for section, part in (("theory", "Chapter on logic models"), ("measures", "Annex of indicators")):
        assert section in dict(SECTIONS)
        _enter(RecordKind.TOOLKIT, day, by, at, section=section, part=part, coverage="part")
    _enter(RecordKind.FIGURE, clocks.local(at).date() - timedelta(days=200), by, at,
           until_day=clocks.local(at).date() - timedelta(days=110), measure="M45", value=14.0, counted=14,
           protected=True, from_where="Insights without names, as the regional unit counts them")  # fmt: skip


def _priced(by: Any, at: datetime) -> None:
    """What a post costs, and a comparison that others are said to have published, at one price."""
    pricing.add(
        name="A full-time post with on-costs", per=Per.POST_YEAR, value=41_000.0, low=37_000.0,
        central=41_000.0, high=46_000.0, year="2024/25", source="Invented for the demonstration",
        deflator="gdp", note="", code="post", because="To say what staff time costs", by=by, at=at,
    )  # fmt: skip
    kept = costing.enter_published(
        outcome="reoffended within a year", source="Invented for the demonstration", treated_events=21,
        treated=92, comparison_events=66, comparison=184, by=by, at=at,
    )  # fmt: skip
    costing.put_price(
        finding=kept.reference, price="violence", units=1.0, deadweight=(0.0, 0.1, 0.2),
        attribution=(0.4, 0.5, 0.7), because="Half of the women had other support as well", by=by, at=at,
    )  # fmt: skip


def _interviews(by: Any, began: date, at: datetime) -> None:
    asked = (
        ("woman_in_support", "held"), ("woman_in_support", "held"), ("woman_left", "held"),
        ("woman_left", "no_answer"), ("woman_declined", "declined"), ("woman_in_support", "declined"),
        ("staff", "held"), ("police", "held"), ("partner", "held"),
    )  # fmt: skip
    for number, (group, result) in enumerate(asked):
        is_woman = group.startswith("woman")
        _enter(
            RecordKind.INTERVIEW, clocks.local(at).date() - timedelta(days=160 - 9 * number), by, at,
            group=group, frame="purposive", result=result, guide="Guide for women, version 2" if is_woman else
            "Guide for partners, version 1", asked_by="key_worker" if is_woman else "evaluator",
            consent=["interview", "quotation"] if result == "held" else [],
        )  # fmt: skip


def _programme(by: Any, world: World, began: date, at: datetime) -> None:
    today = clocks.local(at).date()
    hub, force, willow = (str(world.places[code]) for code in ("pathways-hub", "ashmere-police", "willow"))
    day, number = clocks.quarter(began), 0
    while clocks.next_quarter(day) <= today:
        end = clocks.next_quarter(day) - timedelta(days=1)
        _enter(RecordKind.GOVERNANCE, day + timedelta(days=20), by, at, body="steering",
               present={hub: 2, force: 2, willow: 1 + number % 2}, actions=4 + number % 3,
               actions_done=3 + number % 3, decisions="Targets and risks were gone through.")
        session = "training" if number % 2 == 0 else "awareness"
        _enter(RecordKind.TRAINING, day + timedelta(days=35), by, at, session=session,
               topics=["trauma", "coercion"], came={force: 8 + number, willow: 4, hub: 2}, others=number % 4)
        shares = ((hub, "coordination", 1.6), (willow, "support", 3.2), (force, "police", 1.0))
        for place, work, posts in shares:
            _enter(RecordKind.STAFF_TIME, day, by, at, until_day=end, organisation=place, work=work,
                   posts=posts + 0.2 * (number % 2))
        for turn, result in enumerate(("raised", "more", "unchanged", "lowered")[: 2 + number % 3]):
            _enter(RecordKind.RISK_CHANGE, day + timedelta(days=15 + 12 * turn), by, at,
                   assessment=("abuse", "exploitation")[turn % 2],
                   from_sector=("police", "third_sector")[turn % 2],
                   result=result, acted=result != "unchanged")
        day, number = clocks.next_quarter(day), number + 1
    _enter(RecordKind.ROLE, began, by, at, post="Coordinator", organisation=hub, deputy=True,
           duties="Carries women through the programme and keeps the wall between police and support.")
    _enter(RecordKind.ROLE, began, by, at, post="Police single point of "
                                                "contact", organisation=force, deputy=True,
           duties="Decides with reasons who is offered the programme.")
    for back, name, what, change, why in (
        (700, "Terms of reference", "strategy", "made", "Aims, members and how decisions are taken."),
        (640, "Operating protocol", "protocol", "made", "Who does what from the door to follow-up."),
        (380, "Operating protocol", "protocol", "changed", "Police no longer make the first contact."),
        (200, "Terms of reference", "strategy", "reviewed", "Gone through after the first year."),
        (150, "Operating protocol", "protocol", "changed", "A second reader for everybody who is turned "
                                                           "away."),
    ):
        _enter(RecordKind.FRAMEWORK, today - timedelta(days=back), by, at, document=name, what=what,
               change=change, parties=["police", "local_authority", "third_sector"], why=why)
    for back, pillar, stage, action in (
        (300, "prevent", "done", "Briefing of housing officers on signs of a home being taken over"),
        (120, "protect", "adopted", "Letters about court are no longer sent to shared addresses"),
        (40, "prepare", "proposed", "A shared list of safe places to meet"),
    ):
        _enter(RecordKind.PREVENTION, today - timedelta(days=back), by, at, pillar=pillar, stage=stage,
               organisation=hub, action=action)  # fmt: skip
    _learnt(by, today, at)


def _learnt(by: Any, today: date, at: datetime) -> None:
    """What the programme found out about itself: changed and followed, changed, only found, and left."""

    def day(back: int) -> str:
        return (today - timedelta(days=back)).isoformat()

    _enter(RecordKind.LEARNING, today - timedelta(days=410), by, at, found_by="interviews", state="followed",
           finding="Women who had declined said that a call from a police number had frightened them.",
           change="The first contact is made by a support worker, from a number that says nothing.",
           changed_on=day(380), lead="Coordinator, Pathways hub", followed_on=day(150),
           followed="More of the women who were reached agreed to take part than in the year before.",
           nodes=["N6", "N15"], measures=["M15", "M16"])
    _enter(RecordKind.LEARNING, today - timedelta(days=170), by, at, found_by="figures", state="changed",
           finding="Turned-away women of one area had no second reading for weeks.",
           change="A second reader for everybody who is turned away, drawn by the programme.",
           changed_on=day(150), lead="Police single point of contact", measures=["M29"])
    _enter(RecordKind.LEARNING, today - timedelta(days=60), by, at, found_by="meeting", state="left",
           finding="Two partners would like the panel to meet every week.",
           change="Left at every two weeks: urgent decisions are taken between meetings already.",
           measures=["M9"])
    _enter(RecordKind.LEARNING, today - timedelta(days=12), by, at, found_by="practice", state="found",
           finding="Mothers miss afternoon groups in the school holidays.", measures=["M25"])


#: (who said it, words, codes that the first person gives, codes that the second gives)
_SAID = (
    ("woman_in_support", "I felt heard. Nobody had asked me before, and I could say no.", "hf", "hf"),
    ("woman_in_support", "It was the same worker every time, so I did not have to begin again.", "h", "h"),
    ("woman_left", "I liked her, but it was too far with two children.", "p", "p"),
    ("woman_left", "I was not sure whether the police would read it.", "f", "fp"),
    ("staff", "We hear back sooner than we used to, and it changes what we do.", "p", ""),
    ("partner", "We say no less often, because we know what we are asked.", "p", "p"),
)


def _heard(world: World, at: datetime) -> None:
    """A codebook, a topic guide, excerpts that two people coded and a third settled, and what came of quoting
    two of them."""
    first, second, third = world.people[(Role.EVALUATOR, "westmoor")][:3]
    day = clocks.local(at).date() - timedelta(days=170)
    keys: dict[str, Any] = {}
    codes = (
        ("h", "Being heard", "Somebody listened, and knew her story.", ["N7"]),
        ("f", "Free to choose", "She could say no, or feared that she could not.", ["N6", "N17"]),
        ("p", "What stands in the way", "Distance, time, children, waiting or other partners.", ["N16"]),
    )
    with identity.acting(first):
        _enter(RecordKind.TOPIC_GUIDE, day, first, at, name="Women in support", groups=["woman_in_support"],
               topics="How did you come to the programme?\nWhat was different?\nWhat would you change?",
               before="Taking part is free and can end at any moment. In danger we tell her key worker.")
        for letter, name, definition, nodes in codes:
            keys[letter] = _enter(RecordKind.CODE, day, first, at, name=name, definition=definition,
                                  use="Where it is said of oneself or of others.", nodes=nodes)  # fmt: skip
        listed = recording.listed(RecordKind.INTERVIEW, by=first, at=at)
        held: dict[str, list[Any]] = {}
        for one in listed.records if listed else ():
            if one.answers.get("result") == "held":
                held.setdefault(str(one.answers["group"]), []).append(one.id)
        excerpts = []
        for number, (group, words, mine, _) in enumerate(_SAID):
            record = held[group][number % len(held[group])]
            excerpts.append(_done(interviewing.keep(record_id=record, text=words, by=first, at=at)))
            given = [keys[letter] for letter in mine]
            _done(interviewing.code(excerpt_id=excerpts[-1], code_ids=given, by=first, at=at))
        quoted = [
            _done(interviewing.ask_to_quote(excerpt_id=excerpts[n], text=_SAID[n][1], has_looked=True,
                                            by=first, at=at))
            for n in (0, 4)
        ]  # fmt: skip
    with identity.acting(second):
        for excerpt, (_, _, _, theirs) in zip(excerpts[:-1], _SAID, strict=False):
            given = [keys[letter] for letter in theirs]
            _done(interviewing.code(excerpt_id=excerpt, code_ids=given, by=second, at=at))
        _done(interviewing.decide(quotation_id=quoted[0], action=Action.RELEASE,
                                  because="Nothing in it by which she could be known.", by=second, at=at))
    with identity.acting(third):  # of the two on which they differ one is left to be settled
        _done(interviewing.settle(excerpt_id=excerpts[4], code_ids=[], by=third, at=at,
                                  because="It speaks of what has come easier, and of nothing in the way."))


def _surveyed(world: World, by: Any, at: datetime) -> None:
    """Two waves of the partnership survey that have closed, and one that is to open."""
    chance = random.Random(61)  # noqa: S311 - an invented programme, the same each time
    order = [one.value for one in Extent][:5]
    partners = [place for code, place in world.places.items() if code != "westmoor"]
    for number, back in enumerate((400, 190)):
        opened = at - timedelta(days=back)
        first = clocks.local(opened).date()
        last = first + timedelta(days=30)
        with identity.acting(by):
            wave = _done(
                surveying.begin(opens=first, closes=last, organisation_ids=partners, by=by, at=opened)
            )
        asked = {one.account_id: one for people in world.people.values() for one in people}
        for one in sorted(asked.values(), key=lambda each: each.name):
            if one.organisation_id not in partners or chance.random() < 0.25:
                continue
            middle = {"b": 3.4, "r": 2.9, "s": 2.6, "l": 3.1}
            said = {
                each.code: order[_point(chance.gauss(middle[each.code[0]] + 0.35 * number, 0.9))]
                if chance.random() > 0.06
                else Extent.CANNOT_SAY.value
                for each in STATEMENTS
            }
            with identity.acting(one):
                _done(surveying.answer(wave_id=wave, answers=said, by=one, at=opened + timedelta(days=9)))
        surveying.keep_time(at=opened + timedelta(days=40))
    first = clocks.local(at).date() + timedelta(days=10)
    with identity.acting(by):
        last = first + timedelta(days=28)
        _done(surveying.begin(opens=first, closes=last, organisation_ids=partners, by=by, at=at))


def _point(value: float) -> int:
    return min(4, max(0, round(value) - 1))


def _done(said: Any) -> Any:
    if not said:
        raise RuntimeError(said.reason)
    return said.id


def _spend(by: Any, began: date, at: datetime) -> None:
    today, day, number = clocks.local(at).date(), clocks.quarter(began), 0
    while clocks.next_quarter(day) <= today:
        end = clocks.next_quarter(day) - timedelta(days=1)
        for line, planned in (("staff", 31000.0), ("services", 18000.0), ("training", 2500.0)):
            spent = round(planned * (0.9 + 0.03 * (number % 5)), 2)
            _enter(RecordKind.SPEND, day, by, at, until_day=end, line=line, planned=planned, spent=spent)
        day, number = clocks.next_quarter(day), number + 1


def _enter(
    kind: RecordKind, on: date, by: Any, at: datetime, *, until_day: date | None = None, **answers: Any
) -> Any:
    said = recording.enter(kind=kind, on=on, until=until_day, answers=answers, by=by, at=at)
    if not said:
        raise RuntimeError(f"{kind.value}: {said.reason}")
    return said.id
