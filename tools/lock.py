"""Write both locks anew from pyproject.toml, with hashes and without naming any host.

Run by `make lock` after a dependency has changed. What runs the programme is pinned first to what the tests
use, so that both are the same versions.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLAIN = (
    *("--quiet", "--generate-hashes", "--no-header", "--no-strip-extras", "--allow-unsafe"),
    *("--no-emit-index-url", "--no-emit-trusted-host", "--no-emit-find-links"),
)


def compile_lock(name: str, *words: str) -> None:
    print(f"writing {name}")
    command = [sys.executable, "-m", "piptools", "compile", *PLAIN, *words, "-o", name, "pyproject.toml"]
    subprocess.run(command, cwd=ROOT, check=True)
    if "http" in (ROOT / name).read_text("utf-8"):
        raise SystemExit(f"{name} names a host")


compile_lock("requirements-dev.lock", "--extra", "dev", *sys.argv[1:])
compile_lock("requirements.lock", "--constraint", "requirements-dev.lock")
