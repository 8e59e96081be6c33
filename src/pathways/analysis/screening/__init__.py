"""Identify, from records: signs looked for in a POLE extract, and the women whom a person should consider.

`indicator` and `signs` are the catalogue, one readable SELECT a sign; `sandbox` says what such a SELECT may
say; `store` lays the records out; `compiled` looks for many signs in one pass; `considering` makes the list;
`learning` says what the signs bring; `record` is the published account of how all this works.
"""

from pathways.analysis.screening.considering import NOT_LISTED, Order, Screened, screen
from pathways.analysis.screening.indicator import Indicator, IndicatorError, Prompts
from pathways.analysis.screening.sandbox import LimitError, Limits
from pathways.analysis.screening.signs import catalogue, edition, read_folder

__all__ = [
    "NOT_LISTED",
    "Indicator",
    "IndicatorError",
    "LimitError",
    "Limits",
    "Order",
    "Prompts",
    "Screened",
    "catalogue",
    "edition",
    "read_folder",
    "screen",
]
