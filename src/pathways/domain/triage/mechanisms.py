"""The other protections that an assessment checks: each on its own, none standing in for another."""

from __future__ import annotations

from collections.abc import Mapping

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


class Standing(Worded):
    """How she stands with one of them."""

    NOT_CONSIDERED = "not_considered", "Not considered yet"
    NOT_NEEDED = "not_needed", "Considered: not needed"
    SHE_DECLINED = "she_declined", "Considered: she did not want it"
    REFERRED = "referred", "Referred"
    IN_PLACE = "in_place", "In place already"


def unconsidered(standing: Mapping[Mechanism, Standing]) -> tuple[Mechanism, ...]:
    """The protections that nobody has thought of yet, in order."""
    return tuple(
        mechanism
        for mechanism in Mechanism
        if standing.get(mechanism, Standing.NOT_CONSIDERED) is Standing.NOT_CONSIDERED
    )
