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
    """Go through the whole log and say whether anybody changed, removed, swapped or put in an event.

    Every event is hashed again and held against the signed heads, which lie outside the database. What lies
    after the last head is counted, not proved: an event put in there is named when it was kept from being
    sealed, and cannot be told from the rest when it was written as the programme writes. Works while the
    programme runs and while it does not; changes nothing. Ends with status 3 when something is wrong.
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
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help="What it is: pole, referrals, contacts, attendance, scores, directory or reference.",
        ),
    ],
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="File or folder: CSV, XLSX, ODS, Parquet, JSON.")
    ],
    agency: Annotated[
        str, typer.Option("--agency", metavar="CODE", help="The organisation it is taken in for.")
    ],
    user: Annotated[str, typer.Option("--as", metavar="USER", help="E-mail of the person it is done as.")],
    mapping: Annotated[
        str | None,
        typer.Option(
            "--mapping",
            metavar="NAME",
            help="A mapping by the name that it is remembered under, or its file. Without it, one that"
            " fits or a guess. For a directory: names and sectors of organisations by their code.",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything and write nothing.")] = False,
    rejects: Annotated[
        Path | None,
        typer.Option(
            "--rejects", metavar="PATH", help="Folder for rows left out (directory: the file)."
        ),
    ] = None,
    system: Annotated[str, typer.Option("--system", help="The system that the extract comes from.")] = "",
    handling: Annotated[str, typer.Option("--handling", help="Its handling code, kept as received.")] = "",
    json_to: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the counts too.")
    ] = None,
) -> None:
    """Take an agency's extract into the programme: all of it or nothing; twice changes nothing.

    Reads PATH. Writes the programme in the data folder, and a copy of the rows left out with the reason.
    """
    from pathways.cli import take_in as taking_in

    taking_in.run(
        _settings(), kind, path, agency=agency, user=user, mapping=mapping, dry_run=dry_run, rejects=rejects,
        system=system, handling=handling, json_to=json_to,
    )  # fmt: skip


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
    as_at: Annotated[
        str | None,
        typer.Option(
            "--as-at", metavar="MOMENT", help="What stood then: a day, or what an earlier report says. Now."
        ),
    ] = None,
) -> None:
    """Write the evaluation report as HTML, PDF, XLSX and JSON, from an extract frozen at this moment.

    Counts women whose journey began in the period. Reads the programme in the data folder; writes DIR.
    It is a draft: what may leave is a release, which the pages make and two people agree to.
    """
    from pathways.cli import report as reporting

    reporting.run(_settings(), user=user, start=start, end=end, out=out, audience=audience, as_at=as_at)


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


accounts_app = typer.Typer(
    cls=plain.Plain,
    no_args_is_help=True,
    help="The way back in for an administrator, for whoever runs the machine.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(accounts_app, name="accounts")


@accounts_app.command("link")
def accounts_link(
    email: Annotated[
        str, typer.Argument(metavar="EMAIL", help="E-mail address of the administrator, as she signs in.")
    ],
) -> None:
    """Print a link, good once and for three days, with which an administrator chooses a new password.

    For one who forgot it and has no other administrator to hand her a link; everybody else asks an
    administrator. Works while the programme runs and while it does not. Reads the data folder
    (PATHWAYS_DATA). Writes to the log that a link was made and by whom on this machine; a link that was made
    for her before is spent.
    """
    from pathways.cli import accounts

    accounts.link(_settings(), email)


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


@app.command()
def screen(
    extracts: Annotated[
        Path | None,
        typer.Option("--extracts", metavar="DIR", help="Folder of POLE tables: CSV, XLSX, ODS or Parquet."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder for the two lists.")
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option("--mapping", metavar="FILE", help="Which files and columns feed which table."),
    ] = None,
    indicators: Annotated[
        Path | None,
        typer.Option("--indicators", metavar="DIR", help="Indicators of your own, one .sql file each."),
    ] = None,
    as_at: Annotated[
        str | None, typer.Option("--as-at", metavar="DATE", help="The day to look from; today unless told.")
    ] = None,
    order: Annotated[
        str,
        typer.Option(
            "--order",
            help="safety-first (immediate safety, then the latest record), latest, earliest or person.",
        ),
    ] = "safety-first",
    leave_out: Annotated[
        bool,
        typer.Option("--leave-out", help="Go on without rows that cannot be read; left_out.csv says which."),
    ] = False,
    record: Annotated[
        Path | None,
        typer.Option("--record", metavar="FILE", help="Write how all this works, as .md or .html, and end."),
    ] = None,
    json_file: JsonFile = None,
) -> None:
    """List the women whom a person should consider, each with the records behind it. No total and no score.

    Reads a POLE extract. Writes considerations.csv and evidence.csv, whole or not at all. Only persons
    recorded as female and 18 or over are looked at; who cannot be judged is counted.
    """
    from datetime import datetime

    from pathways.cli import screen as screening
    from pathways.domain.terms.clocks import LONDON

    screening.run(
        extracts,
        out,
        mapping=mapping,
        indicators=indicators,
        as_at=as_at,
        order=order,
        leave_out=leave_out,
        json_file=json_file,
        record=record,
        today=datetime.now(LONDON).date(),
    )


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


@triage_app.command("record")
def triage_record(
    policy: PolicyFile,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write it: .md or .html.")],
    programme: Annotated[str, typer.Option("--programme", metavar="NAME", help="Who uses the policy.")] = "",
    inputs: InputsFile = None,
) -> None:
    """Write how the policy works for the public: the fields of ATRS and ALGO-CARE, and every rule.

    Reads the policy. Writes OUT, whole or not at all. What only the programme knows is asked for by name; of
    the version in force the page “How it works” under Triage fills in more.
    """
    from pathways.cli import triage

    triage.record(policy=policy, inputs=inputs, out=out, programme=programme)


evaluate_app = typer.Typer(
    cls=plain.Plain, help="What an extract shows: groups, change, time to an event, impact, fairness.",
    no_args_is_help=True,
)  # fmt: skip
app.add_typer(evaluate_app, name="evaluate")

Extract = Annotated[Path, typer.Argument(metavar="FILE", help="CSV, XLSX, ODS or Parquet.")]
Where = Annotated[
    str | None,
    typer.Option(
        "--where", metavar="EXPR", help="Only the rows of which this is true, such as \"age>=18 and sex=F\"."
    ),
]
MissingWords = Annotated[
    list[str] | None,
    typer.Option("--missing", metavar="WORD", help="A word for missing, such as NA; may be given again."),
]


@evaluate_app.command("table", cls=plain.OfColumns)
def evaluate_table(
    path: Extract,
    rows: Annotated[
        str, typer.Option("--rows", metavar="COL,COL", help="The characteristics, a row of the table each.")
    ],
    columns: Annotated[
        str | None, typer.Option("--columns", metavar="COL", help="The column whose values are the groups.")
    ] = None,
    stages: Annotated[
        list[str] | None,
        typer.Option(
            "--stages", metavar="NAME=COL", help="A set of women, who may be in others: COL says yes or no."
        ),
    ] = None,
    categorical: Annotated[
        str | None,
        typer.Option("--categorical", metavar="COL,COL", help="Rows of numbers that are categories."),
    ] = None,
    numeric: Annotated[
        str | None, typer.Option("--numeric", metavar="COL,COL", help="Rows that are numbers, however few.")
    ] = None,
    protect: Annotated[
        bool, typer.Option("--protect", help="Pass every count through disclosure control.")
    ] = False,
    threshold: Annotated[
        int | None,
        typer.Option("--threshold", metavar="N", min=1, help="With --protect: 1 to N are small (4)."),
    ] = None,
    where: Where = None,
    missing: MissingWords = None,
    json_file: JsonFile = None,
) -> None:
    """Describe groups side by side: counts and per cents or means and medians, tests, differences.

    Reads FILE. Writes nothing but the --json file. No test stands between stages that overlap. Numbers of at
    most ten different values, each held by three on average, are taken for categories.
    """
    from pathways.cli import evaluating

    evaluating.table(
        path, columns=columns, rows=evaluating.split(rows), stages=stages or [],
        categorical=evaluating.split(categorical), numeric=evaluating.split(numeric), protect=protect,
        threshold=threshold, where=where, missing=missing or [], json_file=json_file,
    )  # fmt: skip


@evaluate_app.command("change", cls=plain.OfColumns)
def evaluate_change(
    path: Extract,
    before: Annotated[str, typer.Option("--before", metavar="COL", help="The score before.")],
    after: Annotated[str, typer.Option("--after", metavar="COL", help="The score after.")],
    reliability: Annotated[
        float, typer.Option("--reliability", metavar="R", help="The instrument's reliability, from 0 to 1.")
    ],
    sd: Annotated[
        float | None,
        typer.Option("--sd", metavar="SD", help="Its standard deviation; the pairs' before unless told."),
    ] = None,
    cutoff: Annotated[
        str | None,
        typer.Option(
            "--cutoff", metavar="C", help="A score to cross, or a, b or c of Jacobson and Truax."
        ),
    ] = None,
    functional_mean: Annotated[
        float | None,
        typer.Option("--functional-mean", metavar="M", help="Of those who are well, for b and c."),
    ] = None,
    functional_sd: Annotated[
        float | None,
        typer.Option("--functional-sd", metavar="SD", help="Of those who are well, for b and c."),
    ] = None,
    lower: Annotated[
        bool, typer.Option("--lower-is-better/--higher-is-better", help="Which way is better.")
    ] = True,
    method: Annotated[
        str, typer.Option("--method", metavar="JT", help="JT is Jacobson and Truax (1991), the only one.")
    ] = "JT",
    where: Where = None,
    missing: MissingWords = None,
    json_file: JsonFile = None,
) -> None:
    """Count the women whose score changed by more than the instrument's own error, a row a woman.

    Reads FILE. Writes nothing but the --json file. Rows without both scores are counted and left out.
    """
    from pathways.cli import evaluating

    evaluating.change(
        path, before=before, after=after, reliability=reliability, sd=sd, cutoff=cutoff,
        functional_mean=functional_mean, functional_sd=functional_sd, is_lower_better=lower, method=method,
        where=where, missing=missing or [], json_file=json_file,
    )  # fmt: skip


@evaluate_app.command("survival", cls=plain.OfColumns)
def evaluate_survival(
    path: Extract,
    duration: Annotated[
        str, typer.Option("--duration", metavar="COL", help="How long each was followed; 0 or more.")
    ],
    event: Annotated[
        str, typer.Option("--event", metavar="COL", help="1 or yes where it ended by the event, 0 or no.")
    ],
    group: Annotated[
        str | None, typer.Option("--group", metavar="COL", help="Groups, with a log-rank test between them.")
    ] = None,
    covariates: Annotated[
        str | None,
        typer.Option("--covariates", metavar="COL,COL", help="Covariates of a Cox regression (Efron)."),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="T,T", help="Times to say it for; quarters of the longest follow-up unless told."
        ),
    ] = None,
    where: Where = None,
    missing: MissingWords = None,
    json_file: JsonFile = None,
) -> None:
    """Say how long until an event: Kaplan-Meier, log-rank, Cox regression and its check.

    Reads FILE. Writes nothing but the --json file. Time must start where follow-up starts.
    """
    from pathways.cli import evaluating

    evaluating.survival(
        path, duration=duration, event=event, group=group, covariates=evaluating.split(covariates), at=at,
        where=where, missing=missing or [], json_file=json_file,
    )  # fmt: skip


@evaluate_app.command("impact", cls=plain.OfColumns)
def evaluate_impact(
    path: Extract,
    treated: Annotated[
        str, typer.Option("--treated", metavar="COL", help="1 or yes for the treated, 0 or no for others.")
    ],
    outcome: Annotated[
        str, typer.Option("--outcome", metavar="COL", help="What is compared: a number, or yes or no.")
    ],
    covariates: Annotated[
        str,
        typer.Option("--covariates", metavar="COL,COL", help="What was known before treatment."),
    ],
    exact: Annotated[
        str | None, typer.Option("--exact", metavar="COL,COL", help="In which matches must be the same.")
    ] = None,
    ratio: Annotated[int, typer.Option("--ratio", metavar="K", min=1, help="Matches for each treated.")] = 1,
    caliper: Annotated[
        float | None,
        typer.Option("--caliper", metavar="C", help="The farthest match, in deviations (sd) of the logit."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="One of the comparison group may be matched again.")
    ] = False,
    in_rounds: Annotated[
        bool, typer.Option("--in-rounds", help="All take a first match before a second; not with --replace.")
    ] = False,
    where: Where = None,
    missing: MissingWords = None,
    json_file: JsonFile = None,
) -> None:
    """Compare the treated with others made alike by a propensity score, and say whether they are alike.

    Reads FILE. Writes nothing but the --json file. Nearest neighbours, the largest score first. Where the
    groups are not balanced, the statement says so in place of a finding.
    """
    from pathways.cli import evaluating

    evaluating.impact(
        path, treated=treated, outcome=outcome, covariates=evaluating.split(covariates),
        exact=evaluating.split(exact), ratio=ratio, caliper=caliper, replace=replace,
        in_rounds=in_rounds, where=where, missing=missing or [], json_file=json_file,
    )  # fmt: skip


@evaluate_app.command("compare")
def evaluate_compare(
    treated_events: Annotated[
        int, typer.Option("--treated-events", metavar="A", min=0, help="With the event.")
    ],
    treated_n: Annotated[int, typer.Option("--treated-n", metavar="B", min=0, help="All treated.")],
    comparison_events: Annotated[
        int, typer.Option("--comparison-events", metavar="C", min=0, help="With the event.")
    ],
    comparison_n: Annotated[int, typer.Option("--comparison-n", metavar="D", min=0, help="All of them.")],
    json_file: JsonFile = None,
) -> None:
    """Hold two published proportions side by side: difference, ratio, intervals and exact p.

    Reads nothing. Writes nothing but the --json file.
    """
    from pathways.cli import evaluating

    evaluating.compare(
        treated_events=treated_events, treated_n=treated_n, comparison_events=comparison_events,
        comparison_n=comparison_n, json_file=json_file,
    )  # fmt: skip


@evaluate_app.command("fairness", cls=plain.OfColumns)
def evaluate_fairness(
    path: Extract,
    flag: Annotated[
        str, typer.Option("--flag", metavar="EXPR", help="Who is flagged, such as \"decile_score>=5\".")
    ],
    outcome: Annotated[
        str, typer.Option("--outcome", metavar="COL", help="1 or yes where it came true, 0 or no where not.")
    ],
    group: Annotated[str, typer.Option("--group", metavar="COL", help="The groups to hold side by side.")],
    where: Where = None,
    missing: MissingWords = None,
    json_file: JsonFile = None,
) -> None:
    """Say whom a flag is wrong about: false positives and false negatives, overall and by group.

    Reads FILE. Writes nothing but the --json file. Rates are from 0 to 1, with 95% Wilson intervals.
    """
    from pathways.cli import evaluating

    evaluating.fairness(
        path, flag=flag, outcome=outcome, group=group, where=where, missing=missing or [], json_file=json_file
    )


@app.command(cls=plain.OfColumns)
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


disclose_app = typer.Typer(
    cls=plain.FileFirst,
    help="A table protected before it leaves (`disclose FILE …`), and held against earlier ones.",
    no_args_is_help=True,
)
app.add_typer(disclose_app, name="disclose")

Threshold = Annotated[
    int, typer.Option("--threshold", metavar="N", min=1, help="Counts from 1 to N are small.")
]
ZerosSay = Annotated[str, typer.Option("--zeros", metavar="show|hide", help="Whether noughts are shown.")]
Base = Annotated[
    int | None, typer.Option("--round", metavar="BASE", min=1, help="Round what is shown to this base.")
]


@disclose_app.command("table", cls=plain.OfColumns)
def disclose_table(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A person a line, or a cell a line.")
    ],
    rows: Annotated[str, typer.Option("--rows", metavar="COL", help="The column that makes the rows.")],
    columns: Annotated[
        str, typer.Option("--columns", metavar="COL", help="The column that makes the columns.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write the protected table.")],
    counts: Annotated[
        str | None, typer.Option("--counts", metavar="COL", help="How many each line stands for; else one.")
    ] = None,
    threshold: Threshold = 4,
    zeros: ZerosSay = "show",
    base: Base = None,
    earlier: Annotated[
        list[Path] | None,
        typer.Option("--earlier", metavar="FILE", help="An earlier release that this must not give away."),
    ] = None,
    sheet: Annotated[
        str | None, typer.Option("--sheet", metavar="NAME", help="Which sheet of a workbook; else the first.")
    ] = None,
    json_file: JsonFile = None,
) -> None:
    """Protect a two-way table: hide small counts and what would give them away, then attack the result.

    Reads FILE. Writes OUT (row, column, value; c for a hidden cell; totals as Total), whole or not at all.
    Small totals are hidden too. With --round every shown number is rounded by itself, totals as well, so
    that rows and columns need not add up. --earlier may be given again, the oldest first: more is hidden,
    until the tables laid over one another give nothing away. `disclose FILE …` does the same.
    """
    from pathways.cli import disclosing

    disclosing.table(
        file=file, sheet=sheet, rows=rows, columns=columns, counts=counts, threshold=threshold, zeros=zeros,
        base=base, earlier=earlier or [], out=out, json_file=json_file,
    )  # fmt: skip


@disclose_app.command("against")
def disclose_against(
    found: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="The new release, as `pathways disclose` wrote it.")
    ],
    earlier: Annotated[
        list[Path] | None,
        typer.Option("--earlier", metavar="FILE …", help="Earlier releases, the oldest first."),
    ] = None,
    threshold: Threshold = 4,
    zeros: ZerosSay = "show",
    base: Base = None,
    json_file: JsonFile = None,
) -> None:
    """Say what a new release gives away beside the earlier ones, by laying the tables over one another.

    Reads protected tables (row, column, value) and no true count. Writes nothing but the --json file. Where
    numbers only rose, or only fell, changes are counts of women too. The other options say by which rule the
    tables were made. Ends with status 3 when something is given away.
    """
    from pathways.cli import disclosing

    disclosing.against(
        file=found[0], earlier=[*(earlier or []), *found[1:]], threshold=threshold, zeros=zeros, base=base,
        json_file=json_file,
    )  # fmt: skip


@app.command(cls=plain.OfColumns)
def picture(
    ties: Annotated[Path, typer.Argument(metavar="TIES", help="A tie a line: CSV, XLSX, ODS or Parquet.")],
    source: Annotated[str, typer.Option("--source", metavar="COL", help="The column of one end of a tie.")],
    target: Annotated[str, typer.Option("--target", metavar="COL", help="The column of the other end.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the files.")],
    weight: Annotated[
        str | None, typer.Option("--weight", metavar="COL", help="How strong a tie is; for strength only.")
    ] = None,
    directed: Annotated[
        bool, typer.Option("--directed", help="A tie from one to another is not the tie back.")
    ] = False,
    people: Annotated[
        Path | None, typer.Option("--people", metavar="FILE", help="What is known of each person.")
    ] = None,
    id_column: Annotated[
        str | None, typer.Option("--id", metavar="COL", help="The column of ids in that file.")
    ] = None,
    groups: Annotated[
        Path | None,
        typer.Option("--groups", metavar="FILE", help="Recorded membership: a person and a group a line."),
    ] = None,
    json_file: JsonFile = None,
) -> None:
    """Say where people stand in recorded ties, and draw them. For police analysts; no score of anybody.

    Reads TIES, and the other files where they are given. Writes DIR: people.csv, groups.csv, picture.svg
    and picture.ftm.json (FollowTheMoney), whole or not at all. Repeated ties are merged and their weights
    added up; betweenness is unnormalised, over undirected shortest paths, without weights.
    """
    from pathways.cli import picturing

    picturing.picture(
        ties=ties, source=source, target=target, weight=weight, is_directed=directed, people=people,
        id_column=id_column, groups=groups, out=out, json_file=json_file,


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
