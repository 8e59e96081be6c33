"""The demonstration’s panel: a series with a meeting that was held and one to come, told by its own verbs."""

from __future__ import annotations

import zlib
from datetime import date, datetime, time, timedelta
from uuid import UUID

from pathways.domain.governance import panel_rules
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.panel_rules import PanelField, Side
from pathways.domain.terms import clocks
from pathways.domain.terms.people import Role
from pathways.domain.triage import meeting as m
from pathways.journey import adding, agenda, identity, in_session, meetings, minuting, sight
from pathways.journey.adding import Added
from pathways.journey.invented.world import World
from pathways.records.models import Episode, PanelItem

#: Who sits at the table besides the coordinator and the chair: role and organisation. Of the people there
#: those whom a visitor can sign in as come first.
_AT_TABLE = (
    (Role.POLICE_SPOC, "ashmere-police"),
    (Role.SUPPORT_WORKER, "willow"),
    (Role.SUPPORT_WORKER, "harbour"),
    (Role.SUPPORT_WORKER, "safe-steps"),
    (Role.SUPPORT_WORKER, "ashmere-health"),
    (Role.PROVIDER_WORKER, "brightpath"),
)
_TO_SIGN_IN_AS = ("Wanda Reyes", "Priya Nair")
AGENCIES = tuple(place for _, place in _AT_TABLE if place != "ashmere-police")
#: what an agency says of a woman under each heading: one of these, always the same one for the two of them
_SAYS = {
    PanelField.WHY_HERE: (
        "Her level rose after two reports in one month, and several agencies meet her.",
        "She is about to move, and nobody has said yet who goes on with her.",
        "Three agencies see her in the same week, and none knows what the others have promised.",
        "What was agreed last time did not hold: the room that was found fell through.",
    ),
    PanelField.KNOWN: (
        "We have met her since the summer, about once a week.",
        "She came to us in spring. We see her when she comes to the drop-in.",
        "We have known her for two years, with a gap last winter.",
        "Since last month. One long talk so far, and two by telephone.",
        "Through our group on Tuesdays, which she has come to since it began.",
    ),
    PanelField.STRENGTHS: (
        "She keeps every appointment, and her sister is on her side.",
        "She asks when she does not understand, and tells us when we have it wrong.",
        "She has gone back to her course, and is good at it.",
        "Two friends from before look in on her, and she lets them.",
        "She has kept her tenancy through all of it.",
    ),
    PanelField.NEEDS: (
        "A place of her own, and help with a debt that is not hers.",
        "Somebody to go with her to the first appointments.",
        "Her papers back, and a bank account that nobody else can reach.",
        "Time. She has been asked the same questions by four people.",
        "A doctor who knows her, and her prescription in one place.",
    ),
    PanelField.SAFETY: (
        "She is watched when she goes out. She has a plan for leaving, and has practised it.",
        "Safer than in the summer. He has not been seen near her since.",
        "She is most afraid at weekends, when the house is full.",
        "Her telephone may be looked at. She uses ours.",
    ),
    PanelField.WORKER_RISK: (
        "Meet her in our building, in twos, and not on Fridays.",
        "No risk known. Others who come to her door are the reason for meeting elsewhere.",
        "Do not go to the flat. She comes to the library gladly.",
        "Telephone before you go in: there is sometimes a dog, and sometimes visitors.",
    ),
    PanelField.SUPPORT: (
        "She comes, and speaks more freely than in spring.",
        "Slowly. She missed two, rang to say so, and came to the third.",
        "Well: she has begun to plan for next year.",
        "It waits for a room where she can talk without being overheard.",
    ),
    PanelField.HEALTH: (
        "She sleeps badly. The clinic sees her on the 12th.",
        "Her asthma is worse in the place where she stays.",
        "She has been well since her medicine was changed.",
        "She would like to see a woman doctor, and has not been offered one.",
    ),
    PanelField.CHILDREN: (
        "One child, with her sister. Nothing gives cause for concern.",
        "No children.",
        "Two boys with their grandmother, whom she sees on Sundays.",
        "A daughter of sixteen, at school, who knows part of it.",
    ),
    PanelField.HOME: (
        "She stays with friends, in the north of the town.",
        "A flat of her own, shared against her will.",
        "Temporary accommodation until the end of the month.",
        "With her mother, for now.",
    ),
    PanelField.POLICE_SUMMARY: (
        "Reported three times as a victim. Nothing is under way against her.",
        "One report as a witness. No concern is recorded about her own acts.",
        "Known as somebody whose address was used by others. She was not charged.",
        "Nothing in the last twelve months.",
    ),
    PanelField.HER_VIEW: (
        "“I want my own door, and that he does not know where it is.”",
        "“I am tired of telling it. Read what I said the first time.”",
        "“I would like to work again. Mornings, to begin with.”",
        "“My boys home for Christmas. The rest can wait.”",
    ),
    PanelField.PROPOSED: (
        "One lead worker, and no more letters to the old address.",
        "We go with her to the housing office, and nobody else writes to them.",
        "Look again in six weeks; until then we keep to what she has asked for.",
        "Ask the clinic for a time on the day when she is in town in any case.",
        "A telephone of her own, paid for by the fund.",
    ),
}
#: the same of a woman whoever says it
_OF_HER = frozenset(
    {
        PanelField.WHY_HERE,
        PanelField.CHILDREN,
        PanelField.HOME,
        PanelField.POLICE_SUMMARY,
        PanelField.HER_VIEW,
    }
)


