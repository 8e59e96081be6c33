"""`pathways`: the commands, and nothing else. What each does lives in a module of its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from pathways import __version__
from pathways.cli import plain
from pathways.installation import folder
from pathways.installation.refusal import RefusalError
from pathways.installation.settings import Settings, load

app = typer.Typer(
    cls=plain.Plain,
    name="pathways",
    help="Carries a woman's way through a support programme and turns it into evidence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Port = Annotated[
    int | None, typer.Option("--port", min=0, max=65535, help="Port of the pages; 0 takes a free one.")
]
Bind = Annotated[
    str | None, typer.Option("--bind", help="Address to serve on; this machine only unless told.")
]


def _version(asked: bool) -> None:
    if asked:
        print(f"soc-pathways {__version__}")
        raise typer.Exit


@app.callback()
def start(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version and end.")
    ] = False,
) -> None:
    """Carries a woman's way through a support programme and turns it into evidence."""


@app.command()
def demo(
    port: Port = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Throw the earlier demonstration away first.")
    ] = False,
) -> None:
    """Start everything on this machine with a fictional programme, and print how to sign in.

    Reads nothing. Writes a data folder of its own (PATHWAYS_DATA, or one beside the usual one);
    every page says SYNTHETIC. Ctrl-C stops it; the next start goes on where it was left.
    """
    from pathways.cli import demonstrating

    demonstrating.run(_settings(port=port, demonstration=True), fresh=fresh)


@app.command()
def up(
    port: Port = None,
    bind: Bind = None,
    admin_email: Annotated[
        str | None, typer.Option("--admin-email", help="E-mail address of the first administrator.")
    ] = None,
    admin_name: Annotated[
        str | None, typer.Option("--admin-name", help="Name of the first administrator.")
    ] = None,
) -> None:
    """Start the programme for real: the database, the web server and the worker, and watch over them.

    Reads PATHWAYS_ variables and pathways.toml. Writes the data folder (PATHWAYS_DATA). The first run asks
    for the first administrator and prints a link, good once, with which they choose a password.
    """
    from pathways.cli import serving

    serving.run(_settings(port=port, bind=bind), email=admin_email, name=admin_name)


@app.command()
def doctor(
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Also write what was found to FILE as JSON.")
    ] = None,
) -> None:
    """Say what works and what does not. Changes nothing, and ends with status 3 when something is wrong."""
    from pathways.cli import doctor as examination

    examination.run(_settings(), json_file)


audit = typer.Typer(
    cls=plain.Plain,
    no_args_is_help=True,
    help="The log of who did what: check that nobody changed it, and hand out what proves it.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(audit, name="audit")


@audit.command("verify")
def audit_verify(
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Also write what was found to FILE as JSON.")
    ] = None,
    head: Annotated[
        Path | None,
        typer.Option("--head", metavar="FILE", help="A head that somebody else kept: hold the log to it."),
    ] = None,
) -> None:
    """Go through the whole log and say whether anybody changed, removed, swapped or added an event.

    Every event is hashed again and held against the signed heads, which lie outside the database. What lies
    after the last head is counted, not proved. Works while the programme runs and while it does not; changes
    nothing. Ends with status 3 when something is wrong.
    """
    from pathways.cli import audit as auditing

    auditing.verify(_settings(), json_file=json_file, head_file=head)


@audit.command("head")
def audit_head(
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Also write the head to FILE, to be kept.")
    ] = None,
    since: Annotated[
        Path | None,
        typer.Option(
            "--since", metavar="FILE", help="A head kept earlier: add the proof that it still holds."
        ),
    ] = None,
) -> None:
    """Show the newest signed head: how many events, their root, the date and the signature.

    A partner who keeps it is a witness: `verify --head` holds the log to it, however much was changed since.
    """
    from pathways.cli import audit as auditing

    auditing.head(_settings(), json_file=json_file, since=since)


