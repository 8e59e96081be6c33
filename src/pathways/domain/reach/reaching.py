"""The one gate that everything which could reach her passes: message, letter, call, calendar, export."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.reach import plan, stop
from pathways.domain.terms import clocks
from pathways.domain.terms.contact import Channel, Purpose


@dataclass(frozen=True, slots=True)
class Facts:
    """Her plan (None when there is none), the stop in force (None when there is none), whether the door
    confirmed her, and whether she has agreed to take part."""

    plan: plan.Facts | None
    stop: stop.Kind | None = None
    is_confirmed: bool = True
    has_agreed: bool = False


#: Channels that lie about until she finds them, so that no hour of the day makes them safer.
UNTIMED = frozenset({Channel.LETTER, Channel.CALENDAR})


def may_reach(facts: Facts, *, channel: Channel, at: datetime, purpose: Purpose) -> Decision:
    """Whether she may be reached by this channel at this moment (aware) for this purpose.

    Windows are read on the clock of the programme's place. The answers come in the order of their weight:
    what she asked for, then whether anyone may reach her at all, then how and when.
    """
    return decision.every(
        _stopped(facts),
        decision.yes() if facts.is_confirmed else decision.no("No contact yet: she has not been confirmed."),
        _trusted(facts.plan, at=at, purpose=purpose),
        _by(facts.plan, channel),
        _when(facts.plan, channel, clocks.local(at)),
        _what_for(facts, purpose),
    )


def may_send(
    facts: Facts, *, channel: Channel, at: datetime, purpose: Purpose, text: str, also: Iterable[str] = ()
) -> Decision:
    """Whether these words may go to her: she may be reached so, and they give nothing away."""
    must_not_know = facts.plan is not None and bool(facts.plan.must_not_know)
    return decision.every(
        may_reach(facts, channel=channel, at=at, purpose=purpose),
        may_say(text, must_not_know=must_not_know, also=also),
    )


def _stopped(facts: Facts) -> Decision:
    match facts.stop:
        case None:
            return decision.yes()
        case stop.Kind.PAUSE:
            return decision.no("She has asked for a pause: nothing is sent until she wants to start again.")
        case _:
            return decision.no("She has asked us to stop: nothing is sent to her.")


def _trusted(current: plan.Facts | None, *, at: datetime, purpose: Purpose) -> Decision:
    if current is None or current.status is plan.Status.REPLACED:
        return decision.no("She has no safe-contact plan.")
    if current.status is plan.Status.NOT_SAFE:
        return decision.no("It is not safe to contact her.")
    if why := plan.why_lapsed(current, at=at):
        return decision.no(f"Her safe-contact plan has lapsed. {why}")
    if current.status is plan.Status.PROVISIONAL and purpose is not Purpose.APPROACH:
        return decision.no(
            "Her safe-contact plan is provisional: confirm it with her before anything else is sent."
        )
    return decision.yes()


def _by(current: plan.Facts | None, channel: Channel) -> Decision:
    if current is not None and channel in current.channels:
        return decision.yes()
    return decision.no(f"“{channel.label}” is not in her safe-contact plan.")


def _when(current: plan.Facts | None, channel: Channel, at_local: datetime) -> Decision:
    if current is None:
        return decision.no("She has no safe-contact plan.")
    if channel in UNTIMED or (current.is_any_time and not current.windows):
        return decision.yes()
    if any(window.holds(at_local) for window in current.windows):
        return decision.yes()
    if not current.windows:
        return decision.no("No time has been agreed with her.")
    agreed = " or ".join(window.label for window in sorted(current.windows))
    return decision.no(f"Not at this time: only {agreed}.")


def _what_for(facts: Facts, purpose: Purpose) -> Decision:
    if facts.has_agreed or purpose in (Purpose.APPROACH, Purpose.SAFETY):
        return decision.yes()
    return decision.no("She has not agreed to take part: she may only be offered support.")


#: Words that would tell a reader over her shoulder. The programme adds its own name and its partners'.
REVEALING = (
    "police",
    "crime",
    "criminal",
    "offender",
    "probation",
    "gang",
    "victim",
    "abuse",
    "violence",
    "refuge",
    "exploitation",
    "safeguarding",
    "drugs",
    "alcohol",
    "caution",
    "court",
)


def may_say(text: str, *, must_not_know: bool, also: Iterable[str] = ()) -> Decision:
    """Whether a message's words are neutral enough. Where someone must not know, no telling word may stand.

    `also` is the programme's own list, such as its name. Whole words are compared, whatever their case.
    """
    if not must_not_know:
        return decision.yes()
    found = [word for word in (*REVEALING, *also) if word and _has_word(text, word)]
    if found:
        return decision.no(f"Someone must not know of this. Leave out: {', '.join(dict.fromkeys(found))}.")
    return decision.yes()


def _has_word(text: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) is not None