def says(field: PanelField, her: str, agency: str) -> str:
    """What an invented agency says of an invented woman: the same at every telling, and of others other."""
    if not (several := _SAYS.get(field)):
        return ""
    whom = her if field in _OF_HER else f"{her} {agency}"
    return several[zlib.crc32(f"{field.value} {whom}".encode()) % len(several)]


_DECISIONS = (
    ("The housing team is asked for a place outside the area.", "She is not safe where she stays."),
    ("One worker speaks for all agencies until the next meeting.", "She tells her story four times a month."),
    ("She is told what was decided, at her next appointment.", "It is her life that was talked about."),
)


def tell(world: World, *, until: datetime) -> None:
    """A series, its last meeting with minutes, and the next with agencies asked; a second time nothing."""
    hub = "pathways-hub"
    coordinator, chair = (world.people[role, hub][0] for role in (Role.COORDINATOR, Role.PANEL_CHAIR))
    with identity.acting(coordinator):
        if meetings.series_listed(by=coordinator):
            return
    people = [
        next((one for one in there if one.name in _TO_SIGN_IN_AS), there[0])
        for role, place in _AT_TABLE
        if (there := world.people.get((role, place)))
    ]
    first = _weekday(clocks.local(until - timedelta(days=10)).date())
    began = until - timedelta(days=20)
    with identity.acting(coordinator) as by:
        meetings.start_series(
            name="Pathways panel",
            place="Meeting room 2",
            rhythm=m.Rhythm.FORTNIGHTLY,
            first_date=first,
            at_time=time(10),
            answer_days=1,
            attendees=[each.seat for each in people],
            by=by,
            at=began,
        )
        held, coming = [one.id for one in meetings.listed(by=by, at=began)[:2]]
        women = _women(by)
    _hold(held, women[:3], coordinator, chair, people, first, until)
    _ask(coming, women[1:5], coordinator, people, until - timedelta(days=2))


def _weekday(day: date) -> date:
    return day - timedelta(days=max(0, day.weekday() - 4))


def _women(by: Actor) -> list[UUID]:
    rows = sight.visible(Episode, by).filter(status="open", level__isnull=False)
    return list(rows.order_by("-level", "opened_at").values_list("client_id", flat=True)[:8])


