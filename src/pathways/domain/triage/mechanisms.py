"""The other protections that an assessment checks: each on its own, none standing in for another."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pathways.domain.terms.words import Worded


class Mechanism(Worded):
    """A protection with rules of its own, outside the programme."""

    ADULT_SAFEGUARDING = "adult_safeguarding", "Adult safeguarding"
    CHILD_SAFEGUARDING = "child_safeguarding", "Safeguarding of her children"
    MARAC = "marac", "MARAC (domestic abuse, highest risk)"
    NRM = "nrm", "National Referral Mechanism (modern slavery)"
    THREAT_TO_LIFE = "threat_to_life", "Threat to life"
    MENTAL_HEALTH_CRISIS = "mental_health_crisis", "Mental-health crisis care"
    HOUSING_DUTY = "housing_duty", "Homelessness duty"
    DUTY_TO_NOTIFY = "duty_to_notify", "Duty to notify (modern slavery, without her name)"


class Standing(Worded):
    """How she stands with one of them."""

    NOT_CONSIDERED = "not_considered", "Not considered yet"
    NOT_NEEDED = "not_needed", "Considered: not needed"
    SHE_DECLINED = "she_declined", "Considered: she did not want it"
    REFERRED = "referred", "Referred"
    ASKED = "asked", "Somebody who may refer was asked"
    IN_PLACE = "in_place", "In place already"


#: what is not asked of everybody is not missing where it was not asked
_UNASKED: Mapping[Mechanism, Standing] = MappingProxyType({Mechanism.DUTY_TO_NOTIFY: Standing.NOT_NEEDED})


def offered(*, has_duty_to_notify: bool) -> tuple[Mechanism, ...]:
    """What an assessment asks about: the duty to notify only where the organisation is bound by it."""
    return tuple(one for one in Mechanism if has_duty_to_notify or one is not Mechanism.DUTY_TO_NOTIFY)


def standings(mechanism: Mechanism, *, is_first_responder: bool) -> tuple[Standing, ...]:
    """The answers for one of them. Only a first responder refers to the NRM; everybody else asks one."""
    by_asking = mechanism is Mechanism.NRM and not is_first_responder
    without = Standing.REFERRED if by_asking else Standing.ASKED
    return tuple(one for one in Standing if one is not without)


def unconsidered(standing: Mapping[Mechanism, Standing]) -> tuple[Mechanism, ...]:
    """The protections that nobody has thought of yet, in order."""
    return tuple(
        one
        for one in Mechanism
        if standing.get(one, _UNASKED.get(one, Standing.NOT_CONSIDERED)) is Standing.NOT_CONSIDERED
    )
