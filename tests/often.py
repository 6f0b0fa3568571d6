"""How often something is tried: a few times in the suite, and so often that chance counts in `make races`."""

import os


def tries(suite: int, races: int) -> int:
    """The number for this run."""
    return races if "RACES" in os.environ else suite
