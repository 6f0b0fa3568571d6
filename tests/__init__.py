"""Tests. What is here comes before everything else that a run loads, in each of its processes."""

import gc
import os
import sys

# Hundreds of processes load the same modules; none of them compiles what another one has compiled already.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Nothing that is loaded goes away again; tests/conftest.py switches it on when all is there.
gc.disable()
