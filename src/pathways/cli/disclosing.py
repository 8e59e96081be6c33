"""`pathways disclose`: a table protected before it leaves, and what it gives away beside earlier ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pathways.cli import files
from pathways.installation.refusal import RefusalError


def table(
    *,
    file: Path,
    sheet: str | None,
    rows: str,
    columns: str,
    counts: str | None,
    threshold: int,
    zeros: str,
    base: int | None,
    out: Path,
    json_file: Path | None,
) -> None:
    """Raises RefusalError for a file or an option that will not do."""
    _check_places(out, json_file, not_on=[file])
    with files.reading(), files.steps(4) as step:
        import numpy as np

        from pathways.analysis import disclosure, sheets
        from pathways.analysis.disclosure import crossing

        rule = _rule(threshold, zeros, base)
        step("reading")
        found = crossing.crossed(sheets.read(file, sheet=sheet), rows=rows, columns=columns, counts=counts)
        system = disclosure.tables.two_way(found.counts, found.rows, found.columns)
        step("hiding")
        chosen = disclosure.choose(system, rule)
        hidden = np.array([key in chosen for key in system.keys], dtype=bool)
        step("attacking what would be shown")
        made = disclosure.tables.FrequencyTable(
            found.rows, found.columns, disclosure.released(system, rule, hidden)
        )
        step("writing")
        with sheets.whole_file(out) as part:
            sheets.write(made.frame(), part)
    said = made.summary()
    more = {"rule": rule.words, "zeros": zeros, "rounding": base, "disclosure_control": True}
    files.write_json(json_file, {**said, **more})
    _say_table(said, rule.words, out)


def _say_table(said: dict[str, Any], words: str, out: Path) -> None:
    say, found = files.console(), said["audit"]
    say.print(f"{said['cells']:,} cells with their totals: {said['primary']:,} small ones are hidden, and "
              f"{said['secondary']:,} others that would give them away")  # fmt: skip
    say.print(words)
    if found["narrowest"] is not None:
        known = f"{found['narrowest']:,} wide ({found['narrowest_informed']:,} for who also knows the rule)"
        known = f"the best known of the small counts lies in a range {known}"
    else:
        known = "there is no small count, or nothing limits any from above"
    say.print(f"Attacked with everything that is shown: 0 at risk; {known}.")
    say.print(f"Written to {out}. Hold it against earlier releases with `pathways disclose against`.")
    say.print(files.PROTECTED)


def _rule(threshold: int, zeros: str, base: int | None) -> Any:
    from pathways.analysis.disclosure import Rule, Zeros

    if zeros not in [each.value for each in Zeros]:
        raise RefusalError(f"--zeros is show or hide, not {zeros!r}")
    return Rule(threshold, Zeros(zeros), base)


def _check_places(*places: Path | None, not_on: list[Path]) -> None:
    """What is written may not take the place of what is read, nor one outcome that of the other."""
    taken = {path.resolve() for path in not_on}
    for place in places:
        files.check_place(place)
        if place is not None:
            if place.resolve() in taken:
                raise RefusalError(f"{place} is read or written already: name another file")
            taken.add(place.resolve())
