"""Install the Debian packages that some tests and PDF want, where that is possible, and name what stays out.

Only as root and only by the machine's own apt; never a reason to fail.
"""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess

WANTED = {
    "Pango, for PDF": (
        lambda: bool(ctypes.util.find_library("pangoft2-1.0")),
        ["libpango-1.0-0", "libpangoft2-1.0-0"],
    ),
    "Chromium, for the browser tests": (
        lambda: bool(shutil.which("chromium") or shutil.which("chromium-browser")),
        ["chromium"],
    ),
    "Java, for the linking of records on Spark": (
        lambda: bool(shutil.which("java")),
        ["openjdk-17-jre-headless"],
    ),
    "fonts, for PDF and pictures of pages": (
        lambda: (
            bool(shutil.which("fc-list")) and bool(subprocess.run(["fc-list"], capture_output=True).stdout)
        ),
        ["fontconfig", "fonts-dejavu-core", "fonts-liberation"],
    ),
}


def main() -> None:
    missing = {name: packages for name, (is_here, packages) in WANTED.items() if not is_here()}
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        install([package for packages in missing.values() for package in packages])
    for name, (is_here, packages) in WANTED.items():
        if not is_here():
            print(f"left out: {name} (Debian: {' '.join(packages)}); what needs it is skipped, by name")


def install(packages: list[str]) -> None:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print(f"installing {' '.join(packages)}")
    for words in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", *packages]):
        try:
            done = subprocess.run(
                ["apt-get", *words], env=quiet, stdin=subprocess.DEVNULL, capture_output=True, timeout=600
            )
        except subprocess.TimeoutExpired:
            print("apt-get took too long")
            return
        if done.returncode != 0:
            print(f"apt-get {words[0]} did not succeed")


if __name__ == "__main__":
    main()
