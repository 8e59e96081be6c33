"""Who she is, as she says it: ethnicity in the codes of its source, age bands, disability and more.

No answer has three kinds, which are never merged: she prefers not to say, nobody asked, and nobody
knows. The code given is kept with its scheme, because not every code can be carried into another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from pathways.domain.terms.words import Worded


class NoAnswer(Worded):
    """Why an answer is missing."""

    PREFER_NOT_TO_SAY = "prefer_not_to_say", "Prefers not to say"
    NOT_ASKED = "not_asked", "Not asked"
    UNKNOWN = "unknown", "Unknown"


class DeclaredBy(Worded):
    """Who gave an answer about her."""

    SELF = "self", "She said so"
    WORKER = "worker", "A worker recorded it"
    POLICE_RECORD = "police_record", "A police record"


class EthnicityScheme(Worded):
    """The list that an ethnicity code comes from."""

    SDE_18 = "sde_18_1", "Self-defined ethnicity, 18+1 codes"
    SDE_16 = "sde_16_1", "Self-defined ethnicity, older 16+1 codes"
    GSS_19 = "gss_19", "Census groups of England and Wales (19)"
    OFFICER_PERCEIVED = "officer_perceived", "Perceived by an officer"


class EthnicGroup(Worded):
    """The five broad groups used for counting."""

    ASIAN = "asian", "Asian or Asian British"
    BLACK = "black", "Black, Black British, Caribbean or African"
    MIXED = "mixed", "Mixed or multiple ethnic groups"
    WHITE = "white", "White"
    OTHER = "other", "Other ethnic group"


class Ethnicity(Worded):
    """The nineteen groups of the census in England and Wales."""

    INDIAN = "indian", "Indian"
    PAKISTANI = "pakistani", "Pakistani"
    BANGLADESHI = "bangladeshi", "Bangladeshi"
    CHINESE = "chinese", "Chinese"
    OTHER_ASIAN = "other_asian", "Any other Asian background"
    CARIBBEAN = "caribbean", "Caribbean"
    AFRICAN = "african", "African"
    OTHER_BLACK = "other_black", "Any other Black background"
    WHITE_AND_CARIBBEAN = "white_and_black_caribbean", "White and Black Caribbean"
    WHITE_AND_AFRICAN = "white_and_black_african", "White and Black African"
    WHITE_AND_ASIAN = "white_and_asian", "White and Asian"
    OTHER_MIXED = "other_mixed", "Any other Mixed background"
    WHITE_BRITISH = "white_british", "English, Welsh, Scottish, Northern Irish or British"
    WHITE_IRISH = "white_irish", "Irish"
    GYPSY_TRAVELLER = "gypsy_traveller", "Gypsy or Irish Traveller"
    ROMA = "roma", "Roma"
    OTHER_WHITE = "other_white", "Any other White background"
    ARAB = "arab", "Arab"
    OTHER = "any_other", "Any other ethnic group"

    @property
    def group(self) -> EthnicGroup:
        return _GROUPS[self]


_GROUPS: Mapping[Ethnicity, EthnicGroup] = MappingProxyType(
    {
        ethnicity: group
        for group, members in (
            (
                EthnicGroup.ASIAN,
                (
                    Ethnicity.INDIAN,
                    Ethnicity.PAKISTANI,
                    Ethnicity.BANGLADESHI,
                    Ethnicity.CHINESE,
                    Ethnicity.OTHER_ASIAN,
                ),
            ),
            (EthnicGroup.BLACK, (Ethnicity.CARIBBEAN, Ethnicity.AFRICAN, Ethnicity.OTHER_BLACK)),
            (
                EthnicGroup.MIXED,
                (
                    Ethnicity.WHITE_AND_CARIBBEAN,
                    Ethnicity.WHITE_AND_AFRICAN,
                    Ethnicity.WHITE_AND_ASIAN,
                    Ethnicity.OTHER_MIXED,
                ),
            ),
            (
                EthnicGroup.WHITE,
                (
                    Ethnicity.WHITE_BRITISH,
                    Ethnicity.WHITE_IRISH,
                    Ethnicity.GYPSY_TRAVELLER,
                    Ethnicity.ROMA,
                    Ethnicity.OTHER_WHITE,
                ),
            ),
            (EthnicGroup.OTHER, (Ethnicity.ARAB, Ethnicity.OTHER)),
        )
        for ethnicity in members
    }
)

_SHARED: dict[str, Ethnicity] = {
    "W1": Ethnicity.WHITE_BRITISH,
    "W2": Ethnicity.WHITE_IRISH,
    "W9": Ethnicity.OTHER_WHITE,
    "M1": Ethnicity.WHITE_AND_CARIBBEAN,
    "M2": Ethnicity.WHITE_AND_AFRICAN,
    "M3": Ethnicity.WHITE_AND_ASIAN,
    "M9": Ethnicity.OTHER_MIXED,
    "A1": Ethnicity.INDIAN,
    "A2": Ethnicity.PAKISTANI,
    "A3": Ethnicity.BANGLADESHI,
    "A9": Ethnicity.OTHER_ASIAN,
    "B1": Ethnicity.CARIBBEAN,
    "B2": Ethnicity.AFRICAN,
    "B9": Ethnicity.OTHER_BLACK,
    "O9": Ethnicity.OTHER,
}

#: Code to census group, for each scheme. Roma has no code of its own in the police schemes and goes to
#: W9, and the older scheme has neither W3 nor O2: so the way back is not open. NS is "not stated".
CODES: Mapping[EthnicityScheme, Mapping[str, Ethnicity]] = MappingProxyType(
    {
        EthnicityScheme.SDE_18: MappingProxyType(
            _SHARED | {"W3": Ethnicity.GYPSY_TRAVELLER, "A4": Ethnicity.CHINESE, "O2": Ethnicity.ARAB}
        ),
        EthnicityScheme.SDE_16: MappingProxyType(_SHARED | {"O1": Ethnicity.CHINESE}),
        EthnicityScheme.GSS_19: MappingProxyType({item.value: item for item in Ethnicity}),
        EthnicityScheme.OFFICER_PERCEIVED: MappingProxyType({}),
    }
)

NOT_STATED = "NS"

_NO_ANSWERS: Mapping[str, NoAnswer] = MappingProxyType({answer.value: answer for answer in NoAnswer})


def ethnicity(code: str, scheme: EthnicityScheme) -> Ethnicity | NoAnswer:
    """The census group of a code; a blank is UNKNOWN and NS is PREFER_NOT_TO_SAY.

    An officer's perception is never taken for what she would say of herself: it answers UNKNOWN.
    Raises ValueError for a code that the scheme does not have.
    """
    given = code.strip()
    if scheme is EthnicityScheme.OFFICER_PERCEIVED or not given:
        return NoAnswer.UNKNOWN
    if scheme is EthnicityScheme.GSS_19:
        if missing := _NO_ANSWERS.get(given):
            return missing
    elif given.upper() == NOT_STATED:
        return NoAnswer.PREFER_NOT_TO_SAY
    known = CODES[scheme]
    found = known.get(given) or known.get(given.upper())
    if found is None:
        raise ValueError(f"{given!r} is not a code of “{scheme.label}”")
    return found


class AgeBand(Worded):
    """Her age in years on a given day, in bands wide enough to count."""

    UNDER_18 = "under_18", "Under 18"
    FROM_18 = "18_24", "18 to 24"
    FROM_25 = "25_34", "25 to 34"
    FROM_35 = "35_44", "35 to 44"
    FROM_45 = "45_54", "45 to 54"
    FROM_55 = "55_plus", "55 and over"


_FROM = (
    (55, AgeBand.FROM_55),
    (45, AgeBand.FROM_45),
    (35, AgeBand.FROM_35),
    (25, AgeBand.FROM_25),
    (18, AgeBand.FROM_18),
    (0, AgeBand.UNDER_18),
)


def age(born: date, *, on: date) -> int:
    """Whole years lived on a day. Raises ValueError for a birth after that day."""
    if born > on:
        raise ValueError("the date of birth lies in the future")
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


#: Nobody who is met here was born longer ago: an earlier year is a slip of the pen.
MOST_YEARS = 110


def fault_in_birth(born: date, *, on: date) -> str:
    """What is wrong with a date of birth, in words; nothing when a living person can have it."""
    if born > on:
        return "The date of birth lies in the future"
    if age(born, on=on) > MOST_YEARS:
        return f"The date of birth is more than {MOST_YEARS} years ago: check the year"
    return ""


def age_band(born: date, *, on: date) -> AgeBand:
    return band_of(age(born, on=on))


def band_of(years: int) -> AgeBand:
    return next(band for start, band in _FROM if years >= start)


class Restriction(Worded):
    """How much a long-lasting condition limits what she can do."""

    A_LOT = "a_lot", "Yes, a lot"
    A_LITTLE = "a_little", "Yes, a little"
    NOT_AT_ALL = "not_at_all", "Not at all"


class YesNo(Worded):
    """A plain answer; a missing one is a NoAnswer, never a no."""

    YES = "yes", "Yes"
    NO = "no", "No"


@dataclass(frozen=True, slots=True)
class Condition:
    """What she says of her health: a condition of twelve months or more, and how it limits her."""

    lasting: YesNo | NoAnswer = NoAnswer.NOT_ASKED
    restriction: Restriction | NoAnswer = NoAnswer.NOT_ASKED


def disabled(condition: Condition) -> YesNo | NoAnswer:
    """Disabled is a condition of twelve months or more that limits her a little or a lot."""
    if condition.lasting is YesNo.NO:
        return YesNo.NO
    if isinstance(condition.lasting, NoAnswer):
        return condition.lasting
    if isinstance(condition.restriction, NoAnswer):
        return condition.restriction
    return YesNo.NO if condition.restriction is Restriction.NOT_AT_ALL else YesNo.YES


class Orientation(Worded):
    """Sexual orientation, as she says it."""

    STRAIGHT = "straight", "Straight or heterosexual"
    GAY_OR_LESBIAN = "gay_or_lesbian", "Gay or lesbian"
    BISEXUAL = "bisexual", "Bisexual"
    OTHER = "other", "Other"


class Religion(Worded):
    """Religion, as she says it."""

    NONE = "none", "No religion"
    BUDDHIST = "buddhist", "Buddhist"
    CHRISTIAN = "christian", "Christian"
    HINDU = "hindu", "Hindu"
    JEWISH = "jewish", "Jewish"
    MUSLIM = "muslim", "Muslim"
    SIKH = "sikh", "Sikh"
    OTHER = "other", "Other"


class MaritalStatus(Worded):
    """Marital or civil-partnership status, as she says it."""

    SINGLE = "single", "Never married or in a civil partnership"
    PARTNERED = "partnered", "Married or in a civil partnership"
    SEPARATED = "separated", "Separated"
    DIVORCED = "divorced", "Divorced, or partnership dissolved"
    WIDOWED = "widowed", "Widowed, or surviving partner"


def asked(enum: type[Worded]) -> list[tuple[str, str]]:
    """(stored value, words) of the answers and then of the three kinds of no answer, for a form."""
    return [(member.value, member.label) for member in (*enum, *NoAnswer)]
