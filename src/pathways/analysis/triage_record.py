"""The published account of how a level of support is suggested: made from the policy in force, so it is true.

The fields are those of the Algorithmic Transparency Recording Standard (GOV.UK, guidance of 8 May 2025), and
those by which police ask themselves of an algorithm (ALGO-CARE). Police need not publish one. What only the
programme knows is asked for by name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

from pathways.domain.triage import facts as named
from pathways.domain.triage import proof, reading
from pathways.domain.triage.default import CAVEAT
from pathways.domain.triage.levels import Level
from pathways.domain.triage.policy import Policy, plain

FILL_IN: Final = "To be filled in by the programme before it is published."
TITLE: Final = "How a level of support is suggested"

Section = tuple[str, tuple[tuple[str, str], ...]]


#: What only the programme knows: (key, the field as the record calls it, what is asked for).
FIELDS: Final = (
    ("website", "Website", "Where the programme is described for the public."),
    ("contact", "Contact", "How anybody can ask about it: a shared address, and no person’s own."),
    ("organisation", "Organisation", "Where it is not the name of the programme."),
    ("team", "Team", "The team that answers for triage."),
    ("owner", "Senior responsible owner", "The office that answers for it, rather than a name."),
    ("previous", "Previous process", "How levels were decided before."),
    ("appeals", "Appeals", "How she complains, and to whom beyond the programme."),
    ("sharing", "Sharing", "With whom the level is shared, and under which agreement."),
    ("impact", "Assessments of impact", "Data protection, equality: title, date, where to read it."),
    ("lawful", "Lawful", "The lawful basis, and the law that the programme acts under."),
)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is so of this programme beside its policy; what a file alone cannot tell is None or empty."""

    programme: str
    in_force_since: str
    approved_by: str
    is_hidden: bool | None
    urgent: reading.UrgentClock | None
    drawn: tuple[tuple[Level, int], ...]
    #: what the programme has filled in, by the keys of FIELDS
    filled: Mapping[str, str] = field(default_factory=dict)

    def said(self, key: str) -> str:
        """What was filled in, or that it is still to be."""
        return self.filled.get(key, "").strip() or FILL_IN


def of_a_file(programme: str = "") -> Circumstances:
    """For a policy of which only the file is at hand: what the programme chose is asked for by name."""
    return Circumstances(programme, "", "", None, None, ())