@audit.command("compare")
def audit_compare(
    earlier: Annotated[Path, typer.Argument(metavar="EARLIER", help="A head kept earlier.")],
    later: Annotated[
        Path, typer.Argument(metavar="LATER", help="A later head with its proof (head --since EARLIER).")
    ],
) -> None:
    """Say whether a later head only added to an earlier one. Needs the two files and nothing else.

    For a partner, on any machine. Ends with status 3 when it did not.
    """
    from pathways.cli import audit as auditing

    auditing.compare(earlier, later)


@app.command("take-in")
def take_in(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="What it is: directory.")],
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A file or a folder: JSON or CSV.")],
    agency: Annotated[
        str, typer.Option("--agency", metavar="CODE", help="The organisation it is taken in for.")
    ],
    user: Annotated[str, typer.Option("--as", metavar="USER", help="E-mail of the person it is done as.")],
    mapping: Annotated[
        Path | None,
        typer.Option(
            "--mapping", metavar="FILE", help="JSON: names and sectors of organisations by their code."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything and write nothing.")] = False,
    rejects: Annotated[
        Path | None,
        typer.Option(
            "--rejects", metavar="FILE", help="Where to write what was left out; rejected.csv here."
        ),
    ] = None,
) -> None:
    """Take an agency's extract into the programme: all of it or nothing; twice changes nothing.

    Reads PATH. Writes the programme in the data folder, and a copy of the rows left out with the reason.
    """
    from pathways.cli import take_in as taking_in

    taking_in.run(
        _settings(), kind, path, agency=agency, user=user, mapping=mapping, dry_run=dry_run, rejects=rejects
    )


@app.command()
def report(
    user: Annotated[str, typer.Option("--as", metavar="USER", help="E-mail of the person it is made as.")],
    start: Annotated[str, typer.Option("--from", metavar="DATE", help="First day, as 2026-04-01.")],
    end: Annotated[str, typer.Option("--to", metavar="DATE", help="Last day, as 2026-06-30.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the files.")],
    audience: Annotated[
        str | None,
        typer.Option("--audience", help="steering, partner or public: the wider, the more is hidden."),
    ] = None,
) -> None:
    """Write the evaluation report as HTML, PDF, XLSX and JSON, from an extract frozen at this moment.

    Counts women whose journey began in the period. Reads the programme in the data folder; writes DIR.
    """
    from pathways.cli import report as reporting

    reporting.run(_settings(), user=user, start=start, end=end, out=out, audience=audience)


JsonFile = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Also write the result to FILE as JSON.")
]


@app.command()
def backup(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A new folder for the copy.")],
    keys: Annotated[
        Path | None,
        typer.Option(
            "--keys", metavar="DIR", help="Folder for the copies of keys; key-copies beside OUT unless told."
        ),
    ] = None,
    days: Annotated[
        int, typer.Option("--key-days", min=1, max=366, help="Days until the copy of the keys is destroyed.")
    ] = 30,
    json_file: JsonFile = None,
) -> None:
    """Copy the programme, running or not: the database to OUT, the keys apart; whole or not at all.

    Reads the data folder. Writes OUT and one file of keys, and destroys copies of keys whose time is over.
    The key-encryption key is in neither.
    """
    from pathways.cli import backing

    backing.back_up(_settings(), out.absolute(), keys=keys, days=days, json_file=json_file)


