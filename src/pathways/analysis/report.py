"""The evaluation report: one self-contained page, with the same protected tables as JSON and XLSX, and PDF.

Everything in it comes from a Summary, so from disclosure control. The same extract, period and audience
give the same bytes. All files are made before the first is written: whole, or not at all.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from pathways.analysis import change_charts, charts, evaluation, report_page, returns
from pathways.analysis.changed import Plain
from pathways.analysis.charts import Chart
from pathways.analysis.disclosure import Audience, Rule
from pathways.analysis.disclosure.overlaid import Published
from pathways.analysis.evaluation import Summary
from pathways.analysis.extract import Extract, Period
from pathways.analysis.process import TOTAL, Crossed, Line
from pathways.analysis.returns import Document, Material, Part
from pathways.domain.evaluation.counts import ReleasedCount
from pathways.domain.evaluation.flow import STEP_DEFINITIONS, Step
from pathways.domain.evaluation.release import Kind

#: The name of every file of the report, less its ending.
NAME: Final = "evaluation"
#: What a report says of itself that no release is.
DRAFT: Final = (
    "DRAFT. Not released: nobody has agreed that it may leave, and it was not held against what was released"
    " before. It is not to be passed on."
)


@dataclass(frozen=True)
class Report:
    """A finished report: its summary, its charts and chapters, its files by name, and what was left out and
    why."""

    summary: Summary
    charts: Mapping[str, Chart]
    document: Document
    files: Mapping[str, bytes]
    left_out: tuple[str, ...]


def build(
    extract: Extract,
    period: Period | None = None,
    audience: Audience = Audience.STEERING,
    *,
    material: Material | None = None,
    rule: Rule | None = None,
    earlier: Sequence[Published] = (),
    seen: Sequence[datetime] = (),
    standing: str = "",
    progress: Callable[[str], None] = lambda _: None,
) -> Report:
    """Count, protect, draw and lay out. `progress` is told each stage as it begins.

    `material` is what the programme records of itself; `earlier` what was released before, beside which
    nothing may be given away, as beside the same figures at the moments of `seen`. `standing` is what each
    file says first, as `DRAFT`.
    """
    progress("Counting and protecting")
    summary = evaluation.summarise(
        extract, audience, period=period, rule=rule, earlier=earlier, seen=seen, progress=progress
    )
    progress("Drawing")
    drawn = change_charts.every(summary)
    document = returns.document(Kind.EVALUATION, summary, material or Material())
    progress("Writing the tables")
    files = {f"{NAME}.{kind}": one_file(kind, summary, drawn, document, standing) for kind in KINDS}
    progress("Making the PDF")
    made, why_not = pdf(files[f"{NAME}.html"], summary)
    if made is not None:
        files[f"{NAME}.pdf"] = made
    return Report(summary, drawn, document, files, (why_not,) if why_not else ())


#: The kinds of file that need nothing from the system.
KINDS: Final = ("html", "json", "xlsx")


def one_file(
    kind: str,
    summary: Summary,
    drawn: Mapping[str, Chart],
    document: Document | None = None,
    standing: str = "",
) -> bytes:
    """One file of the report; without a document only what comes of journeys stands in it.

    Raises KeyError for a kind that is not in KINDS.
    """
    parts = document.parts[:-1] if document else ()  # the last says the method, which the report says itself
    return {
        "html": lambda: report_page.html(summary, drawn, parts, standing).encode(),
        "json": lambda: as_json(summary, document, standing).encode(),
        "xlsx": lambda: _workbook(summary, parts, standing),
    }[kind]()


def write(report: Report, out_dir: Path | str) -> tuple[Path, ...]:
    """Write all files into a folder, which is made if it is not there. Returns their paths.

    Each is written beside its place first and moved there at the end, so that a failure on the way
    leaves what was there before.
    """
    folder = Path(out_dir)
    folder.mkdir(parents=True, exist_ok=True)
    waiting: list[tuple[Path, Path]] = []
    try:
        for name, content in report.files.items():
            handle, beside = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
            waiting.append((Path(beside), folder / name))
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(beside).chmod(0o644)
    except BaseException:
        for path, _ in waiting:
            path.unlink(missing_ok=True)
        raise
    for path, place in waiting:
        path.replace(place)
    return tuple(place for _, place in waiting)


def as_json(summary: Summary, document: Document | None = None, standing: str = "") -> str:
    """The protected tables as JSON; "c" where a count is hidden."""
    body = ({"standing": standing} if standing else {}) | tables(summary)
    if document is not None:
        said = returns.plain(document)
        body |= {"chapters": said["parts"], "measures": said["measures"]}
    return json.dumps(body, ensure_ascii=False, indent=2, sort_keys=False) + "\n"


def write_sheet(book: Any, name: str, rows: Sequence[Sequence[Any]], head: Any) -> None:
    """One sheet whose first row is its heads."""
    page = book.add_worksheet(name)
    page.freeze_panes(1, 1)
    page.set_column(0, 0, 44)
    page.set_column(1, max(map(len, rows), default=1), 16)
    for at, row in enumerate(rows):
        page.write_row(at, 0, row, head if at == 0 else None)


def write_parts(book: Any, parts: Sequence[Part], head: Any) -> None:
    """A sheet for each part of a document; a number is written as a number."""
    for number, part in enumerate(parts, start=1):
        rows: list[Sequence[Any]] = [part.table[0] if part.table else (part.title,)]
        rows += [[first, *map(_cell, rest)] for first, *rest in part.table[1:]]
        rows += [(line,) for line in part.lines]
        kept = "".join(one for one in part.title if one not in "[]:*?/\\'")
        write_sheet(book, f"{number} {kept}"[:31].strip(), rows, head)


def tables(summary: Summary) -> dict[str, Any]:
    """Every protected table of a summary as plain values: numbers, and "c" where a count is hidden."""
    period = summary.period
    return {
        "programme": summary.programme_name,
        "synthetic": summary.synthetic,
        "audience": summary.audience.value,
        "period": {"from": str(period.start), "to": str(period.end)} if period else None,
        "as_at": summary.as_at.astimezone(UTC).isoformat(),
        "extract_sha256": summary.extract_sha256,
        "version": summary.version,
        "evidence": summary.evidence,
        "disclosure": {
            "statement": summary.disclosure.words,
            "threshold": summary.disclosure.rule.threshold,
            "cells": summary.disclosure.cells,
            "primary": summary.disclosure.primary,
            "secondary": summary.disclosure.secondary,
            "audit": {"at_risk": summary.disclosure.at_risk, "narrowest": summary.disclosure.narrowest},
        },
        "stages": [
            {"code": stage.value, "label": stage.label, "definition": words, "n": _plain(count)}
            for stage, words, count in summary.overlap.stages
        ],
        "overlaps": [
            {"stages": [stage.value for stage in cell], "label": words, "n": _plain(count)}
            for cell, words, count in summary.overlap.cells
        ],
        "flow": [
            {
                "route": table.route,
                "label": table.label,
                "steps": [
                    {
                        "step": line.step.value,
                        "label": line.step.label,
                        "n": _plain(line.n),
                        "lost": _plain(line.lost),
                        "in_progress": _plain(line.in_progress),
                        "journeys": _plain(line.journeys) if line.journeys else None,
                        "reasons": {words: _plain(count) for words, count in line.reasons},
                    }
                    for line in table.lines
                ],
            }
            for table in summary.flows
        ],
        "times": [
            {
                "from": line.start.value,
                "to": line.end.value,
                "median_days": line.median_days,
                "worst_tenth_days": line.worst_tenth_days,
            }
            for line in summary.times
        ],
        "profiles": [
            {
                "code": profile.code,
                "groups": dict(profile.groups),
                "n": profile.n,
                "missing": profile.missing,
                "rows": [
                    {
                        "label": label,
                        "groups": {
                            code: {"count": "c" if share.count is None else share.count, "share": share.share}
                            for code, share in shares.items()
                        },
                    }
                    for label, shares in profile.rows
                ],
                "tests": [
                    {
                        "of": test.stage.value,
                        "with": f"identified_not_{test.stage.value}",
                        "test": test.test,
                        "p": test.p,
                        "standardised_difference": test.difference,
                        "why": test.why,
                    }
                    for test in profile.tests
                ],
            }
            for profile in summary.profiles
        ],
        "beside": [
            {
                "code": each.code,
                "beside": each.beside,
                "source": each.source,
                "why": each.why,
                "stages": {
                    stage.value: [
                        {
                            "label": row.label,
                            "share": row.share,
                            "population": row.population,
                            "times": row.times,
                        }
                        for row in rows
                    ]
                    for stage, rows in each.lines
                },
            }
            for each in summary.represented
        ],
        "process": _process(summary),
        "way": _way(summary),
        "changes": _changes(summary),
        "demographics": [
            {
                "code": table.code,
                "label": table.label,
                "definition": table.definition,
                "columns": dict(table.columns),
                "rows": [
                    {
                        "code": line.code,
                        "label": line.label,
                        "kind": line.kind,
                        "counts": {column: _plain(count) for column, count in line.counts.items()},
                    }
                    for line in table.lines
                ],
            }
            for table in summary.demographics
        ],
    }


def _process(summary: Summary) -> dict[str, Any]:
    made = summary.process

    def lines(of: Sequence[Line]) -> list[dict[str, Any]]:
        return [{"code": line.code, "label": line.label, "n": _plain(line.n)} for line in of]

    def crossed(of: Crossed) -> list[dict[str, Any]]:
        codes = [*(code for code, _ in of.columns), TOTAL]
        return [
            {"code": row, "label": label, "counts": {code: _plain(of.counts[row, code]) for code in codes}}
            for row, label in (*of.rows, (TOTAL, "All"))
        ]

    return {
        "levels": crossed(made.levels),
        "answers": lines(made.answers),
        "answers_n": _plain(made.answers_n),
        "by_service": crossed(made.services) if made.services else None,
        "who_referred_to_whom": [
            {
                "from": tie.sender,
                "to": tie.service,
                "women": _plain(tie.n),
                "answered": _plain(tie.answered),
                "median_days_to_answer": "c" if tie.median_days is None else tie.median_days,
            }
            for tie in made.ties
        ]
        if made.ties is not None
        else None,
        "why_services_declined": lines(made.service_reasons),
        "why_women_declined_a_service": lines(made.her_reasons),
        "why_women_stopped": lines(made.stop_reasons),
        "started": _plain(made.started),
        "contacts": lines(made.dose),
        "three_or_more": _plain(made.three_or_more),
        "median_contacts": made.spread.median,
        "top_tenth_contacts": made.spread.top_tenth,
        "twelve_weeks": lines(made.stay),
    }


def _way(summary: Summary) -> dict[str, Any]:
    way = summary.way
    return {
        "n": _plain(way.n),
        "fits": {fit.value: _plain(n) for fit, n in way.fits},
        "steps": [
            {
                "step": place.step.value,
                "recorded": _plain(place.recorded),
                "unrecorded": _plain(place.unrecorded),
                "ended": _plain(place.ended),
            }
            for place in way.places
        ],
        "passings": [
            {"from": p.start.value, "to": p.end.value, "n": _plain(p.n), "intended": p.is_intended}
            for p in way.passings
        ],
        "variants": [
            {"way": [step.value for step in v.way], "fit": v.fit.value, "n": _plain(v.n)}
            for v in way.variants
        ],
        "other_ways": _plain(way.others),
        "turns": {turn.value: _plain(n) for turn, n in way.turns},
    }


def _changes(summary: Summary) -> dict[str, Any]:
    made = summary.changes

    def lines(of: Sequence[Line]) -> list[dict[str, Any]]:
        return [{"code": line.code, "label": line.label, "n": _plain(line.n)} for line in of]

    def plain(of: Plain) -> dict[str, Any]:
        return {
            "twice": _plain(of.twice),
            "once": _plain(of.once),
            "never": _plain(of.never),
            "moved": lines(of.lines),
            "domains": [
                {"label": label, **{code: _plain(n) for code, n in zip(_LADDER, counts, strict=True)}}
                for label, counts in of.domains
            ],
        }

    return {
        "evidence": made.evidence,
        "caution": made.caution,
        "started": _plain(made.started),
        "instruments": [
            {
                "code": one.yardstick.code,
                "edition": one.yardstick.edition,
                "name": one.yardstick.name,
                "rule": one.rule,
                "reliable_change": one.yardstick.least_change,
                "cutoff": one.yardstick.cutoff,
                "twice": _plain(one.twice),
                "once": _plain(one.once),
                "never": _plain(one.never),
                "moved": lines(one.lines),
                "by_support": [
                    {"state": state.value, "twice": _plain(a), "once": _plain(b), "never": _plain(c)}
                    for state, a, b, c in one.by_support
                ],
                "means": asdict(one.means) if one.means else None,
                "missing": [one.missing.by_support, one.missing.by_first_score],
                "detectable": one.detectable,
                "statement": one.statement,
            }
            for one in made.instruments
        ],
        "not_measured": list(made.not_measured),
        "ladder": plain(made.ladder),
        "goals": plain(made.goals),
    }


_LADDER: Final = ("up", "same", "down", "missing")


def _plain(count: ReleasedCount) -> int | str:
    return count.shown if count.value is None else count.value


def _workbook(summary: Summary, parts: Sequence[Part] = (), standing: str = "") -> bytes:
    """The same tables as a workbook. A cell that begins with = is text, never a formula."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties(
        {
            "title": f"{summary.programme_name}: evaluation",
            "comments": "SYNTHETIC" if summary.synthetic else "",
            "created": summary.as_at.astimezone(UTC).replace(tzinfo=None),
        }
    )
    head = book.add_format({"bold": True, "text_wrap": True, "bg_color": charts.PALE})

    def sheet(name: str, heads: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
        write_sheet(book, name, [heads, *rows], head)

    sheet("About", ("About", ""), [(label, text) for label, text in report_page.about(summary, standing)])
    flow_rows = [
        (table.label, line.step.label, *map(_plain, (line.n, line.lost, line.in_progress)))
        for table in summary.flows
        for line in table.lines
    ]
    sheet("Flow", ("Route", "Step", "Women", "Lost", "In progress"), flow_rows)
    sheet(
        "Why lost",
        ("Step", "Reason", "Women"),
        [
            (line.step.label, words, _plain(count))
            for line in summary.flow.lines
            for words, count in line.reasons
        ],
    )
    sheet(
        "Stages and overlaps",
        ("Stage or overlap", "Women"),
        [(stage.label, _plain(count)) for stage, _, count in summary.overlap.stages]
        + [(words, _plain(count)) for _, words, count in summary.overlap.cells],
    )
    columns = _columns(summary)
    sheet(
        "Demographics",
        ("Characteristic", "Row", *columns.values()),
        [
            (
                table.label,
                line.label,
                *(_plain(line.counts[code]) if code in line.counts else "" for code in columns),
            )
            for table in summary.demographics
            for line in table.lines
        ],
    )
    sheet(
        "Times",
        ("From", "To", "Median days", "Slowest tenth, days at least"),
        [
            (
                line.start.label,
                line.end.label,
                *("c" if days is None else days for days in (line.median_days, line.worst_tenth_days)),
            )
            for line in summary.times
        ],
    )
    sheet(
        "Who is reached",
        ("Characteristic", "Row", *(words for _, words in _groups(summary))),
        [
            (profile.label, label, *(_cell(cells.get(code)) for code, _ in _groups(summary)))
            for profile in summary.profiles
            for label, cells in (
                (label, dict(zip((code for code, _ in profile.groups), words, strict=True)))
                for label, words in profile.table
            )
        ],
    )
    sheet(
        "Tests",
        ("Characteristic", "Stage", "Beside (a) outside it"),
        [(p.label, test.stage.label, test.words) for p in summary.profiles for test in p.tests],
    )
    sheet(
        "Beside the population",
        ("Characteristic", "Beside", "Row", "Stage", "Share", "Population", "Times", "Low", "High", "Source"),
        [
            (each.label, each.beside, row.label, stage.label, _number(row.share), _number(row.population),
             *(map(_number, row.times or (None, None, None))), each.source)
            for each in summary.represented
            for stage, rows in each.lines
            for row in rows
        ]
        + [
            (each.label, each.beside, each.why, *[""] * 6, each.source)
            for each in summary.represented
            if each.why
        ],
    )
    made, way = summary.process, summary.way
    sheet(
        "The way as it ran",
        ("From", "To", "Women", "The intended way"),
        [(p.start.label, p.end.label, _plain(p.n), "yes" if p.is_intended else "no") for p in way.passings]
        + [("All ways", fit.label, _plain(n), "") for fit, n in way.fits]
        + [(v.words, v.fit.label, _plain(v.n), "") for v in way.variants]
        + [("Other ways", "", _plain(way.others), "")]
        + [("Turn", turn.label, _plain(n), "") for turn, n in way.turns],
    )
    sheet(
        "What changed",
        ("Scale", "Row", "Women"),
        [
            row
            for one in summary.changes.instruments
            for row in (
                *((one.yardstick.name, line.label, _plain(line.n)) for line in one.lines),
                (one.yardstick.name, "Measured twice", _plain(one.twice)),
                (one.yardstick.name, "Measured once only", _plain(one.once)),
                (one.yardstick.name, "Never measured", _plain(one.never)),
            )
        ]
        + [
            row
            for name, of in (("Ladder", summary.changes.ladder), ("Her goals", summary.changes.goals))
            for row in (
                *((name, line.label, _plain(line.n)) for line in of.lines),
                (name, "Rated twice", _plain(of.twice)),
                (name, "Rated once only", _plain(of.once)),
                (name, "Never rated", _plain(of.never)),
            )
        ],
    )
    sheet(
        "Triage levels",
        ("Level", *made.levels.heads),
        [(label, *map(_plain, counts)) for label, counts in made.levels.lines],
    )
    if made.services:
        sheet(
            "By service",
            ("Service", *made.services.heads),
            [(label, *map(_plain, counts)) for label, counts in made.services.lines],
        )
    if made.ties:
        sheet(
            "Who referred to whom",
            ("From", "To", "Women", "Answered", "Half answered within days"),
            [
                (
                    tie.sender,
                    tie.service,
                    _plain(tie.n),
                    _plain(tie.answered),
                    "c" if tie.median_days is None else tie.median_days,
                )
                for tie in made.ties
            ],
        )
    sheet(
        "Answers and contacts",
        ("Table", "Row", "Women"),
        [
            (words, line.label, _plain(line.n))
            for words, lines in (
                ("Answers of services", made.answers),
                ("Why services declined", made.service_reasons),
                ("Why women declined a service", made.her_reasons),
                ("Why women declined the programme or withdrew", made.stop_reasons),
                ("Contacts a woman", made.dose),
                ("Twelve weeks after the first contact", made.stay),
            )
            for line in lines
        ]
        + [("Contacts a woman", "At least 3", _plain(made.three_or_more))]
        + [
            ("Contacts a woman", words, "c" if n is None else n)
            for words, n in (
                ("Median contacts, of those with any", made.spread.median),
                ("The tenth with most, contacts at least", made.spread.top_tenth),
            )
        ],
    )
    sheet(
        "Definitions",
        ("Term", "Definition"),
        [(stage.label, words) for stage, words, _ in summary.overlap.stages]
        + [(step.label, STEP_DEFINITIONS[step]) for step in Step]
        + [(table.label, table.definition) for table in summary.demographics],
    )
    write_parts(book, parts, head)
    book.close()
    return out.getvalue()


def _groups(summary: Summary) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys(group for profile in summary.profiles for group in profile.groups))


def _cell(words: str | None) -> str | int:
    return "" if words is None else int(words) if words.isdecimal() else words


def _number(value: float | None) -> float | str:
    return "c" if value is None else round(value, 6)


def _columns(summary: Summary) -> dict[str, str]:
    return {code: words for table in summary.demographics for code, words in table.columns}


def pdf(page: bytes, summary: Summary) -> tuple[bytes | None, str]:
    """The page as an accessible PDF, or None and why not."""
    try:
        import weasyprint  # here, because it needs Pango from the system, which may be absent
    except OSError:
        return None, "The PDF was left out: Pango is not installed (Debian package libpango-1.0-0)."
    made = weasyprint.HTML(string=page.decode(), url_fetcher=_no_fetching).write_pdf(
        pdf_variant="pdf/ua-1", pdf_identifier=summary.extract_sha256.encode()
    )
    return bytes(made), ""


def _no_fetching(url: str, *_: object, **__: object) -> dict[str, Any]:
    raise ValueError("the report asks nothing of any other place")
