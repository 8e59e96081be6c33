"""The only way by which a count leaves: hide the small ones, then what would give them away, then attack.

`rule` says what is small for whom; `system` holds counts and the sums that tie them together;
`suppression` decides what is hidden; `attack` tries to undo it; `tables` are the ready-made fronts.
"""

from pathways.analysis.disclosure.attack import Audit, audit
from pathways.analysis.disclosure.linked import protect_linked, shown_at_most
from pathways.analysis.disclosure.rule import Audience, Rule, Zeros
from pathways.analysis.disclosure.suppression import AtRisk, Protected, choose, protect, released
from pathways.analysis.disclosure.system import System
from pathways.analysis.disclosure.tables import TOTAL, FrequencyTable, frequency, tally

__all__ = [
    "TOTAL",
    "AtRisk",
    "Audience",
    "Audit",
    "FrequencyTable",
    "Protected",
    "Rule",
    "System",
    "Zeros",
    "audit",
    "choose",
    "frequency",
    "protect",
    "protect_linked",
    "released",
    "shown_at_most",
    "tally",
]