@app.command()
def restore(
    copy: Annotated[Path, typer.Argument(metavar="IN", help="The copy, as backup made it.")],
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="A new or empty folder to restore into.")],
    keys: Annotated[
        Path | None,
        typer.Option(
            "--keys",
            metavar="PATH",
            help="Folder of the copies of keys, or a key store; key-copies beside IN unless told.",
        ),
    ] = None,
    key_file: Annotated[
        Path | None,
        typer.Option(
            "--key-file", metavar="FILE", help="The key-encryption key; this installation's unless told."
        ),
    ] = None,
    register: Annotated[
        Path | None,
        typer.Option(
            "--register",
            metavar="PATH",
            help="Key store of the running programme, which knows who was erased since; this one's else.",
        ),
    ] = None,
    json_file: JsonFile = None,
) -> None:
    """Bring a copy back in an empty folder, its hashes checked first; who was erased since stays erased.

    Reads IN, the copies of keys and the key-encryption key. Writes DIR. Status 3 when the copy is damaged.
    """
    from pathways.cli import backing

    backing.restore(
        _settings(),
        copy.absolute(),
        to.absolute(),
        keys=keys.absolute() if keys else None,
        key_file=key_file,
        register=register,
        json_file=json_file,
    )


@app.command()
def drill(json_file: JsonFile = None) -> None:
    """Rehearse a disaster: copy, restore elsewhere, start, compare. Status 3 when the two differ.

    Reads the data folder, running or not. Writes a temporary folder, and throws it away.
    """
    from pathways.cli import backing

    backing.drill(_settings(), json_file)


keys_app = typer.Typer(help="The keys that open what is sealed.", no_args_is_help=True)
app.add_typer(keys_app, name="keys")


@keys_app.command()
def rotate(
    former: Annotated[
        Path | None,
        typer.Option(
            "--former", metavar="FILE", help="Keep the former key here; without it, it is gone for ever."
        ),
    ] = None,
) -> None:
    """Change the key-encryption key while the programme runs: every data key is wrapped again, all or none.

    Reads and writes the key file and the key store. What is sealed in the database stays as it is.
    """
    from pathways.cli import keeping

    keeping.rotate(_settings(), former=former)


@keys_app.command()
def reseal(
    reference: Annotated[str, typer.Argument(metavar="REFERENCE", help="Her reference, such as KW5219EC.")],
    organisation: Annotated[
        str, typer.Option("--organisation", metavar="CODE", help="The organisation whose record it is.")
    ],
) -> None:
    """Give one woman a new data key at one organisation, and seal her record there again under it."""
    from pathways.cli import keeping

    keeping.reseal(_settings(), reference, organisation)


triage_app = typer.Typer(
    cls=plain.Plain, help="A triage policy as a file: prove it, apply it, hold it against another.",
    no_args_is_help=True,
)  # fmt: skip
app.add_typer(triage_app, name="triage")

PolicyFile = Annotated[
    Path,
    typer.Option("--policy", metavar="FILE", help="The policy: JSON, a workbook, or its rules as CSV."),
]
InputsFile = Annotated[
    Path | None,
    typer.Option(
        "--inputs",
        metavar="FILE",
        help="For rules as CSV: the JSON that names the inputs; by itself, the one beside the CSV.",
    ),
]
CasesFile = Annotated[
    Path, typer.Option("--cases", metavar="FILE", help="Rows with case_id and a column for each input.")
]


@triage_app.command("decide")
def triage_decide(
    policy: PolicyFile,
    cases: CasesFile,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write the levels.")],
    inputs: InputsFile = None,
    json_file: JsonFile = None,
) -> None:
    """Apply the policy table to every case of a file: its level, the rule, and what is missing.

    Reads the policy and the cases. Writes OUT (case_id, level, rule, provisional, missing), whole or not at
    all. A policy with a gap or a contradiction is refused.
    """
    from pathways.cli import triage

    triage.decide(policy=policy, inputs=inputs, cases=cases, out=out, json_file=json_file)


@triage_app.command("check")
def triage_check(policy: PolicyFile, inputs: InputsFile = None, json_file: JsonFile = None) -> None:
    """Prove that every combination of answers is taken by exactly one rule, or say where not.

    Reads the policy. Writes nothing but the --json file. Gaps, overlaps, contradictions and rules that
    nothing can meet are findings and end with status 0; a file that is no policy ends with 2.
    """
    from pathways.cli import triage

    triage.check(policy=policy, inputs=inputs, json_file=json_file)


