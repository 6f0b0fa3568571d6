"""A site that cannot start says why in sentences, without a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.kit.smtp import free_port


def prepare(**environ: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "flask", "--app", "app", "prepare"]
    return subprocess.run(
        command, cwd=ROOT, env={"PATH": os.environ["PATH"], **environ}, capture_output=True, text=True, timeout=60
    )


@pytest.mark.processes
def test_every_fault_of_the_settings_is_told_at_once(tmp_path: Path):
    done = prepare(INSTANCE_PATH=str(tmp_path), PORT="abc", BASE_URL="https://gap.example", SECRET_KEY="short")

    assert (done.returncode, done.stderr) == (
        1,
        "Error: PORT is 'abc'; it must be a number from 1 to 65535\n"
        "SECRET_KEY is too weak for a public site; use at least 32 random characters\n",
    )


@pytest.mark.processes
def test_a_database_that_does_not_answer_is_told(tmp_path: Path):
    done = prepare(INSTANCE_PATH=str(tmp_path), DATABASE_URL=f"postgresql://site@127.0.0.1:{free_port()}/site")

    assert done.returncode == 1
    assert done.stderr.startswith("Error: The database cannot be used: ")
    assert done.stderr.endswith("\nSee DATABASE_URL.\n")


@pytest.mark.processes
def test_a_folder_that_cannot_be_made_is_told():
    done = prepare(INSTANCE_PATH="/proc/site")

    assert (done.returncode, done.stderr) == (
        1,
        "Error: INSTANCE_PATH: /proc/site cannot be used (No such file or directory)\n",
    )


@pytest.mark.processes
def test_what_sets_reports_and_takes_in_posts_is_not_loaded_by_the_site():
    names = ("weasyprint", "pikepdf", "fontTools", "markdownify", "bs4")
    program = f"import sys, app; print([name for name in {names} if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert (done.stdout, done.stderr) == ("[]\n", "")
