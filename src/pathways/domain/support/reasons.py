"""Why a contact did not happen, why she did not come, and why support ended: coded and grouped."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pathways.domain.terms.words import Worded


class NotHeld(Worded):
    """Why a contact did not take place. None of these is hers to answer for."""

    WORKER_UNWELL = "worker_unwell", "The worker was unwell"
    WORKER_CALLED_AWAY = "worker_called_away", "The worker was called away"
    NO_ROOM = "no_room", "No room or equipment"
    SERVICE_CLOSED = "service_closed", "The service was closed"
    REARRANGED = "rearranged", "Rearranged beforehand"
    NOT_SAFE = "not_safe", "It was not safe to go ahead"


class Absence(Worded):
    """Why she did not come, as far as is known."""

    TOLD_US = "told_us", "She told us beforehand"
    UNWELL = "unwell", "She was unwell"
    CHILDREN = "children", "Children or caring"
    TRAVEL = "travel", "Travel"
    WORK = "work", "Work or training"
    APPOINTMENT = "appointment", "Court, probation or another appointment"
    NOT_SAFE = "not_safe", "It was not safe for her to come"
    KEPT_FROM_IT = "kept_from_it", "Somebody kept her from it"
    DID_NOT_WANT_TO = "did_not_want_to", "She did not want to come"
    NOT_KNOWN = "not_known", "Not known"

    @property
    def is_worrying(self) -> bool:
        """An absence after which somebody makes sure that she is safe."""
        return self in (Absence.NOT_SAFE, Absence.KEPT_FROM_IT)


class EndGroup(Worded):
    """What kind of reason support ended for."""

    HER_PROGRESS = "her_progress", "What she wanted is done"
    HER_CHOICE = "her_choice", "Her choice"
    HER_LIFE = "her_life", "Her life changed"
    SAFETY = "safety", "Safety"
    SERVICE = "service", "The service"


class EndReason(Worded):
    """Why support ended, or she disengaged. She need not say why."""

    GOALS_MET = "goals_met", "Her goals are met"
    STEPPED_DOWN = "stepped_down", "Lighter support is enough"
    NOT_WHAT_SHE_WANTED = "not_what_she_wanted", "It was not what she wanted"
    NO_TIME = "no_time", "No time, or other things came first"
    POLICE_LINK = "police_link", "The link with police"
    DID_NOT_SAY = "did_not_say", "She did not say"
    STOPPED_ANSWERING = "stopped_answering", "She stopped answering"
    MOVED = "moved", "She moved away"
    IN_CUSTODY = "in_custody", "She is in custody"
    ILL_HEALTH = "ill_health", "Ill health"
    PRESSURE = "pressure", "Pressure from a partner, family or associates"
    RISK_TO_HER = "risk_to_her", "Contact puts her at risk"
    RISK_TO_WORKER = "risk_to_worker", "Contact puts a worker at risk"
    DIED = "died", "She died"
    SERVICE_ENDED = "service_ended", "The service ended"
    WRONG_SERVICE = "wrong_service", "It was the wrong service for her"
    WAITED_TOO_LONG = "waited_too_long", "She waited too long"

    @property
    def group(self) -> EndGroup:
        return _END_GROUPS[self]


_END_GROUPS: Mapping[EndReason, EndGroup] = MappingProxyType(
    {
        EndReason.GOALS_MET: EndGroup.HER_PROGRESS,
        EndReason.STEPPED_DOWN: EndGroup.HER_PROGRESS,
        EndReason.NOT_WHAT_SHE_WANTED: EndGroup.HER_CHOICE,
        EndReason.NO_TIME: EndGroup.HER_CHOICE,
        EndReason.POLICE_LINK: EndGroup.HER_CHOICE,
        EndReason.DID_NOT_SAY: EndGroup.HER_CHOICE,
        EndReason.STOPPED_ANSWERING: EndGroup.HER_CHOICE,
        EndReason.MOVED: EndGroup.HER_LIFE,
        EndReason.IN_CUSTODY: EndGroup.HER_LIFE,
        EndReason.ILL_HEALTH: EndGroup.HER_LIFE,
        EndReason.DIED: EndGroup.HER_LIFE,
        EndReason.PRESSURE: EndGroup.SAFETY,
        EndReason.RISK_TO_HER: EndGroup.SAFETY,
        EndReason.RISK_TO_WORKER: EndGroup.SAFETY,
        EndReason.SERVICE_ENDED: EndGroup.SERVICE,
        EndReason.WRONG_SERVICE: EndGroup.SERVICE,
        EndReason.WAITED_TOO_LONG: EndGroup.SERVICE,
    }
)
