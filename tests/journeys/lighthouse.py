"""Lighthouse, as a program of the tests."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.journeys.chromium import ARGUMENTS

LIGHTHOUSE = Path(__file__).parents[1] / "readers" / "node_modules" / "lighthouse" / "cli" / "index.js"


def judged(url: str, categories: tuple[str, ...]) -> dict[str, Any]:
    """Lighthouse's report on a page, as it looks at a telephone."""
    node, browser = shutil.which("node"), shutil.which("chromium")
    assert node and browser, "node and chromium are needed: bin/set-up test"
    assert LIGHTHOUSE.is_file(), "lighthouse is not installed: bin/set-up test"
    command = [
        node,
        str(LIGHTHOUSE),
        url,
        "--quiet",
        "--output=json",
        f"--only-categories={','.join(categories)}",
        f"--chrome-flags={' '.join(['--headless', *ARGUMENTS])}",
    ]
    done = subprocess.run(command, env={**os.environ, "CHROME_PATH": browser}, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-1000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found
