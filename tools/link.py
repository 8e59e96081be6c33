"""Make `import pathways` and the command `pathways` in the environment mean this very checkout.

What `pip install --editable .` does, without a build and without asking any index for a build tool.
"""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

(Path(sysconfig.get_path("purelib")) / "pathways.pth").write_text(f"{ROOT / 'src'}\n", "utf-8")
command = Path(sysconfig.get_path("scripts")) / "pathways"
command.write_text(
    f"""#!/bin/sh
'''exec' '{sys.executable}' "$0" "$@"
' '''
import sys

from pathways.cli.main import app

sys.argv[0] = "pathways"
sys.exit(app())
""",
    "utf-8",
)
command.chmod(0o755)
