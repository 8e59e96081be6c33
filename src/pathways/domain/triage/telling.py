"""What she is told of her level: in plain words, of a person's decision, and how to ask for another look."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pathways.domain.terms.words import Worded
from pathways.domain.triage.levels import STANDARDS, Level, Standard


class How(Worded):
    """How she was told. Nothing is sent: it is said, or given into her hand where that is safe."""

    IN_PERSON = "in_person", "Said to her in person"
    BY_TELEPHONE = "by_telephone", "Said to her by telephone, as her safe-contact plan allows"
    READ_TOGETHER = "read_together", "Read through with her on paper, and not left with her"
    GIVEN = "given", "Printed and given into her hand; she said that it is safe to keep"


_MEANS = {
    Level.ADVICE: "We think that information and advice would help now, more than a programme of support.",
    Level.UNIVERSAL: "We think that one service, at your own pace, would help.",
    Level.TARGETED: "We think that a worker of your own and a plan that you make together would help.",
    Level.INTENSIVE: "We think that several people should work together with you, with one of them leading.",
    Level.URGENT_SAFETY: "We are worried for your safety, and that comes first.",
}
#: The usual offers, as she is told them. A site that promises otherwise tells her its own words.
_OFFERED = {
    Level.ADVICE: "information, other places that can help, and a closing letter if it is safe for you to "
    "get one",
    Level.UNIVERSAL: "one service, at your own pace",
    Level.TARGETED: "a worker of your own, and a plan",
    Level.INTENSIVE: "one person who leads, a plan that everybody who helps you shares, and a meeting where "
    "they agree how to help",
    Level.URGENT_SAFETY: "help to be safe first, from people whose work that is; and one person who leads, "
    "and a plan that everybody who helps you shares",
}
_ALL_THE_SAME = (
    "The answers that we had did not say that you are in danger now. The person who decided is worried all "
    "the same, and says why below."
)


def _offer(level: Level, standard: Standard) -> str:
    if standard.offer == STANDARDS[level].offer:
        return _OFFERED[level]
    return f"{standard.offer[:1].lower()}{standard.offer[1:]}"


def sections(
    *,
    level: Level,
    standard: Standard,
    decided_on: date,
    because: Sequence[str],
    used: Sequence[tuple[str, str]],
    is_safe_by_answers: bool,
    missing: Sequence[str],
    is_override: bool,
    reasons: str,
    first_contact_by: date | None,
    review_by: date | None,
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(heading, paragraphs): to her, in the second person. `used` is (question, answer), in words;
    `is_safe_by_answers`: by the answers there was no concern for her immediate safety."""
    looked = [f"{question}: {answer.lower()}." for question, answer in used]
    how = ["A person decided this. A table that the programme has published made a suggestion first."]
    if is_override:
        how.append("The person decided otherwise than the table suggested.")
    else:
        how += [f"The table says: {line}" for line in because]
    if missing:
        unknown = ", ".join(one.lower() for one in missing)
        how.append(f"We did not know everything. We did not know: {unknown}.")
    means = [_MEANS[level]]
    if level is Level.URGENT_SAFETY and is_safe_by_answers:
        means.append(_ALL_THE_SAME)
    means.append(f"What you are offered: {_offer(level, standard)}.")
    if first_contact_by is not None:
        means.append(
            f"Somebody will be in touch by {_day(first_contact_by)}, in the way that you said is safe."
        )
    means.append(
        f"We look at this again with you by {_day(review_by)}."
        if review_by is not None
        else "You can come back at any time, and say so to anybody who works with you."
    )
    return (
        ("What we decided", (f"On {_day(decided_on)} we decided how much support to offer you.", *means)),
        ("Why", (reasons,)),
        ("What we looked at", tuple(looked) or ("We decided from what you and your worker told us.",)),
        ("How it was decided", tuple(how)),
        (
            "If you think that it is not right",
            (
                "Tell anybody who works with you. Somebody else, who did not decide this, looks at it again "
                "and tells you what they think within five working days.",
                "You may also see what is written about you, have it put right, and complain.",
                "Saying no, or asking again, is not held against you.",
            ),
        ),
    )


def _day(day: date) -> str:
    return f"{day:%-d %B %Y}"
