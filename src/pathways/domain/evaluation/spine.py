"""The theory of change that a programme begins from: a draft in our own words, to be argued with and edited.

Structured on the spine of the domain dossier, section 9, with its four assumptions. Every link is marked as
assumed or as known from elsewhere; none claims that this programme has shown it.
"""

from __future__ import annotations

from pathways.domain.evaluation.measures import NodeKind
from pathways.domain.evaluation.theory import Link, Node, Support, Theory

_I, _A, _O = NodeKind.INPUT, NodeKind.ACTIVITY, NodeKind.OUTPUT
_C, _X, _U = NodeKind.OUTCOME, NodeKind.IMPACT, NodeKind.ASSUMPTION
_ASSUMED, _ELSEWHERE, _PRACTICE = Support.ASSUMED, Support.RESEARCH, Support.EXPERIENCE

DRAFT = Theory(
    nodes=(
        Node("N1", _I, "Funding, staff and partners bound by sharing agreements", ("M1", "M2", "M3")),
        Node("N2", _I, "People who know about organised crime, trauma and coercive control", ("M4",)),
        Node("N3", _A, "Police and partners look together at where harm to women and crime overlap",
             ("M5", "M6", "M7", "M9")),
        Node("N4", _A,
             "A named person decides with reasons, and somebody who is not police offers help safely",
             ("M8", "M15")),
        Node("N5", _A, "Needs are assessed, a level is set and referrals are made", ("M11", "M17", "M18",
             "M29")),
        Node("N6", _O, "The women meant to be reached are reached early, and choose for themselves",
             ("M13", "M14", "M16", "M28")),
        Node("N7", _O, "A trusted relationship and practical support, for as long as it takes",
             ("M19", "M20", "M22", "M23", "M24", "M25", "M26")),
        Node("N8", _O, "Partners share what changes a risk assessment", ("M44",)),
        Node("N9", _C, "She is safer and more settled, and has more of a say in her own life",
             ("M30", "M31", "M34", "M35", "M36", "M37", "M38")),
        Node("N10", _C, "She has people and ways to live that do not depend on the network", ("M33", "M39",
             "M40")),
        Node("N11", _C, "Organisations work together better and understand organised crime better",
             ("M43", "M45", "M46")),
        Node("N12", _X, "Less exploitation, less offending and less victimisation", ("M41", "M42")),
        Node("N13", _X, "Networks lose the people and places that they rely on", ("M47",)),
        Node("N14", _U, "Women are identified without bias", ("M28", "M29", "M50")),
        Node("N15", _U, "Being contacted does not put her in danger", ("M48",)),
        Node("N16", _U, "Services have room for those who are referred", ("M22", "M23")),
        Node("N17", _U, "Support is not seen as a way to recruit informants", ("M49",)),
    ),
    links=(
        Link("N1", "N3", _PRACTICE, "Partners can look together only where an agreement lets them share."),
        Link("N1", "N5", _PRACTICE, "Without staff and services there is nothing to refer her to."),
        Link("N2", "N3", _PRACTICE, "People who know the signs notice what others take for chaos."),
        Link("N2", "N4", _ELSEWHERE, "Help that understands trauma is more often accepted."),
        Link("N3", "N6", _ASSUMED, "Seeing both sides of her record leads to the right woman, early."),
        Link("N4", "N6", _ASSUMED, "An offer made safely, and not by police, is one she can weigh freely."),
        Link("N5", "N7", _PRACTICE, "The level sets how much support she is offered, and how soon."),
        Link("N3", "N8", _ASSUMED, "Working side by side makes it plain what the other needs to know."),
        Link("N6", "N7", _PRACTICE, "Support begins with a woman who was reached and agreed."),
        Link("N7", "N9", _ELSEWHERE,
             "Women’s centres report better wellbeing and stability in women who stay."),
        Link("N7", "N10", _ASSUMED, "Practical alternatives make it possible to step away."),
        Link("N8", "N11", _ASSUMED, "What is shared and used builds trust between organisations."),
        Link("N9", "N12", _ELSEWHERE, "Stability, safety and self-belief go with less reoffending."),
        Link("N10", "N12", _ASSUMED, "Less dependence on the network leaves less to be exploited."),
        Link("N11", "N12", _ASSUMED, "Better risk assessment and prevention protect women sooner."),
        Link("N10", "N13", _ASSUMED, "A network that loses her tenancy, account or silence is weaker."),
        Link("N11", "N13", _ASSUMED, "What is understood can be prevented."),
        Link("N14", "N6", _ASSUMED, "Bias at the door decides who is ever offered anything."),
        Link("N15", "N6", _ASSUMED, "One unsafe contact can undo the whole offer."),
        Link("N16", "N7", _PRACTICE, "A long wait loses women who had agreed."),
        Link("N17", "N7", _PRACTICE, "Trust does not survive that suspicion."),
    ),
)  # fmt: skip
