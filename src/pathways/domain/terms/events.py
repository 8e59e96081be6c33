"""What can happen on her journey: one kind for each thing that a person did, and the codes it carries.

A journey event is a fact about what happened, never a name and never free text. `detail` holds codes
only (enum values, whole numbers, ISO dates, random references), so that the evaluation can read the
whole stream without reading anybody's record. `CODES` says which codes each kind may carry; a key
that is not listed there is refused by `unlisted`, which the ledger asks before it writes.

Every event also carries, outside `detail`: `at` (aware, UTC), `case_id` (the door she came by: a
consideration or a referral in), `client_id` and `episode_id` (none until she has them), the
`organisation_id`, `sector` and `role` of the person who acted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from pathways.domain.terms import contact, routes
from pathways.domain.terms.words import Worded

Route = routes.Route
Attendance = contact.Attendance


class ScreeningOutcome(Worded):
    """What a named person decided at the door."""

    CONFIRMED = "confirmed", "Confirmed"
    REJECTED = "rejected", "Not confirmed"
    DEFERRED = "deferred", "Deferred"
    SAFEGUARDING_FIRST = "safeguarding_first", "Safeguarding first"
    DUPLICATE = "duplicate", "Already known"
    NOT_THIS_PROGRAMME = "not_this_programme", "Not for this programme"


class EventKind(Worded):
    """Everything that the journey stream can say."""

    # the door
    FLAGGED = "flagged", "Flagged"
    SELF_REFERRED = "self_referred", "Came herself"
    SCREENED = "screened", "Screened"
    IDENTIFIED = "identified", "Identified"
    # reaching her safely
    CONTACT_PLANNED = "contact_planned", "Safe contact planned"
    PLAN_CONFIRMED = "plan_confirmed", "Safe-contact plan confirmed"
    PLAN_LAPSED = "plan_lapsed", "Safe-contact plan lapsed"
    PLAN_NOT_SAFE = "plan_not_safe", "No safe way to reach her"
    APPROACH_ASSIGNED = "approach_assigned", "Approach assigned"
    APPROACH_ATTEMPTED = "approach_attempted", "Approach attempted"
    CONTACTED = "contacted", "Contacted"
    NO_CONTACT = "no_contact", "Could not be reached"
    # her agreement
    AGREED = "agreed", "Agreed to take part"
    DECLINED = "declined", "Declined"
    PAUSED = "paused", "Paused"
    RESUMED = "resumed", "Resumed"
    WITHDRAWN = "withdrawn", "Withdrew"
    STOP_TOLD = "stop_told", "Provider told to stop"
    # assessment and triage
    ASSESSMENT_STARTED = "assessment_started", "Assessment started"
    ASSESSMENT_COMPLETED = "assessment_completed", "Assessment completed"
    ASSESSMENT_REFUSED = "assessment_refused", "Assessment refused"
    TRIAGED = "triaged", "Triaged"
    TRIAGE_RETURNED = "triage_returned", "Triage returned for more"
    LEVEL_VIEWED = "level_viewed", "Own view of her level recorded"
    LEVEL_READ = "level_read", "Level read by another person"
    LEVEL_TOLD = "level_told", "Told why"
    LEVEL_QUESTIONED = "level_questioned", "Asked for another look"
    # the panel
    PANEL_REQUESTED = "panel_requested", "Asked that the panel talk about her"
    PANEL_LISTED = "panel_listed", "On the panel’s agenda"
    PANEL_ANSWERED = "panel_answered", "An agency answered for the panel"
    PANEL_DECIDED = "panel_decided", "Decided at the panel"
    PANEL_ACTION_DONE = "panel_action_done", "An action from the panel is done"
    # referral
    REFERRAL_SENT = "referral_sent", "Referral sent"
    REFERRAL_ACKNOWLEDGED = "referral_acknowledged", "Referral acknowledged"
    REFERRAL_ACCEPTED = "referral_accepted", "Referral accepted"
    REFERRAL_WAITLISTED = "referral_waitlisted", "On the waiting list"
    REFERRAL_DECLINED = "referral_declined", "Referral declined by the service"
    REFERRAL_DECLINED_BY_HER = "referral_declined_by_her", "Referral declined by her"
    REFERRAL_WITHDRAWN = "referral_withdrawn", "Referral withdrawn"
    REFERRAL_EXPIRED = "referral_expired", "Referral expired"
    # support
    SUPPORT_STARTED = "support_started", "Support started"
    CONTACT_RECORDED = "contact_recorded", "Contact recorded"
    NOTE_WRITTEN = "note_written", "Note written"
    GOAL_SET = "goal_set", "Goal set"
    GOAL_RATED = "goal_rated", "Goal rated"
    REVIEWED = "reviewed", "Reviewed"
    MEASURED = "measured", "Questionnaire filled in"
    DANGER_SAID = "danger_said", "An answer signalled danger"
    TOOL_RESULT_KEPT = "tool_result_kept", "Result of a tool kept"
    DISENGAGED = "disengaged", "Disengaged"
    RE_ENGAGED = "re_engaged", "Came back to support"
    # the end, and after
    CLOSED = "closed", "Closed"
    FOLLOWED_UP = "followed_up", "Followed up"
    EPISODE_OPENED = "episode_opened", "New episode"
    # what crossed, and who was there
    MESSAGE_SENT = "message_sent", "Message sent"
    DISCLOSED = "disclosed", "Disclosed"
    COVERED = "covered", "Covered by a colleague"
    HANDED_OVER = "handed_over", "Handed over"
    TAKEN_IN = "taken_in", "Taken in from a file"
    CORRECTED = "corrected", "Corrected"
    # who may not see her, and who read her record in an emergency
    BAR_SET = "bar_set", "Kept from her record"
    BAR_LIFTED = "bar_lifted", "No longer kept from her record"
    EMERGENCY_OPENED = "emergency_opened", "Emergency access opened"
    EMERGENCY_ENDED = "emergency_ended", "Emergency access ended"
    EMERGENCY_REVIEWED = "emergency_reviewed", "Emergency access reviewed"


#: The codes that each kind may carry in `detail`. Values: an enum's stored value, a whole number, an
#: ISO date or a random reference. `reason` is a code of the form that asked for it, never words typed.
CODES: Mapping[EventKind, frozenset[str]] = MappingProxyType(
    {
        # route: Route. involvement: police's view of how close she is, coded
        EventKind.FLAGGED: frozenset({"route", "involvement"}),
        EventKind.SELF_REFERRED: frozenset({"route"}),
        # outcome: ScreeningOutcome. reason: coded
        EventKind.SCREENED: frozenset({"route", "outcome", "reason", "involvement"}),
        EventKind.IDENTIFIED: frozenset({"route"}),
        EventKind.CONTACT_PLANNED: frozenset({"provisional"}),
        EventKind.PLAN_CONFIRMED: frozenset({"version"}),
        EventKind.PLAN_LAPSED: frozenset({"reason"}),
        EventKind.PLAN_NOT_SAFE: frozenset({"reason"}),
        EventKind.APPROACH_ASSIGNED: frozenset({"approach"}),
        EventKind.APPROACH_ATTEMPTED: frozenset({"approach", "channel", "result", "number"}),
        EventKind.CONTACTED: frozenset({"approach", "channel"}),
        EventKind.NO_CONTACT: frozenset({"approach", "attempts", "reason"}),
        # condition: yes or no, whether taking part is a condition of a disposal
        EventKind.AGREED: frozenset({"agreement", "condition", "version"}),
        EventKind.DECLINED: frozenset({"stage", "reason"}),
        EventKind.PAUSED: frozenset({"stage", "reason"}),
        EventKind.RESUMED: frozenset({"stage"}),
        EventKind.WITHDRAWN: frozenset({"stage", "reason"}),
        EventKind.STOP_TOLD: frozenset({"provider"}),
        EventKind.ASSESSMENT_STARTED: frozenset({"assessment"}),
        EventKind.ASSESSMENT_COMPLETED: frozenset({"assessment", "need", "exploitation", "safety"}),
        EventKind.ASSESSMENT_REFUSED: frozenset({"assessment", "reason"}),
        # level, suggested: 0 to 4. provisional, overridden: yes or no. policy: its version
        EventKind.TRIAGED: frozenset({"level", "suggested", "provisional", "overridden", "policy", "rule"}),
        EventKind.TRIAGE_RETURNED: frozenset({"reason"}),
        # hidden: yes or no, whether the suggestion was hidden meanwhile
        EventKind.LEVEL_VIEWED: frozenset({"level", "hidden"}),
        # why, status: triage.reading
        EventKind.LEVEL_READ: frozenset({"why", "status"}),
        # how: triage.telling.How
        EventKind.LEVEL_TOLD: frozenset({"how", "level"}),
        EventKind.LEVEL_QUESTIONED: frozenset({"level"}),
        # meeting, decision: random references. source: triage.meeting.Source. due: ISO date
        # days: from being asked to the answer, whole number; nothing of what was held
        EventKind.PANEL_REQUESTED: frozenset({"request"}),
        EventKind.PANEL_LISTED: frozenset({"meeting", "source"}),
        EventKind.PANEL_ANSWERED: frozenset({"meeting", "days"}),
        EventKind.PANEL_DECIDED: frozenset({"meeting", "decision", "due"}),
        EventKind.PANEL_ACTION_DONE: frozenset({"decision", "due"}),
        # referral: random reference. provider, provider_sector: the organisation that it goes to
        EventKind.REFERRAL_SENT: frozenset(
            {"referral", "service", "provider", "provider_sector", "disclosure", "basis"}
        ),
        EventKind.REFERRAL_ACKNOWLEDGED: frozenset({"referral"}),
        EventKind.REFERRAL_ACCEPTED: frozenset({"referral"}),
        EventKind.REFERRAL_WAITLISTED: frozenset({"referral", "weeks"}),
        EventKind.REFERRAL_DECLINED: frozenset({"referral", "reason"}),
        EventKind.REFERRAL_DECLINED_BY_HER: frozenset({"referral", "reason"}),
        EventKind.REFERRAL_WITHDRAWN: frozenset({"referral", "reason"}),
        EventKind.REFERRAL_EXPIRED: frozenset({"referral"}),
        EventKind.SUPPORT_STARTED: frozenset({"referral"}),
        # attended: Attendance. happened: ISO date. mode: coded. minutes: whole number.
        # sector: the sector of the organisation that gave the contact, on that day
        # began: contact.BegunBy, while a stop was in force
        EventKind.CONTACT_RECORDED: frozenset(
            {
                "contact",
                "referral",
                "attended",
                "happened",
                "mode",
                "minutes",
                "sector",
                "group",
                "began",
            }
        ),
        EventKind.NOTE_WRITTEN: frozenset({"note", "kind"}),
        EventKind.GOAL_SET: frozenset({"goal", "need"}),
        EventKind.GOAL_RATED: frozenset({"goal", "rating", "state"}),
        EventKind.REVIEWED: frozenset({"number", "need", "exploitation", "next"}),
        # never which questionnaire nor what it came to: a score is its own organisation's
        # occasion: outcomes.response.Occasion. how: outcomes.response.How. state: given or withdrawn
        EventKind.MEASURED: frozenset({"response", "occasion", "how", "state"}),
        EventKind.DANGER_SAID: frozenset({"where"}),
        EventKind.TOOL_RESULT_KEPT: frozenset({"result"}),
        EventKind.DISENGAGED: frozenset({"referral", "reason"}),
        EventKind.RE_ENGAGED: frozenset({"referral"}),
        EventKind.CLOSED: frozenset({"outcome", "reason"}),
        # wave: outcomes.followup.Wave. result: done, not_reached, declined
        EventKind.FOLLOWED_UP: frozenset({"wave", "result"}),
        EventKind.EPISODE_OPENED: frozenset({"number", "route"}),
        EventKind.MESSAGE_SENT: frozenset({"channel", "kind"}),
        EventKind.DISCLOSED: frozenset({"disclosure", "basis", "recipient_sector", "fields"}),
        EventKind.COVERED: frozenset({"until"}),
        EventKind.HANDED_OVER: frozenset({"reason"}),
        EventKind.TAKEN_IN: frozenset({"batch", "kind"}),
        # what: the kind of thing corrected; then its reference and the code that now holds
        # ground: governance.bars.Ground. whole: yes when a whole organisation is kept out. Never who.
        EventKind.BAR_SET: frozenset({"ground", "whole"}),
        EventKind.BAR_LIFTED: frozenset({"ground", "whole"}),
        # emergency: random reference. kind, finding: governance.emergency
        EventKind.EMERGENCY_OPENED: frozenset({"emergency", "kind", "minutes"}),
        EventKind.EMERGENCY_ENDED: frozenset({"emergency"}),
        EventKind.EMERGENCY_REVIEWED: frozenset({"emergency", "finding"}),
        # client, episode: of the other record, where two of one woman were joined or parted again
        EventKind.CORRECTED: frozenset(
            {
                "what",
                "contact",
                "attended",
                "happened",
                "mode",
                "minutes",
                "outcome",
                "reason",
                "client",
                "episode",
            }
        ),
    }
)


def unlisted(kind: EventKind, keys: Iterable[str]) -> tuple[str, ...]:
    """The keys that an event of this kind may not carry, in order; empty when all is well."""
    return tuple(sorted(set(keys) - CODES[kind]))
