"""A document as files: a self-contained page, the same as an accessible PDF, its tables as XLSX, all as JSON.

The same document gives the same bytes. Every value is escaped on the page, and text in a workbook is never a
formula.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any, Final

import jinja2
import xlsxwriter
from markupsafe import Markup

from pathways.analysis import charts, report, report_page, returns
from pathways.analysis.disclosure import Audience, Rule
from pathways.analysis.disclosure.overlaid import Published
from pathways.analysis.evaluation import Summary, summarise
from pathways.analysis.extract import Extract, Period
from pathways.analysis.returns import Document, Material
from pathways.domain.evaluation.release import Kind

_HERE: Final = Path(__file__).parent


@dataclass(frozen=True)
class Made:
    """A finished release: what was counted, its text, its files by name, and what was left out and why."""

    summary: Summary
    document: Document
    files: Mapping[str, bytes]
    left_out: tuple[str, ...]


def make(
    kind: Kind,
    extract: Extract,
    period: Period | None,
    audience: Audience,
    material: Material,
    *,
    rule: Rule | None = None,
    earlier: Sequence[Published] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> Made:
    """Count once, protect, hold against what was released before, and lay out."""
    if kind is Kind.EVALUATION:
        whole = report.build(
            extract, period, audience, material=material, rule=rule, earlier=earlier, progress=progress
        )
        return Made(whole.summary, whole.document, whole.files, whole.left_out)
    progress("Counting and protecting")
    summary = summarise(extract, audience, period=period, rule=rule, earlier=earlier, progress=progress)
    document = returns.document(kind, summary, material)
    progress("Writing the files")
    name = kind.value
    files = {
        f"{name}.html": html(document).encode(),
        f"{name}.json": as_json(document).encode(),
        f"{name}.xlsx": workbook(document),
    }
    pdf, why_not = report.pdf(files[f"{name}.html"], summary)
    if pdf is not None:
        files[f"{name}.pdf"] = pdf
    return Made(summary, document, files, (why_not,) if why_not else ())


def html(document: Document) -> str:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    summary = document.summary
    return environment.from_string((_HERE / "document.html").read_text("utf-8")).render(
        d=document,
        s=summary,
        style=Markup((_HERE / "report.css").read_text("utf-8")),  # noqa: S704 - our own file
        audience=report_page.FOR[summary.audience],
        when=report_page.period(summary),
        chapter=report_page.chapter,
        about=report_page.about(summary),
    )


def as_json(document: Document) -> str:
    summary = document.summary
    body: dict[str, Any] = {
        "about": dict(report_page.about(summary)),
        "period": {"from": str(summary.period.start), "to": str(summary.period.end)}
        if summary.period
        else None,
        "as_at": summary.as_at.astimezone(UTC).isoformat(),
        "extract_sha256": summary.extract_sha256,
        **returns.plain(document),
    }
    return json.dumps(body, ensure_ascii=False, indent=2) + "\n"


def workbook(document: Document) -> bytes:
    """One sheet a part that has a table or words."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    summary = document.summary
    book.set_properties(
        {
            "title": f"{summary.programme_name}: {document.title}",
            "comments": "SYNTHETIC" if summary.synthetic else "",
            "created": summary.as_at.astimezone(UTC).replace(tzinfo=None),
        }
    )
    head = book.add_format({"bold": True, "text_wrap": True, "bg_color": charts.PALE})
    about = [("About", ""), *report_page.about(summary)]
    report.write_sheet(book, "About", about, head)
    report.write_parts(book, document.parts, head)
    book.close()
    return out.getvalue()
