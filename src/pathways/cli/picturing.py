"""`pathways picture`: who stands where in recorded ties, for an analyst; no score of anybody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pathways.cli import files
from pathways.installation.refusal import RefusalError

NAMES = ("people.csv", "groups.csv", "picture.svg", "picture.ftm.json")


def picture(
    *,
    ties: Path,
    source: str,
    target: str,
    weight: str | None,
    is_directed: bool,
    people: Path | None,
    id_column: str | None,
    groups: Path | None,
    out: Path,
    json_file: Path | None,
) -> None:
    """Raises RefusalError for a file or an option that will not do."""
    if id_column is not None and people is None and groups is None:
        raise RefusalError("--id names a column of the file of people: give --people too")
    if people is not None and id_column is None:
        raise RefusalError("--people needs --id: which of its columns holds the ids of the ties")
    files.check_place(json_file)
    read = {each.resolve() for each in (ties, people, groups) if each is not None}
    written = {(out / name).resolve() for name in NAMES} | ({json_file.resolve()} if json_file else set())
    if read & written or len(written) < len(NAMES) + (json_file is not None):
        raise RefusalError(f"{out} would hold a file that is read, or that --json names: name another folder")
    with files.reading(), files.steps(8) as step:
        from pathways.analysis import sheets
        from pathways.analysis.picture import drawing, exchange, measures
        from pathways.analysis.picture import ties as recorded

        step("reading")
        table, *others = (sheets.read(each) if each else None for each in (ties, people, groups))
        assert table is not None
        lines = recorded.read(table, source=source, target=target, weight=weight, is_directed=is_directed)
        known = recorded.know(lines, others[0], id_column, others[1])
        found = measures.positions(lines, step)
        step("drawing")
        drawn = drawing.draw(lines, found)
        step("writing")
        with sheets.whole(out) as part:
            sheets.write(measures.people_frame(lines, found, known), part / "people.csv")
            sheets.write(measures.groups_frame(lines, found, known), part / "groups.csv")
            (part / "picture.svg").write_text(drawn, "utf-8")
            (part / "picture.ftm.json").write_text(exchange.lines(lines, known), "utf-8")
    said = _said(lines, found, known)
    files.write_json(json_file, {**said, "disclosure_control": False, "caveat": drawing.CAVEAT})
    files.say_unread(table, *others)
    _say(said, out, drawing.CAVEAT)


def _said(ties: Any, found: Any, known: Any) -> dict[str, Any]:
    return {
        "people": len(ties.people),
        "ties": len(ties.source),
        "components": int(found.component.max()),
        "largest": int((found.component == 1).sum()),
        "diameter": found.diameter,
        "transitivity": found.transitivity,
        "communities": int(found.community.max()),
        "modularity": found.modularity,
        "directed": ties.is_directed,
        "weighted": ties.is_weighted,
        "repeated": ties.repeated,
        "self_ties": ties.selves,
        "people_without_ties": known.without_ties,
        "recorded_groups": len(known.groups),
        "betweenness_exact": found.is_betweenness_exact,
        "community_method": "Louvain with refinement, unweighted, fixed seed",
    }


def _say(said: dict[str, Any], out: Path, caveat: str) -> None:
    say = files.console()
    way = " with their direction" if said["directed"] else ""
    say.print(f"{said['people']:,} people, {said['ties']:,} ties{way}")
    if said["repeated"]:
        say.print(f"  {said['repeated']:,} repeated lines are merged into others, their weights added up")
    if said["self_ties"]:
        say.print(f"  {said['self_ties']:,} ties from somebody to the same person are left out")
    if said["people_without_ties"]:
        say.print(f"  {said['people_without_ties']:,} people of --people have no tie and are left out")
    parts = "all connected" if said["components"] == 1 else f"{said['components']:,} separate parts"
    say.print(f"  {parts}; the largest part has {said['largest']:,} people, at most {said['diameter']} ties "
              "apart")  # fmt: skip
    say.print(f"  {said['communities']:,} communities (modularity {said['modularity']:.2f}); transitivity "
              f"{said['transitivity']:.4f}")  # fmt: skip
    if not said["betweenness_exact"]:
        say.print("  betweenness is estimated from a sample of people: there are too many for every path")
    say.print(f"Written to {out}: {', '.join(NAMES)}.")
    say.print(caveat)
    say.print(files.DRAFT)