def sections(policy: Policy, so: Circumstances) -> tuple[Section, ...]:
    """(title, ((field, words), …)) of every part of the record but the table of rules."""
    found = proof.check(policy)
    asked = "; ".join(
        f"{named.words(question.name)} ({_values(question.values, question.is_number)})"
        for question in policy.inputs
    )
    sources = "; ".join(
        f"{named.words(question.name)}: {known.source.lower()}"
        for question in policy.inputs
        if (known := named.BY_NAME.get(question.name)) is not None
    )
    drawn = ", ".join(f"level {level.value} {percent} of 100" for level, percent in so.drawn) or FILL_IN
    since = f", in force since {so.in_force_since}. {so.approved_by}" if so.in_force_since else f". {FILL_IN}"
    hours = (
        f"unread after {so.urgent.words} it goes to the supervisor"
        if so.urgent is not None
        else "unread within the hours that the programme has set it goes to the supervisor"
    )
    sound = (
        f"Proved to take each of {found.combinations:,} combinations of answers by exactly one rule."
        if found.is_sound
        else "NOT PROVED: the table has gaps, overlaps or contradictions."
    )
    hidden = {
        True: "The suggestion is hidden until whoever decides has written down an own view.",
        False: "The suggestion is shown beside the facts from the start.",
        None: f"Whether the suggestion is hidden until whoever decides has an own view: {FILL_IN}",
    }[so.is_hidden]
    return (
        (
            "Tier 1: summary",
            (
                ("Name", f"SOC Pathways: {policy.name}"),
                (
                    "Description",
                    "Suggests how much support a woman is offered, from 0 (advice) to 4 (urgent safety), "
                    "by a "
                    "table of rules that anybody can read. A named person decides, with reasons. It predicts "
                    "nothing and gives nobody a score.",
                ),
                ("Website", so.said("website")),
                ("Contact", so.said("contact")),
            ),
        ),
        (
            "Tier 2: owner and responsibility",
            (
                ("Organisation", so.filled.get("organisation", "").strip() or so.programme or FILL_IN),
                ("Team", so.said("team")),
                ("Senior responsible owner", so.said("owner")),
                ("Version", f"{policy.version}{since}"),
                ("What it says, as a hash", edition(policy)),
                ("Supplier", "Open-source software under the MIT licence, run by the organisation itself."),
            ),
        ),
        (
            "Tier 2: description and rationale",
            (
                ("Scope", "Women who agreed to take part in a programme of support. Never for enforcement; a "
                          "level is how much support is offered, and not how dangerous anybody is."),
                ("Benefit", "Women with like needs are offered alike, whoever assesses them, and each can be "
                            "told why."),
                ("Previous process", so.said("previous")),
                ("Alternatives considered", "A score, or a model trained on past decisions. Both were "
                                            "left: a "
                                            "total hides its reasons, and a model repeats what was done "
                                            "before."),
            ),
        ),
        (
            "Tier 2: how it is used in deciding",
            (
                ("Process", "A worker and the woman make an assessment together. The table suggests a level "
                            "with the rule, what is missing and whether it could change the level, and the "
                            f"smallest change of facts that would give another. {hidden} A coordinator "
                            "decides."),
                ("What is missing", "Every answer is tried in its place. Where they differ the suggestion is "
                                    "called provisional and is the highest of them."),
                ("Human review", "Every decision is a named person’s, with reasons, also where it agrees. "
                                 "Level 0 "
                                 "is read by a second person before anybody is closed off. Level 4 is read "
                                 "after "
                                 f"the action has begun; {hours}. Read blind by lot: "
                                 f"{drawn.rstrip('.')}."),
                ("Appeals", "She is told why in plain words. She can ask for another look by somebody who "
                            "did "
                            f"not decide it, answered within {reading.DAYS[reading.Why.ASKED]} working "
                            "days; see "
                            "what is held, have it put right, and complain. " + so.said("appeals")),
            ),
        ),
        (
            "Tier 2: the rules",
            (
                ("Method", "A decision table, written by people. Nothing is learnt by machine. " + CAVEAT),
                ("Facts it looks at", asked + "."),
                ("Number of rules", f"{len(policy.rules)}. {sound}"),
                ("Change", "A draft is proved, put forward by one person, approved by another and comes into "
                           "force on a day. A change after approval begins again. Every version is kept."),
            ),
        ),
        (
            "Tier 2: data",
            (
                ("Source", sources + "."),
                ("Special categories", "Health and offending are talked of in the assessment. No answer of "
                                       "the "
                                       "equality monitoring (age, ethnicity, religion and the like) is a "
                                       "fact of "
                                       "any policy; they are used only to see whom the levels reach."),
                ("Police data", "None. What police hold enters no rule, and the level is not told to "
                                "police."),
                ("Sharing", so.said("sharing")),
            ),
        ),
        (
            "Tier 2: risks, and what is done about them",
            (
                ("Leaning on the suggestion", hidden + " How far decisions agree with it is reported, and "
                                                       "how far "
                                              "own views did."),
                ("Unequal treatment", "Levels and decisions otherwise than suggested are reported by group "
                                      "with "
                                      "intervals, through disclosure control."),
                ("Different judgement", "Decisions read blind by a second person give a weighted kappa "
                                        "with its "
                                        "interval."),
                ("A wrong exit", "Nobody is closed off at level 0 before a second person agrees."),
                ("Delay", "Times are held against each level’s clock; a reading of level 4 delays nothing."),
                ("Assessments of impact", so.said("impact")),
            ),
        ),
        (
            "ALGO-CARE",
            (
                ("Advisory", "It suggests. A named person decides, and may decide otherwise with a reason."),
                ("Lawful", "Not a decision made by machine alone (UK GDPR Articles 22A to 22D). "
                           + so.said("lawful")),
                ("Granularity", f"{len(policy.levels)} levels from {len(policy.inputs)} facts; what is not "
                                "known "
                                "is said beside the suggestion."),
                ("Ownership", "The rules are the programme’s own, and the software is open: nothing is "
                              "secret."),
                ("Challengeable", "She is told why and can ask for another look; each version and who "
                                  "approved it "
                                  "is kept."),
                ("Accuracy", CAVEAT + " Agreement between people and with the suggestion is measured."),
                ("Responsible", "Levels are for support; police see none. What is said of her she can read."),
                ("Explainable", "Each rule says why, and the page names the rule and the smallest change."),
            ),
        ),
    )  # fmt: skip


