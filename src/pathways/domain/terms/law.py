"""The law's words: why a record may be held, why something may cross, whom it concerns, fact or opinion."""

from __future__ import annotations

from pathways.domain.terms.words import Worded


class LawfulBasis(Worded):
    """Why an organisation may hold or share something. Agreeing to take part is not one of these."""

    LAW_ENFORCEMENT = "law_enforcement", "Law-enforcement purpose (DPA 2018 s35)"
    AUTHORISED_BY_LAW = "authorised_by_law", "Re-use beyond law enforcement, authorised by law (DPA 2018 s36)"
    PUBLIC_TASK = "public_task", "Public task (UK GDPR Article 6(1)(e))"
    LEGAL_OBLIGATION = "legal_obligation", "Legal obligation (UK GDPR Article 6(1)(c))"
    VITAL_INTERESTS = "vital_interests", "Vital interests (UK GDPR Article 6(1)(d))"
    LEGITIMATE_INTERESTS = "legitimate_interests", "Legitimate interests (UK GDPR Article 6(1)(f))"
    RECOGNISED_INTEREST = "recognised_interest", "Recognised legitimate interest (UK GDPR Annex 1)"
    CONSENT = "consent", "Consent (UK GDPR Article 6(1)(a))"


class ConfidenceBasis(Worded):
    """Why the common-law duty of confidence does not stand in the way of a crossing."""

    HER_AGREEMENT = "her_agreement", "She agreed"
    LEGAL_DUTY = "legal_duty", "The law requires it"
    PUBLIC_INTEREST = "public_interest", "Overriding public interest"


class CrossingKind(Worded):
    """The only ways in which something of her may cross from one organisation to another."""

    PROGRAMME_ENTRY = "programme_entry", "Identification handed to the programme"
    AGREED_RETURN = "agreed_return", "A return that she agreed to"
    SAFEGUARDING = "safeguarding", "Safeguarding"
    THREAT_TO_LIFE = "threat_to_life", "Threat to life"
    CLIENT_REQUESTED = "client_requested", "At her request"
    COURT_OR_VIR = "court_or_vir", "Court order or victim information request"
    REFERRAL = "referral", "Referral to a service, as she agreed"
    PANEL = "panel", "Shared at the panel"
    JUSTICE_LAB = "justice_lab", "Submitted to the Justice Data Lab, as she was told"
    EVALUATION = "evaluation", "Police records without names, for the evaluation"

    @property
    def needs_no_agreement(self) -> bool:
        """An emergency or a legal duty, which holds without her agreement and without a sharing agreement."""
        return self in (CrossingKind.SAFEGUARDING, CrossingKind.THREAT_TO_LIFE, CrossingKind.COURT_OR_VIR)


class CrossingPurpose(Worded):
    """What whoever is told something may use it for, and nothing else. A code: what is typed is sealed."""

    OFFER_SUPPORT = "offer_support", "To offer her the programme’s support"
    CONDITION = "condition", "The return that the condition of a disposal requires"
    SUPPORT_HER = "support_her", "To support her, as she agreed"
    PLAN_TOGETHER = "plan_together", "To plan together at the panel how to keep her safe and supported"
    SAVE_LIFE = "save_life", "To save a life"
    PREVENT_HARM = "prevent_harm", "To keep her or somebody else from serious harm"
    PROTECT_A_CHILD = "protect_a_child", "To protect a child"
    AS_SHE_ASKED = "as_she_asked", "To do what she asked for"
    LOOK_INTO = "look_into", "To look into an offence against her"
    RESEARCH = "research", "To compare reoffending, and give back figures that name nobody"
    EVALUATE = "evaluate", "To count police records before and after, in figures that name nobody"
    OTHER = "other", "Another purpose, written down with the reason"


class SubjectCategory(Worded):
    """In what capacity a police record concerns a person (DPA 2018 s38)."""

    SUSPECT = "suspect", "Suspected of an offence"
    CONVICTED = "convicted", "Convicted of an offence"
    VICTIM = "victim", "Victim, or may be one"
    WITNESS = "witness", "Witness, or has information"
    OTHER = "other", "None of these"


class FactOrOpinion(Worded):
    """Whether something recorded is a fact or somebody's opinion (DPA 2018 s38)."""

    FACT = "fact", "Fact"
    OPINION = "opinion", "Opinion or assessment"


class SocInvolvement(Worded):
    """How close a person named by the programme stands to organised crime. Says nothing of whether she is
    a victim of it, which is a field of its own: she may be both."""

    AT_RISK = "at_risk", "At risk"
    ASSOCIATED = "associated", "Associated"
    ACTIVELY_INVOLVED = "actively_involved", "Actively involved"
    NOT_ESTABLISHED = "not_established", "Not established"


class VictimOfSoc(Worded):
    """Whether she is a victim of organised crime. Says nothing of whether she is involved in it."""

    YES = "yes", "Yes"
    SUSPECTED = "suspected", "Suspected"
    NOT_KNOWN = "not_known", "Not known"


class Coercion(Worded):
    """What is known of her being made to do what she did."""

    NONE_KNOWN = "none_known", "None known"
    SUSPECTED = "suspected", "Suspected"
    DISCLOSED = "disclosed", "She disclosed it"
    CONFIRMED = "confirmed", "Confirmed through the National Referral Mechanism"


class NrmStatus(Worded):
    """Where she stands with the National Referral Mechanism for victims of modern slavery."""

    NOT_CONSIDERED = "not_considered", "Not considered yet"
    NO_INDICATORS = "no_indicators", "Considered, no indicators"
    DUTY_TO_NOTIFY = "duty_to_notify", "She did not agree: duty to notify met without her name"
    REFERRED = "referred", "Referred"
    REASONABLE_POSITIVE = "reasonable_positive", "Reasonable grounds: positive"
    REASONABLE_NEGATIVE = "reasonable_negative", "Reasonable grounds: negative"
    CONCLUSIVE_POSITIVE = "conclusive_positive", "Conclusive grounds: positive"
    CONCLUSIVE_NEGATIVE = "conclusive_negative", "Conclusive grounds: negative"
