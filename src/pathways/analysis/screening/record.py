"""The published account of how women are put before a person: made from the catalogue, so that it is true.

The fields are those of the Algorithmic Transparency Recording Standard (GOV.UK, guidance of 8 May 2025): a
summary for everybody, then who owns it, what it is for, how it is used, what it looks at, what can go wrong.
Police need not publish one. What only the programme knows, such as who answers for it, is asked for by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from pathways.analysis.screening import signs, store
from pathways.analysis.screening.considering import NOT_LISTED, Order
from pathways.analysis.screening.indicator import Indicator, Prompts
from pathways.domain.terms.indicators import CAVEAT, Heading

FILL_IN: Final = "To be filled in by the programme before it is published."


def sections(using: Sequence[Indicator]) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """(title, (field, words)) of every part of the record but the table of signs."""
    under = {heading: sum(each.heading is heading for each in using) for heading in Heading}
    counted = ", ".join(f"{heading.label.lower()} {n}" for heading, n in under.items() if n)
    safety = ", ".join(each.label for each in using if each.immediate_safety) or "none"
    never = ", ".join(
        each.label for each in using if each.prompts is Prompts.NEVER and not each.is_protective
    )
    tables = "; ".join(f"{name} ({', '.join(columns)})" for name, columns in store.TABLES.items())
    return (
        (
            "Tier 1: summary",
            (
                ("Name", "SOC Pathways: the consideration list"),
                (
                    "Description",
                    "Looks through police records for signs that a woman may be caught up in serious "
                    "organised crime and might want support, and shows a trained person each woman with the "
                    "records behind each sign. It decides nothing, adds nothing up and predicts nothing.",
                ),
                ("Website", FILL_IN),
                ("Contact", FILL_IN),
            ),
        ),
        (
            "Tier 2: owner and responsibility",
            (
                ("Organisation", FILL_IN),
                ("Team", FILL_IN),
                ("Senior responsible owner", FILL_IN),
                ("Supplier", "Open-source software under the MIT licence, run by the organisation itself."),
            ),
        ),
        (
            "Tier 2: description and rationale",
            (
                ("Scope", "Adult women, as the programme’s own definition and its legal advice say. To offer "
                          "support and nothing else; not for enforcement, and not a measure of anybody."),
                ("Benefit", "Women who fall between records of different systems are seen, and each is seen "
                            "with what protects her beside what endangers her."),
                ("Previous process", "Somebody read the records by hand, of those who came to mind."),
                ("Alternatives considered", "A score, or a model trained on past decisions. Both were left: "
                                            "a checklist’s total is poor evidence, hides its reasons, and "
                                            "repeats past policing."),
            ),
        ),
        (
            "Tier 2: how it is used in deciding",
            (
                ("Process", "Records are read as at one day. Each sign is a rule that anybody can read. "
                            "Signs found in the records of one woman are put before the police single point "
                            "of contact, who opens the evidence and confirms, rejects, defers, or sends her "
                            "to safeguarding first. Nobody contacts her before that."),
                ("Who is looked at", "Persons whose sex is recorded as female, and who are of age on the "
                                     "day. Sex is never guessed from a name. Who cannot be judged is "
                                     "counted."),
                ("Who is listed", "A woman with a sign of what she did or what was done with her, in a "
                                  "record in which she is more than a victim or a witness; or with a network "
                                  "sign and, beside it, a sign of her own that is not an everyday "
                                  "circumstance. Not listed: "
                                  + "; ".join(NOT_LISTED.values()) + "."),
                ("Order", f"{Order.SAFETY_FIRST.label}, unless another is chosen: "
                          + "; ".join(each.label.lower() for each in Order if each is not Order.SAFETY_FIRST)
                          + ". No order counts signs."),
                ("Immediate safety", f"Marked by: {safety}. Those whom such a sign does not list are "
                                     "counted for safeguarding."),
                ("Human review", "Every woman, by a named and trained person, one at a time after opening "
                                 "the evidence, with the reason in six short parts. A share of all decisions "
                                 "is read again by somebody who does not see the first; how far the two "
                                 "agree is reported with its interval."),
                ("Appeals", "She can ask what is held and who saw it, have it corrected, and complain. "
                            + FILL_IN),
            ),
        ),
        (
            "Tier 2: the rules",
            (
                ("Method", "Rules in SQL, written by people. Nothing is learnt by machine. " + CAVEAT),
                ("Number of rules", f"{len(using)}: {counted}."),
                ("Edition", signs.edition(using)),
                ("Never brings a woman onto the list", (never or "none") + "; nothing that protects."),
            ),
        ),
        (
            "Tier 2: data",
            (
                ("Source", "An extract of police records (persons, objects, locations, events, links): "
                           + tables),
                ("Free text", "Never searched: a word in a report says nothing of who did what to whom."),
                ("Special categories", "Health, ethnicity and offences are among the records. Ethnicity, "
                                       "area and nationality are in no rule; ethnicity and area are used "
                                       "only to see whom the rules reach."),
                ("Storage", "Read from an encrypted store on the police side. Only what concerns a "
                            "considered woman enters her record; the extract is deleted by its policy."),
                ("Sharing", FILL_IN),
            ),
        ),
        (
            "Tier 2: risks, and what is done about them",
            (
                ("Records are not the world", "Where police look more, more is recorded; abuse is mostly not "
                                              "reported. Shares by age, ethnicity and area are shown beside "
                                              "the population, with intervals."),
                ("Guilt by association", "Network signs alone never list a woman."),
                ("Punishing victims", "Reports as victim or witness alone never list a woman, whatever a "
                                      "rule says: this is checked in the records themselves."),
                ("Following the list", "Signs prompt a person’s judgement; the second reading is blind; how "
                                       "often each sign is confirmed is shown, and signs that mislead are "
                                       "taken out."),
                ("Wrong person", "Records are joined by rules of their own, with doubtful pairs settled by a "
                                 "person."),
                ("Rules that do harm", "A rule can only read: it reaches no file, no network and no clock, "
                                       "and stops at a limit of time and memory."),
                ("Impact assessments", FILL_IN),
            ),
        ),
    )  # fmt: skip


_COLUMNS: Final = ("Sign", "What it means", "Source", "Look-back", "Evidence", "Caveat", "How it counts")


def _row(each: Indicator) -> tuple[str, ...]:
    counts = [each.prompts.label]
    if each.is_protective:
        counts = ["Protects her"]
    if each.network:
        counts.append("network")
    if each.victim_only:
        counts.append("as a victim")
    if each.immediate_safety:
        counts.append("immediate safety")
    return (
        f"{each.label} ({each.code})", each.meaning, each.source, each.look_back_words, each.evidence,
        each.caveat, "; ".join(counts),
    )  # fmt: skip


def markdown(using: Sequence[Indicator]) -> str:
    """The whole record as Markdown."""
    lines = ["# How women are put before a person\n"]
    for title, fields in sections(using):
        lines += [f"## {title}\n", "| field | |", "|---|---|"]
        lines += [f"| {name} | {_cell(words)} |" for name, words in fields]
        lines.append("")
    lines.append("## Every sign\n")
    lines += [_tables(using)]
    return "\n".join(lines)


def _tables(using: Sequence[Indicator], level: str = "###") -> str:
    lines = []
    for heading in Heading:
        here = [each for each in using if each.heading is heading]
        if here:
            lines += [f"{level} {heading.label}\n", "| " + " | ".join(_COLUMNS) + " |"]
            lines.append("|---" * len(_COLUMNS) + "|")
            lines += ["| " + " | ".join(_cell(cell) for cell in _row(each)) + " |" for each in here]
            lines.append("")
    return "\n".join(lines)


def reference(using: Sequence[Indicator]) -> str:
    """The catalogue as a page of the reference: how a file is written, what it may read, and every sign."""
    lines = [
        "# The indicator catalogue\n",
        f"{CAVEAT} {len(using)} signs; each is one file under `src/pathways/analysis/screening/catalogue`.\n",
        "## What an indicator may read\n",
        "| table | columns | a line of it |",
        "|---|---|---|",
    ]
    for name, (columns, words) in store.VIEWS.items():
        lines.append(f"| `{name}` | {', '.join(columns)} | {words} |")
    for name, columns in store.TABLES.items():
        lines.append(f"| `{name}` | {', '.join(columns)} | as the extract has it |")
    lines += ["", "## Every sign\n", _tables(using)]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")


def html(using: Sequence[Indicator]) -> str:
    """The whole record as one page that needs nothing else: no script, no style of another host."""
    parts = []
    for title, fields in sections(using):
        rows = "".join(
            f'<tr><th scope="row">{escape(name)}</th><td>{escape(words)}</td></tr>' for name, words in fields
        )
        parts.append(
            f"<h2>{escape(title)}</h2><table><caption>{escape(title)}</caption>"
            f"<tbody>{rows}</tbody></table>"
        )
    parts.append("<h2>Every sign</h2>")
    for heading in Heading:
        here = [each for each in using if each.heading is heading]
        if here:
            head = "".join(f'<th scope="col">{escape(name)}</th>' for name in _COLUMNS)
            body = "".join(
                "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in _row(each)) + "</tr>" for each in here
            )
            parts.append(
                f"<h3>{escape(heading.label)}</h3><div class=\"wide\" tabindex=\"0\" role=\"region\""
                f" aria-label=\"{escape(heading.label)}\"><table><caption>{escape(heading.label)}</caption>"
                f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
            )
    return (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>How women are put before a person</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>How women are put before a person</h1>{''.join(parts)}</main></body></html>\n"
    )


_STYLE: Final = (
    "body{font:1rem/1.5 system-ui,sans-serif;color:#0b0c0c;margin:0 auto;max-width:75rem;padding:1rem}"
    "table{border-collapse:collapse;width:100%;margin-bottom:2rem}"
    "caption{position:absolute;left:-999em}"
    "th,td{border:1px solid #b1b4b6;padding:.5rem;text-align:left;vertical-align:top}"
    "th{background:#f3f2f1}"
    ".wide{overflow-x:auto}"
)
