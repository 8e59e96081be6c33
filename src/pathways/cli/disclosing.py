"""`pathways disclose`: a table protected before it leaves, and what it gives away beside earlier ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer

from pathways.cli import files, plain
from pathways.installation.refusal import RefusalError

#: lines said at the terminal
SHOWN = 12


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
    earlier: list[Path],
    out: Path,
    json_file: Path | None,
) -> None:
    """Raises RefusalError for a file or an option that will not do."""
    files.check_places(out, json_file, not_on=[file, *earlier])
    with files.reading(), files.steps(4) as step:
        import numpy as np

        from pathways.analysis import disclosure, sheets
        from pathways.analysis.disclosure import crossing, releases

        rule = _rule(threshold, zeros, base)
        step("reading")
        table, *others = sheets.read(file, sheet=sheet), *(sheets.read(each) for each in earlier)
        found = crossing.crossed(table, rows=rows, columns=columns, counts=counts)
        before = [releases.read(each) for each in others]
        system = disclosure.tables.two_way(found.counts, found.rows, found.columns)
        step("hiding")
        try:
            chosen = releases.choose(system, rule, before) if before else disclosure.choose(system, rule)
        except disclosure.AtRisk as error:
            raise RefusalError(f"{file}: {error}") from None
        hidden = np.array([key in chosen for key in system.keys], dtype=bool)
        step("attacking what would be shown")
        made = disclosure.tables.FrequencyTable(
            found.rows, found.columns, disclosure.released(system, rule, hidden)
        )
        step("writing")
        with sheets.whole_file(out) as part:
            sheets.write(made.frame(), part)
    said = made.summary()
    more: dict[str, Any] = {"rule": rule.words, "zeros": zeros, "rounding": base}
    more["disclosure_control"] = True
    more["held_against"] = [str(each) for each in earlier]
    files.write_json(json_file, {**said, **more})
    files.say_unread(table, *others)
    _say_table(said, rule.words, out, len(earlier))


def against(
    *,
    file: Path,
    earlier: list[Path],
    threshold: int,
    zeros: str,
    base: int | None,
    json_file: Path | None,
) -> None:
    """Raises RefusalError for what will not do; ends with 3 when something is given away."""
    files.check_places(json_file, not_on=[file, *earlier])
    if not earlier:
        raise RefusalError("give the earlier releases with --earlier, the oldest first")
    if file.resolve() in {each.resolve() for each in earlier}:
        raise RefusalError(f"{file} is given as the new release and as an earlier one")
    with files.reading(), files.steps(100) as step:
        from pathways.analysis import sheets
        from pathways.analysis.disclosure import releases

        rule = _rule(threshold, zeros, base)
        step("reading")
        table, *others = (sheets.read(each) for each in (file, *earlier))
        before = [releases.read(each) for each in others]
        new = releases.read(table)
        held = releases.against(new, before, rule, _by_the_hundred(step))
    body = {
        "releases": 1 + len(before),
        "compared": held.compared,
        "threshold": threshold,
        "zeros": zeros,
        "rounding": base,
        "relations": [{"earlier": early, "later": late, "women": how} for early, late, how in held.relations],
        "at_risk": len(held.given_away),
        "given_away": [asdict(each) for each in held.given_away],
        "ok": not held.given_away,
    }
    files.write_json(json_file, body)
    files.say_unread(table, *others)
    _say_against(held, file)
    if held.given_away:
        raise typer.Exit(plain.FOUND_WRONG)


def _by_the_hundred(step: Callable[[str], None]) -> Callable[[int, int], None]:
    said = 0

    def progress(done: int, whole: int) -> None:
        nonlocal said
        while said < 98 * done // max(whole, 1):
            said += 1
            step("laying the tables over one another")

    return progress


def _say_against(held: Any, file: Path) -> None:
    say = files.console()
    if not held.compared:
        say.print("No cell of the new release stands in an earlier one: there is nothing to compare.")
    for early, late, how in held.relations:
        say.print(f"The women of {late}, beside those of {early}, by the numbers: {how}")
    for each in held.given_away[:SHOWN]:
        limits = f"exactly {each.low:,}" if each.low == each.high else f"{each.low:,} to {each.high:,}"
        what = f"the count of {each.release}" if each.what == "count" else f"the change since {each.beside}"
        say.print(f"  {each.row}, {each.column}: {what} is {limits}")
    if len(held.given_away) > SHOWN:
        say.print(f"  and {len(held.given_away) - SHOWN:,} more; --json has them all")
    if held.given_away:
        say.print(f"{file} gives {len(held.given_away):,} away: do not release it so. Hide these cells, "
                  "join categories, or wait until more women are in it.")  # fmt: skip
    else:
        say.print(f"{file} gives nothing away beside the earlier ones.")


def _say_table(said: dict[str, Any], words: str, out: Path, earlier: int) -> None:
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
    if earlier:
        say.print(f"Laid over {earlier:,} earlier releases, it gives nothing away that they do not.")
    else:
        say.print("Not yet held against earlier releases: give them with --earlier.")
    say.print(f"Written to {out}.")
    say.print(files.PROTECTED)


def _rule(threshold: int, zeros: str, base: int | None) -> Any:
    from pathways.analysis.disclosure import Rule, Zeros

    if zeros not in [each.value for each in Zeros]:
        raise RefusalError(f"--zeros is show or hide, not {zeros!r}")
    return Rule(threshold, Zeros(zeros), base)