def _hold(
    meeting_id: UUID,
    women: list[UUID],
    coordinator: Actor,
    chair: Actor,
    people: list[Actor],
    day: date,
    until: datetime,
) -> None:
    before, met = m.starts_at(day, time(9)) - timedelta(days=6), m.starts_at(day, time(10))
    _ask(meeting_id, women, coordinator, people, before)
    with identity.acting(coordinator) as by:
        closed = met - timedelta(hours=1)
        meetings.advance(meeting_id=meeting_id, action=m.Action.CLOSE_PACK, by=by, at=closed)
    for each in people[:2]:
        with identity.acting(each) as by:
            minuting.print_copy(meeting_id=meeting_id, kind=m.CopyKind.PACK, by=by, at=closed)
    with identity.acting(chair) as by:
        meetings.advance(meeting_id=meeting_id, action=m.Action.BEGIN, by=by, at=met)
        here = [chair.seat, coordinator.seat, *(each.seat for each in people[:-1])]
        in_session.tick(meeting_id=meeting_id, present=here, by=by, at=met)
        items = list(sight.visible(PanelItem, by).filter(meeting_id=meeting_id).order_by("number"))
        for number, item in enumerate(items):
            later = met + timedelta(minutes=10 * (number + 1))
            in_session.screen(item_id=item.id, by=by, at=later)
            found = in_session.deciding(item_id=item.id, by=by, at=later)
            assert found is not None
            seats = [seat for seat in found.seated if seat.side is Side.SUPPORT] or list(found.seated)
            words, because = _DECISIONS[number % len(_DECISIONS)]
            in_session.decide(
                item_id=item.id,
                words=words,
                because=because,
                owner=seats[number % len(seats)].key,
                due=day + timedelta(days=7 + 7 * number),
                shown_to=list(found.heard_by),
                by=by,
                at=later,
            )
        after = met + timedelta(hours=1)
        meetings.advance(meeting_id=meeting_id, action=m.Action.END, by=by, at=after)
        agreed = min(until, after + timedelta(days=1))
        meetings.advance(meeting_id=meeting_id, action=m.Action.AGREE_MINUTES, by=by, at=agreed)
    with identity.acting(coordinator) as by:
        for copy in (minuting.copies(meeting_id=meeting_id, by=by, at=after) or [])[:1]:
            minuting.settle_copy(copy_id=copy.id, action=m.CopyAction.LOG_BACK, words="", by=by, at=after)


def _ask(
    meeting_id: UUID, women: list[UUID], coordinator: Actor, people: list[Actor], at: datetime
) -> None:
    """Opens the agenda, puts the women on it, asks, and has all but the last agency answer."""
    with identity.acting(coordinator) as by:
        meetings.advance(meeting_id=meeting_id, action=m.Action.OPEN_AGENDA, by=by, at=at)
        for client_id in women:
            there = agenda.agencies(meeting_id=meeting_id, client_id=client_id, by=by, at=at)
            agenda.put_on(
                meeting_id=meeting_id,
                client_id=client_id,
                ask=[one.id for one in there if one.may],
                by=by,
                at=at,
            )
        agenda.ask_agencies(meeting_id=meeting_id, by=by, at=at)
    for number, each in enumerate((coordinator, *people[:-1])):
        with identity.acting(each) as by:
            for item in sight.visible(PanelItem, by).filter(meeting_id=meeting_id).order_by("number"):
                _add(item, by, at + timedelta(hours=5 + 7 * number))


def _add(item: PanelItem, by: Actor, at: datetime) -> None:
    found = adding.asked(item_id=item.id, by=by, at=at)
    if found is None or not found.may:
        return
    holds = (item.number + len(by.organisation_name)) % 4 != 0
    added = {}
    for choice in found.choices:
        words = adding.who_she_is(client_id=item.client_id, by=by) if choice.field is PanelField.WHO else ""
        words = words or says(choice.field, item.called, by.organisation_name)
        if words and (choice.field in panel_rules.GIVES[Side.HUB] or item.number % 2):
            added[choice.field] = Added(words, frozenset(key for key, _ in choice.receivers))
    adding.add(item_id=item.id, added=added if holds else {}, is_nothing_held=not holds, by=by, at=at)