def missing(parts: Sequence[Section]) -> tuple[str, ...]:
    """The fields that are not filled in yet: while there are any, the record is not to be published."""
    return tuple(name for _, fields in parts for name, words in fields if FILL_IN in words)


def incomplete(parts: Sequence[Section]) -> str:
    """One sentence that says so at the head of what is taken out; nothing when it is whole."""
    if not (names := missing(parts)):
        return ""
    fields = "1 field is" if len(names) == 1 else f"{len(names)} fields are"
    return f"INCOMPLETE, not to be published: {fields} not filled in yet ({', '.join(names)})."


def edition(policy: Policy) -> str:
    """What names everything that the policy says: the first 16 letters of its SHA-256."""
    said = json.dumps(plain(policy), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _values(values: Sequence[str], is_number: bool) -> str:
    return f"{values[0]} to {values[-1]}" if is_number else ", ".join(values)


def rules(policy: Policy) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The heads and rows of the table of rules, in words."""
    heads = ("Rule", *(named.words(question.name) for question in policy.inputs), "Level", "Because")
    rows = tuple(
        (
            rule.id,
            *(_cell(question.name, rule.when.get(question.name, "")) for question in policy.inputs),
            rule.level,
            rule.because,
        )
        for rule in policy.rules
    )
    return heads, rows


def _cell(name: str, text: str) -> str:
    if text.strip() in ("", "-"):
        return "any"
    return " or ".join(named.answer_words(name, part.strip()).lower() for part in text.split("|"))


def promises(policy: Policy) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """What each level offers, and its times."""
    rows = []
    for level in Level:
        given = policy.standard(level)
        rows.append(
            (
                level.label,
                given.offer,
                _within(given.first_contact_days),
                f"after {given.review_weeks} weeks" if given.review_weeks else "never",
                _within(given.answer_days),
            )
        )
    heads = ("Level", "Offer", "First contact", "Looked at again", "A service answers")
    return heads, tuple(rows)


def _within(days: int) -> str:
    return "the same day" if days == 0 else f"within {days} working day{'' if days == 1 else 's'}"


def markdown(policy: Policy, so: Circumstances) -> str:
    """The whole record as Markdown."""
    made = sections(policy, so)
    lines = [f"# {TITLE}\n", *([f"**{warning}**\n"] if (warning := incomplete(made)) else [])]
    for title, fields in made:
        lines += [f"## {title}\n", "| field | |", "|---|---|"]
        lines += [f"| {name} | {_plain(words)} |" for name, words in fields]
        lines.append("")
    for title, (heads, rows) in (("Every rule", rules(policy)), ("Every level", promises(policy))):
        lines += [f"## {title}\n", "| " + " | ".join(_plain(one) for one in heads) + " |"]
        lines.append("|---" * len(heads) + "|")
        lines += ["| " + " | ".join(_plain(cell) for cell in row) + " |" for row in rows]
        lines.append("")
    return "\n".join(lines)


def _plain(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")


def html(policy: Policy, so: Circumstances) -> str:
    """The whole record as one page that needs nothing else: no script, no style of another host."""
    made = sections(policy, so)
    parts = [f"<p><strong>{escape(warning)}</strong></p>"] if (warning := incomplete(made)) else []
    for title, fields in made:
        rows = "".join(
            f'<tr><th scope="row">{escape(name)}</th><td>{escape(words)}</td></tr>' for name, words in fields
        )
        parts.append(f"<h2>{escape(title)}</h2><table><tbody>{rows}</tbody></table>")
    for title, (heads, table) in (("Every rule", rules(policy)), ("Every level", promises(policy))):
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
        cells = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in table)
        body = "".join(f"<tr>{row}</tr>" for row in cells)
        parts.append(
            f"<h2>{title}</h2><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )
    return (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{TITLE}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{TITLE}</h1>{''.join(parts)}</main></body></html>\n"
    )


_STYLE: Final = (
    "body{font:1rem/1.5 system-ui,sans-serif;color:#0b0c0c;margin:0 auto;max-width:75rem;padding:1rem}"
    "table{border-collapse:collapse;width:100%;margin-bottom:2rem}"
    "th,td{border:1px solid #b1b4b6;padding:.5rem;text-align:left;vertical-align:top}"
    "th{background:#f3f2f1}"
)
