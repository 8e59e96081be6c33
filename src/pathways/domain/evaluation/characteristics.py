"""The characteristics that the three stages are described by, and how a missing answer is counted.

“Prefers not to say”, “not asked” and “unknown” are three answers and never merged; a woman of whom no
answers are held at all is a fourth kind. Every woman stands in exactly one row of every table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pathways.domain.terms import demographics as d
from pathways.domain.terms.words import Worded

#: She has no demographics record at all, for instance because she was never reached.
NO_RECORD: Final = "no_record"

#: The rows for answers that are missing, in order, with their words.
MISSING: Final[tuple[tuple[str, str], ...]] = (
    *((answer.value, answer.label) for answer in d.NoAnswer),
    (NO_RECORD, "No record held"),
)

Rows = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Characteristic:
    """One characteristic: its code, words, rows, and what its answers mean.

    `groups` carries each row into a broader one, as the nineteen ethnic groups into five. Where `rows`
    is empty the rows are the codes found in the data, in order of the alphabet (areas).
    """

    code: str
    label: str
    definition: str
    rows: Rows = ()
    groups: tuple[tuple[str, str, tuple[str, ...]], ...] = ()

    def row_of(self, record: Mapping[str, object] | None) -> str:
        """The row that a woman stands in. A blank is “not asked”; a code nobody knows is “unknown”."""
        if record is None:
            return NO_RECORD
        answer = str(record.get(self.code) or "").strip()
        if not answer:
            return d.NoAnswer.NOT_ASKED.value
        known = {row for row, _ in (*self.rows, *MISSING)}
        return answer if not self.rows or answer in known else d.NoAnswer.UNKNOWN.value


def _rows(enum: type[Worded]) -> Rows:
    return tuple((member.value, member.label) for member in enum)


def _yes_no(code: str, label: str, definition: str) -> Characteristic:
    return Characteristic(code, label, definition, _rows(d.YesNo))


_ETHNIC_GROUPS = tuple(
    (
        group.value,
        group.label,
        tuple(ethnicity.value for ethnicity in d.Ethnicity if ethnicity.group is group),
    )
    for group in d.EthnicGroup
)

CHARACTERISTICS: Final[tuple[Characteristic, ...]] = (
    Characteristic(
        "age_band", "Age", "Her age in years on the day her details were taken.", _rows(d.AgeBand)
    ),
    Characteristic(
        "ethnicity",
        "Ethnicity",
        "As she describes it, in the nineteen census groups of England and Wales and the five broad "
        "ones. An officer’s perception is never used. Roma has no code of its own in police records.",
        _rows(d.Ethnicity),
        _ETHNIC_GROUPS,
    ),
    Characteristic("area", "Area", "The local authority she lives in; never smaller."),
    _yes_no("disability", "Disability", "A condition of twelve months or more that limits what she can do."),
    _yes_no("has_children", "Children", "She has children under 18, living with her or not."),
    _yes_no("is_carer", "Carer", "She cares for somebody, unpaid."),
    _yes_no("care_experience", "Care experience", "She was in the care of a council as a child."),
    _yes_no("pregnancy", "Pregnancy", "Pregnant, or gave birth within the last 26 weeks."),
    _yes_no("interpreter", "Interpreter", "She asked for an interpreter."),
    Characteristic("orientation", "Sexual orientation", "As she describes it.", _rows(d.Orientation)),
    Characteristic("religion", "Religion", "As she describes it.", _rows(d.Religion)),
    Characteristic("marital_status", "Marital status", "As she describes it.", _rows(d.MaritalStatus)),
)