@triage_app.command("compare")
def triage_compare(
    policy: PolicyFile,
    against: Annotated[
        Path, typer.Option("--against", metavar="FILE", help="The policy that would take its place.")
    ],
    cases: CasesFile,
    group: Annotated[
        list[str] | None,
        typer.Option("--group", metavar="COL", help="Also say it by this column; may be given again."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Also write each case’s move here.")
    ] = None,
    inputs: InputsFile = None,
    json_file: JsonFile = None,
) -> None:
    """Say who would move under another policy: from where to where, by group, and what it asks of services.

    Reads both policies and the cases. Writes OUT where it is asked for, whole or not at all.
    """
    from pathways.cli import triage

    triage.compare(
        policy=policy,
        against=against,
        inputs=inputs,
        cases=cases,
        groups=group or [],
        out=out,
        json_file=json_file,
    )


@app.command()
def link(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="FILE…", help="Records: CSV, XLSX, ODS or Parquet; several are one set."),
    ],
    record: Annotated[str, typer.Option("--id", metavar="COL", help="The column that names each record.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for pairs.csv and clusters.csv.")],
    said: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="STANDARD=COL", help="What a column is, where its heading is no help."),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option("--threshold", metavar="P", min=0, max=1, help="Who is joined; found unless said."),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option("--model", metavar="FILE", help="A model kept earlier, in place of training."),
    ] = None,
    save_model: Annotated[
        Path | None,
        typer.Option("--save-model", metavar="FILE",
            help="Keep the model for later runs; it holds no names."),
    ] = None,
    on: Annotated[
        str, typer.Option("--engine", metavar="ENGINE", help="duckdb, or spark for very many records.")
    ] = "duckdb",
    json_file: JsonFile = None,
) -> None:
    """Say which records are one person's: every likely pair with its probability, and the people they make.

    Reads the FILEs; --map takes first_name, middle_names, surname, former_names, full_name, date_of_birth,
    sex, postcode, address, town, phone, email, place_of_birth, occupation and national_id, twice the same to
    join two columns, and STANDARD= to leave one out. Writes pairs.csv (left_id, right_id, probability: every
    pair at 0.01 or more) and clusters.csv (record_id, person_id: every record once) in DIR, whole or not at
    all. Who is joined is found without the truth unless --threshold says it. Needs no database.
    """
    from pathways.cli import link as linking

    linking.run(
        paths, record=record, said=said or [], threshold=threshold, model_file=model, save_model=save_model,
        on=on, out=out, json_file=json_file,
    )  # fmt: skip


def _settings(*, port: int | None = None, bind: str | None = None, demonstration: bool = False) -> Settings:
    """The installation's settings with what was said on the command line. Raises RefusalError."""
    try:
        found = load()
    except (ValidationError, OSError, ValueError) as error:
        raise RefusalError(_why(error)) from None
    said: dict[str, object] = {}
    if port is not None:
        said["port"] = port
    if bind is not None:
        said["bind"] = bind
    if demonstration:
        said |= {"database_url": None, "app_database_url": None, "synthetic": True}
        if "PATHWAYS_DATA" not in os.environ:
            said["data"] = found.data.with_name(f"{found.data.name}-demo")
        try:
            found_kind = folder.read_stamp(Path(str(said.get("data", found.data))))
        except OSError:
            found_kind = None  # what is wrong with the folder is said when it is prepared
        if found_kind is not None and found_kind.kind is folder.Kind.LIVE:
            raise RefusalError(
                f"{said.get('data', found.data)} holds a live programme; name another with PATHWAYS_DATA"
            )
    chosen = found.model_copy(update=said)
    return chosen.model_copy(update={"data": chosen.data.expanduser().absolute()})


def _why(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_input=False, include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        return f"the setting {name} (PATHWAYS_{name.upper()}) is wrong: {first['msg']}"
    return f"the settings cannot be read: {error}"


if __name__ == "__main__":
    app()
