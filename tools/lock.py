"""Write the locks anew from pyproject.toml, with hashes and without naming any host.

Run by `make lock` after a dependency has changed. What runs the programme is pinned first to what the tests
use, so that both are the same versions. Spark is apart: it is large, and only `make prove` installs it.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLAIN = (
    *("--quiet", "--generate-hashes", "--no-header", "--no-strip-extras", "--allow-unsafe"),
    *("--no-emit-index-url", "--no-emit-trusted-host", "--no-emit-find-links"),
)


def compile_lock(name: str, *words: str, given: str | None = None) -> None:
    """From pyproject.toml, or from `given`: lines of what is wanted."""
    print(f"writing {name}")
    source = "pyproject.toml" if given is None else "-"
    command = [sys.executable, "-m", "piptools", "compile", *PLAIN, *words, "-o", name, source]
    subprocess.run(command, cwd=ROOT, check=True, input=given, text=True)
    if "http" in (ROOT / name).read_text("utf-8"):
        raise SystemExit(f"{name} names a host")


compile_lock("requirements-dev.lock", "--extra", "dev", *sys.argv[1:])
compile_lock("requirements.lock", "--constraint", "requirements-dev.lock")
extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
spark = "\n".join(extras["spark"])
compile_lock("requirements-spark.lock", "--constraint", "requirements-dev.lock", given=spark)
