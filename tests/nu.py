"""The checker of the Nu HTML project, which reads pages as the HTML standard asks (a Java program, from npm)."""

import json
import shutil
import subprocess
from pathlib import Path

JAR = Path(__file__).parent / "readers" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
# The moral is a section that is all heading.
KNOWN = ("Section lacks heading.",)


def faults_of(folder: Path) -> list[str]:
    """What it finds in the files of that folder, warnings too, each with its page."""
    java = shutil.which("java")
    assert java, "java is not installed"
    assert JAR.is_file(), "vnu-jar is not installed: bin/set-up test"
    command = [java, "-Xss4m", "-jar", str(JAR), "--format", "json", "--exit-zero-always", *map(str, folder.iterdir())]
    told = subprocess.run(command, capture_output=True, check=True, timeout=90, text=True)
    return [
        f"{Path(one.get('url', '')).name}:{one.get('lastLine', 0)}: {one['message']}"
        for one in json.loads(told.stderr)["messages"]
        if not one["message"].startswith(KNOWN)
    ]
