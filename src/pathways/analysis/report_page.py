"""The report's page: self-contained, printable, and readable without its pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import jinja2
from markupsafe import Markup

from pathways.analysis.charts import Chart, Table
from pathways.analysis.disclosure import Audience
from pathways.analysis.evaluation import Summary
from pathways.analysis.impact import differences
from pathways.analysis.returns import Part

_HERE: Final = Path(__file__).parent


def html(
    summary: Summary, charts: Mapping[str, Chart], parts: Sequence[Part] = (), standing: str = ""
) -> str:
    """The whole page. Every value is escaped; the drawings are our own and already safe.

    `parts` are the chapters besides journeys: those of the framework stand first, the others after the
    process. `standing` stands in a band above everything.
    """
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return environment.from_string((_HERE / "report.html").read_text("utf-8")).render(
        s=summary,
        charts=charts,
        style=Markup((_HERE / "report.css").read_text("utf-8")),  # noqa: S704 - our own file
        audience=FOR[summary.audience],
        when=period(summary),
        figure=_figure,
        table=_table,
        chapter=chapter,
        first=[part for part in parts if part.code in _FIRST],
        further=[part for part in parts if part.code not in _FIRST],
        about=about(summary, standing),
        standing=standing,
        test_rule=differences.RULE,
    )


def about(summary: Summary, standing: str = "") -> tuple[tuple[str, str], ...]:
    """What names this report: label and text."""
    return (
        *((("Standing", standing),) if standing else ()),
        ("Programme", summary.programme_name + (" (SYNTHETIC)" if summary.synthetic else "")),
        ("Audience", summary.audience.label),
        ("Period", period(summary)),
        ("As at", f"{summary.as_at:%Y-%m-%d %H:%M %Z}"),
        ("Extract (SHA-256)", summary.extract_sha256),
        ("Version of the definitions", summary.version),
        ("Evidence level", summary.evidence),
        ("Disclosure control", summary.disclosure.words),
        *((f"Stage: {stage.label}", text) for stage, text, _ in summary.overlap.stages),
    )


FOR: Final = {
    Audience.STEERING: "the steering group",
    Audience.PARTNER: "partner organisations",
    Audience.PUBLIC: "the public",
}


def period(summary: Summary) -> str:
    if summary.period is None:
        return "Every journey since the programme began."
    return f"Journeys that began from {summary.period.start:%Y-%m-%d} to {summary.period.end:%Y-%m-%d}."


#: The chapters that say what there was before any woman came.
_FIRST: Final = frozenset({"framework", "spend", "changes"})


def chapter(part: Part) -> Markup:
    """One part: its heading, its words, its picture and its table."""
    words = Markup("").join(Markup("<p>{}</p>").format(line) for line in part.lines)
    drawn = _figure(part.chart) if part.chart else Markup("")
    head = Markup("<h{0} id=\"{1}\">{2}</h{0}>").format(part.level, part.code, part.title)
    return head + words + drawn + (_rows(part.table, part.caption) if part.table else Markup(""))


def _figure(chart: Chart) -> Markup:
    return Markup(
        "<figure><p><strong>{}</strong><br>{}</p>{}<figcaption>Source: {}</figcaption></figure>"
    ).format(chart.headline, chart.subtitle, Markup(chart.svg), chart.source)  # noqa: S704 - our own drawing


def _table(chart: Chart, caption: str) -> Markup:
    return _rows(chart.table, caption)


def _rows(table: Table, caption: str) -> Markup:
    heads, *rows = table
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(word) for word in heads)
    body = Markup("").join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            first, Markup("").join(Markup("<td>{}</td>").format(cell) for cell in rest)
        )
        for first, *rest in rows
    )
    return Markup(
        '<div class="scroll"><table><caption>{}</caption><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>"
    ).format(caption, head, body)
