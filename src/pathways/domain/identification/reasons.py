"""Why a woman was not taken forward, or not yet: coded, so that each branch of the flow can be counted."""

from __future__ import annotations

from pathways.domain.terms.words import Worded


class RejectReason(Worded):
    """Why screening did not take her forward."""

    NO_LINK = "no_link", "No link with organised crime, and no sign of risk from it"
    INFORMATION_WRONG = "information_wrong", "The information was wrong"
    WRONG_PERSON = "wrong_person", "The records concern somebody else"
    NOT_PROPORTIONATE = "not_proportionate", "Contact would not be proportionate"
    RISK_OF_CONTACT = "risk_of_contact", "Contact would put her at greater risk"
    LIVE_OPERATION = "live_operation", "A live operation stands in the way"
    SUPPORTED_ALREADY = "supported_already", "She has the support already"


class DeferReason(Worded):
    """Why screening waits."""

    MORE_INFORMATION = "more_information", "More information is needed"
    NOT_SAFE_NOW = "not_safe_now", "It is not safe to reach her now"
    LIVE_OPERATION = "live_operation", "A live operation stands in the way for now"
    ELSEWHERE = "elsewhere", "She is in custody, in hospital or away"
    ADVICE = "advice", "Advice is being taken"


class ElsewhereReason(Worded):
    """Why this programme is not for her."""

    UNDER_18 = "under_18", "Under 18: to child safeguarding"
    OUTSIDE_AREA = "outside_area", "Outside the programme’s area"
    OUTSIDE_DEFINITION = "outside_definition", "Outside the programme’s definition of who it is for"
    OTHER_PROGRAMME = "other_programme", "Another programme fits better"
