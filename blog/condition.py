"""How the stories are, for whoever runs the site: what cannot be read, and whether the desk can save."""

import os
from pathlib import Path

from blog.shelf import Shelf
from kit.doctor import Finding, Verdict

SUBJECT = "stories"


def judge_stories(shelf: Shelf, folder: Path) -> Finding:
    """One finding about all of them."""
    if shelf.faults:
        more = f" (and {len(shelf.faults) - 1} more: make check-stories)" if len(shelf.faults) > 1 else ""
        return Finding(Verdict.TROUBLE, SUBJECT, f"{shelf.faults[0]}{more}")
    if not os.access(folder, os.W_OK):
        return Finding(Verdict.NOTE, SUBJECT, f"{len(shelf.stories)} can be read; the desk cannot save in {folder}")
    return Finding(Verdict.WELL, SUBJECT, f"{len(shelf.stories)} can be read, and the desk can save them")
