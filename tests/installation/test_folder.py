"""The data folder is private, says what it is, and is used by one start at a time."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from pathways import __version__
from pathways.installation import folder
from pathways.installation.refusal import RefusalError


def test_a_new_folder_is_private_and_stamped(tmp_path: Path) -> None:
    folder.prepare(tmp_path / "new" / "data", folder.Kind.LIVE)
    assert stat.S_IMODE((tmp_path / "new" / "data").stat().st_mode) == 0o700
    expected = folder.Stamp(folder.FORMAT, __version__, folder.Kind.LIVE)
    assert folder.read_stamp(tmp_path / "new" / "data") == expected


def test_a_second_start_does_not_shut_the_running_database_out(tmp_path: Path) -> None:
    folder.prepare(tmp_path, folder.Kind.LIVE)
    tmp_path.chmod(0o710)  # as it stands while PostgreSQL runs as an account of its own
    folder.prepare(tmp_path, folder.Kind.LIVE)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o710


def test_a_folder_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    folder.prepare(tmp_path, folder.Kind.LIVE)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_a_folder_of_a_newer_version_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    text = json.dumps({"format": folder.FORMAT + 1, "version": "9.0", "kind": "live"})
    folder.stamp_path(tmp_path).write_text(text)
    with pytest.raises(RefusalError, match=r"newer version \(9.0\)"):
        folder.prepare(tmp_path, folder.Kind.LIVE)
    assert folder.stamp_path(tmp_path).read_text() == text


def test_fictional_and_real_people_never_share_a_folder(tmp_path: Path) -> None:
    folder.prepare(tmp_path / "demo", folder.Kind.DEMONSTRATION)
    with pytest.raises(RefusalError, match="demonstration folder"):
        folder.prepare(tmp_path / "demo", folder.Kind.LIVE)
    folder.prepare(tmp_path / "live", folder.Kind.LIVE)
    with pytest.raises(RefusalError, match="live folder"):
        folder.prepare(tmp_path / "live", folder.Kind.DEMONSTRATION)


def test_a_folder_of_something_else_is_not_taken_over(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    with pytest.raises(RefusalError, match="something else"):
        folder.prepare(tmp_path, folder.Kind.LIVE)


def test_a_file_in_place_of_the_folder_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(RefusalError, match="PATHWAYS_DATA"):
        folder.prepare(tmp_path / "data", folder.Kind.LIVE)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(RefusalError, match="cannot be written"):
        folder.prepare(tmp_path / "data", folder.Kind.LIVE)


def test_a_second_start_is_told_who_has_the_folder(tmp_path: Path) -> None:
    with folder.held(tmp_path) as lock:
        lock.say("process 12 at http://127.0.0.1:8000")
        assert folder.is_held(tmp_path)
        with pytest.raises(RefusalError, match="process 12 at http"), folder.held(tmp_path):
            pass
    assert not folder.is_held(tmp_path)


def test_a_killed_start_lets_the_folder_go(tmp_path: Path) -> None:
    code = (
        "import os,sys,pathlib;from pathways.installation import folder;"
        "folder.Lock(pathlib.Path(sys.argv[1])).__enter__();os.kill(os.getpid(),9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    with folder.held(tmp_path):
        pass


def test_only_a_demonstration_can_be_emptied(tmp_path: Path) -> None:
    folder.prepare(tmp_path / "live", folder.Kind.LIVE)
    (tmp_path / "live" / "keys").mkdir()
    with pytest.raises(RefusalError):
        folder.empty(tmp_path / "live")
    assert (tmp_path / "live" / "keys").is_dir()
    folder.prepare(tmp_path / "demo", folder.Kind.DEMONSTRATION)
    (tmp_path / "demo" / "keys").mkdir()
    folder.empty(tmp_path / "demo")
    assert not (tmp_path / "demo" / "keys").exists()
    folder.prepare(tmp_path / "demo", folder.Kind.DEMONSTRATION)
