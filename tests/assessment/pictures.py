"""Pictures of the printed report: every page of each kind of result, on both papers."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from assessment.report import make_report
from tests.assessment.builders import PRINTED, a_printed_report

DOTS_AN_INCH = "90"


def take_pictures(folder: Path, parts: Sequence[str] = ()) -> None:
    """One PNG a page into `folder`; only of reports whose name holds one of `parts`, where there are any."""
    for variant, paper in PRINTED:
        name = f"pdf-{variant.replace(' ', '-')}-{paper}"
        if parts and not any(part in name for part in parts):
            continue
        report = make_report(a_printed_report(variant, paper))
        subprocess.run(("pdftoppm", "-r", DOTS_AN_INCH, "-png", "-", str(folder / name)), input=report, check=True)
        sys.stdout.write(f"{name}\n")
