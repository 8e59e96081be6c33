"""`pathways link`: which records of one or several files are one person's, without a database."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pathways.cli import files
from pathways.installation.refusal import RefusalError

ENGINES = ("duckdb", "spark")

if TYPE_CHECKING:
    from pathways.analysis.linkage.linking import Linked
    from pathways.analysis.linkage.model import Model
    from pathways.analysis.linkage.records import Records


def run(
    paths: Sequence[Path], *, record: str, said: Sequence[str], threshold: float | None,
        model_file: Path | None,
    save_model: Path | None, on: str, out: Path, json_file: Path | None,
) -> None:  # fmt: skip
    """Raises RefusalError for files, columns, options or a model that will not do."""
    began = time.monotonic()
    if out.exists() and not out.is_dir():
        raise RefusalError(f"{out} is a file; give a folder for --out")
    files.check_places(json_file, save_model, not_on=paths)
    kept = _model(model_file)
    _check_engine(on)
    say = files.console()
    with files.reading(), say.status("reading") as status:
        from pathways.analysis import sheets
        from pathways.analysis.linkage import records
        from pathways.analysis.linkage.columns import MappingError

        try:
            taken = records.read(paths, record=record, said=said)
        except MappingError as error:
            raise RefusalError(str(error)) from None
        found = _link(taken, kept, threshold, on, lambda stage: status.update(stage))
        status.update("writing")
        with sheets.whole(out) as part:
            _write(part, taken, found)
        if save_model is not None:
            with sheets.whole_file(save_model) as file:
                file.write_text(found.model.to_json(), "utf-8")
    body = {
        "records": len(taken.ids),
        "pairs": found.pairs.height,
        "persons": found.persons,
        "threshold": found.threshold,
        "seconds": time.monotonic() - began,
        "threshold_found": threshold is None,
        "expected_f1": found.expected_f1,
        "ids_qualified": taken.is_qualified,
        "columns": [
            {"file": str(path), "used": {name: list(one) for name, one in mapping.sources.items()},
             "unused": list(mapping.unused)}
            for path, mapping in taken.mappings
        ],
        "engine": on,
        "trained": found.is_trained,
        "compared": [one.name for one in found.model.comparisons],
        "disclosure_control": False,
    }  # fmt: skip
    files.write_json(json_file, body)
    _summary(body, out, _weights(kept is not None, found))


def _model(path: Path | None) -> Model | None:
    if path is None:
        return None
    from pathways.analysis.linkage import model

    try:
        return model.read(path.read_text("utf-8"))
    except OSError as error:
        raise RefusalError(f"{path}: {(error.strerror or 'cannot be opened').lower()}") from None
    except UnicodeDecodeError:
        raise RefusalError(f"{path}: is not a model kept by `pathways link --save-model`") from None
    except model.ModelError as error:
        raise RefusalError(f"{path}: {error}") from None


def _check_engine(on: str) -> None:
    """Before any work: whether the engine is one, and is there."""
    if on not in ENGINES:
        raise RefusalError(f"--engine {on} is none of {', '.join(ENGINES)}")
    if on == "spark":
        from pathways.analysis.linkage import on_spark

        try:
            on_spark.check()
        except on_spark.NoSparkError as error:
            raise RefusalError(str(error)) from None


def _link(taken: Records, kept: Model | None, threshold: float | None, on: str, said: Any) -> Linked:
    from pathways.analysis.linkage import engine, linking, on_spark

    said("cleaning")
    prepared, model = linking.prepare(taken.raw, kept)
    asked: dict[str, Any] = {
        "records": prepared.height, "train": kept is None, "threshold": threshold, "said": said,
    }  # fmt: skip
    if on == "duckdb" or not prepared.height:
        with tempfile.TemporaryDirectory() as spill:
            return linking.link(engine.Engine(prepared, spill=Path(spill)), model, **asked)
    said("starting Spark")
    try:
        spark = on_spark.session()
    except on_spark.NoSparkError as error:
        raise RefusalError(str(error)) from None
    try:
        return linking.link(on_spark.SparkEngine(prepared, spark), model, **asked)
    finally:
        spark.stop()


def _write(folder: Path, taken: Records, found: Linked) -> None:
    import numpy as np
    import polars as pl

    ids = pl.Series("id", taken.ids, dtype=pl.String)
    pl.DataFrame(
        {
            "left_id": ids.gather(found.pairs["left"]),
            "right_id": ids.gather(found.pairs["right"]),
            "probability": found.pairs["probability"],
        }
    ).write_csv(folder / "pairs.csv")
    number = np.unique(found.person, return_inverse=True)[1] + 1
    pl.DataFrame(
        {"record_id": ids, "person_id": pl.Series([f"P{one}" for one in number.tolist()], dtype=pl.String)}
    ).write_csv(folder / "clusters.csv")


def _weights(is_kept: bool, found: Linked) -> str:
    """Where the weights of the comparisons come from."""
    from pathways.analysis.linkage import linking

    if is_kept:
        return "a kept model"
    if found.is_trained:
        return "trained on these records"
    return f"weights to begin with: fewer than {linking.TOO_FEW} records are too few to train on"


def _summary(body: dict[str, Any], out: Path, weights: str) -> None:
    say = files.console()
    say.print(
        f"{body['records']:,} records, {body['persons']:,} people; {body['pairs']:,} pairs at 0.01 or more"
    )
    for file in body["columns"]:
        used = ", ".join(
            name if columns == [name] else f"{name} from {' and '.join(columns)}"
            for name, columns in file["used"].items()
        )
        say.print(f"  {file['file']}: {used}")
        if file["unused"]:
            say.print(f"    not used: {', '.join(file['unused'])}")
    if body["ids_qualified"]:
        say.print("  One id stands in several files: every id is written with its file’s name before it.")
    if body["records"] and not body["compared"]:
        say.print("  Nothing in these columns tells records apart: every record is a person of its own.")
    how = "found without knowing the truth" if body["threshold_found"] else "as asked"
    say.print(f"  joined at a probability of {body['threshold']:.3f}, {how}; {weights}")
    say.print(
        f"A likely pair is a suggestion; a named person decides. Written to {out}: pairs.csv, clusters.csv."
    )
    say.print(files.DRAFT)
