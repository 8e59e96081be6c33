"""The parts of the documentation that come from the code are what the code makes now."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.postgres import ROOT


def test_what_is_made_from_the_code_is_current():
    said = subprocess.run(
        [sys.executable, "tools/docs.py", "--check"],
        cwd=ROOT,
        env={**os.environ, "PATHWAYS_DATABASE_URL": "postgresql://nobody@localhost/none"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stdout + said.stderr
