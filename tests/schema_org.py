"""The terms of schema.org, as the types that schema-dts makes of them: structured data is checked by TypeScript."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

PACKAGES = Path(__file__).parent / "readers" / "node_modules"
COMPILER = PACKAGES / "typescript" / "bin" / "tsc"
TERMS = PACKAGES / "schema-dts" / "dist" / "schema"
OPTIONS = ("--noEmit", "--strict", "--skipLibCheck", "--module", "esnext", "--moduleResolution", "bundler")


def faults_of(graphs: dict[str, dict[str, Any]], folder: Path) -> list[str]:
    """What schema.org does not know, or not like this, in the graphs of pages: each with the page's name."""
    node = shutil.which("node")
    assert node, "node is not installed"
    assert COMPILER.is_file(), "typescript is not installed: bin/set-up test"
    pages = list(graphs)
    lines = [f"import type {{ Graph }} from {json.dumps(str(TERMS))};"]
    lines += [f"export const page{number}: Graph = {json.dumps(graphs[page])};" for number, page in enumerate(pages)]
    file = folder / "pages.ts"
    file.write_text("\n".join(lines), "utf-8")
    done = subprocess.run(
        [node, str(COMPILER), *OPTIONS, file.name], cwd=folder, capture_output=True, check=False, timeout=90, text=True
    )
    told = re.findall(r"^pages\.ts\((\d+),\d+\): error (.*)$", done.stdout, re.MULTILINE)
    assert done.returncode == 0 or told, done.stdout + done.stderr
    return [f"{pages[int(line) - 2]}: {words}" for line, words in told]
