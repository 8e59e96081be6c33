"""Why a service declined her, and why a referral was taken back: in groups, so that gaps can be counted."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pathways.domain.terms.words import Worded


class DeclineGroup(Worded):
    """What kind of reason a service gave."""

    CAPACITY = "capacity", "No room"
    FIT = "fit", "Not the right service"
    SAFETY = "safety", "Safety"
    REFERRAL = "referral", "The referral itself"


class DeclineReason(Worded):
    """Why a service declined her."""

    FULL = "full", "The service is full"
    WAIT_TOO_LONG = "wait_too_long", "The wait would be too long for her"
    FUNDING_ENDED = "funding_ended", "The contract or funding is ending"
    OUTSIDE_AREA = "outside_area", "She lives outside the area served"
    NOT_ELIGIBLE = "not_eligible", "She does not meet the service’s conditions"
    NEEDS_TOO_HIGH = "needs_too_high", "Her needs are more than the service can meet"
    NEEDS_TOO_LOW = "needs_too_low", "She needs less than the service offers"
    NOT_THIS_NEED = "not_this_need", "The service does not work with this need"
    ALREADY_SUPPORTED = "already_supported", "She is supported elsewhere for this need"
    ACCESS = "access", "The service cannot meet her language or access needs"
    UNSAFE_FOR_HER = "unsafe_for_her", "Coming would not be safe for her"
    UNSAFE_FOR_OTHERS = "unsafe_for_others", "Risk to others who use the service"
    CONFLICT = "conflict", "Somebody at the service knows her, or those around her"
    TOO_LITTLE_KNOWN = "too_little_known", "Too little information"
    DUPLICATE = "duplicate", "Already referred"

    @property
    def group(self) -> DeclineGroup:
        return _DECLINE_GROUPS[self]


_DECLINE_GROUPS: Mapping[DeclineReason, DeclineGroup] = MappingProxyType(
    {
        DeclineReason.FULL: DeclineGroup.CAPACITY,
        DeclineReason.WAIT_TOO_LONG: DeclineGroup.CAPACITY,
        DeclineReason.FUNDING_ENDED: DeclineGroup.CAPACITY,
        DeclineReason.OUTSIDE_AREA: DeclineGroup.FIT,
        DeclineReason.NOT_ELIGIBLE: DeclineGroup.FIT,
        DeclineReason.NEEDS_TOO_HIGH: DeclineGroup.FIT,
        DeclineReason.NEEDS_TOO_LOW: DeclineGroup.FIT,
        DeclineReason.NOT_THIS_NEED: DeclineGroup.FIT,
        DeclineReason.ALREADY_SUPPORTED: DeclineGroup.FIT,
        DeclineReason.ACCESS: DeclineGroup.FIT,
        DeclineReason.UNSAFE_FOR_HER: DeclineGroup.SAFETY,
        DeclineReason.UNSAFE_FOR_OTHERS: DeclineGroup.SAFETY,
        DeclineReason.CONFLICT: DeclineGroup.SAFETY,
        DeclineReason.TOO_LITTLE_KNOWN: DeclineGroup.REFERRAL,
        DeclineReason.DUPLICATE: DeclineGroup.REFERRAL,
    }
)


class WithdrawReason(Worded):
    """Why the coordinator took a referral back."""

    SHE_STOPPED = "she_stopped", "She paused or withdrew"
    BETTER_SERVICE = "better_service", "Another service suits her better"
    CIRCUMSTANCES = "circumstances", "Her circumstances changed"
    SAFETY = "safety", "It is not safe for her"
    SENT_IN_ERROR = "sent_in_error", "Sent in error"
    SERVICE_ENDED = "service_ended", "The service has ended"


class HerReason(Worded):
    """Why she declined one service. She need not say."""

    NOT_NOW = "not_now", "Not now"
    NOT_THIS_SERVICE = "not_this_service", "Not this service"
    TRAVEL = "travel", "Too far, or hard to get to"
    CHILDCARE = "childcare", "Childcare"
    SAFETY = "safety", "She does not feel safe going"
    TRUST = "trust", "She does not trust it"
    HAS_SUPPORT = "has_support", "She has support already"
    NOT_SAID = "not_said", "She did not say"
