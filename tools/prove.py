"""Run what must hold: `test` for what is quick, `prove` for the long proofs, `coverage` for what was not run.

Style, floors and types come first, since they are quick and explain most failures; then the tests, on every
core. Ends with pytest's own closing line, and with a status that is not zero when anything failed. `coverage`
is the quick tests again, slower, with the lines and branches named that none of them went through.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

#: where `make prove` puts pyspark, which nothing else wants
SPARK = ROOT / ".venv" / "spark"

QUICK = "not prove"
LONG = "prove"
NO_TESTS = 5


def main() -> int:
    what = sys.argv[1] if len(sys.argv) > 1 else "test"
    failed: list[str] = []
    if what == "test":
        for name, command in (
            ("style", ["ruff", "check", "."]),
            ("floors", ["lint-imports", "--no-cache"]),
            ("types", ["mypy"]),
        ):
            if not run(name, command):
                failed.append(name)
        if (ROOT / "tools" / "docs.py").exists() and not run(
            "documentation", ["python", "tools/docs.py", "--check"]
        ):
            failed.append("documentation")
    if failed:
        print(f"\nfailed before the tests: {', '.join(failed)}")
    status = tests(LONG if what == "prove" else QUICK, coverage=what == "coverage")
    if status == NO_TESTS:
        print("no test is marked for this run")
        status = 0
    return 1 if failed else status


def run(name: str, command: list[str]) -> bool:
    start = time.monotonic()
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]], cwd=ROOT, env=environment(), capture_output=True, text=True
    )
    good = done.returncode == 0
    print(f"{'holds ' if good else 'BROKEN'}  {name} ({time.monotonic() - start:.0f} s)", flush=True)
    if not good:
        print(done.stdout[-6000:], done.stderr[-2000:], sep="\n", flush=True)
    return good


def tests(which: str, *, coverage: bool) -> int:
    cores = os.environ.get("TEST_PROCESSES") or str(min(4, os.cpu_count() or 1))
    command = [str(BIN / "python"), "-m", "pytest", "-q", "-m", which, "-n", cores, "--dist", "loadfile"]
    if coverage:
        command += ["--cov", "--cov-branch", "--cov-report=term-missing:skip-covered"]
    places = environment()
    if which == LONG:
        places["PYTHONPATH"] += f"{os.pathsep}{SPARK}"
    return subprocess.run(command, cwd=ROOT, env=places, stdin=subprocess.DEVNULL).returncode


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}


if __name__ == "__main__":
    sys.exit(main())
