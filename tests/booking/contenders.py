"""Several processes that begin together, as on a machine where many want the same thing at once."""

import multiprocessing
from collections.abc import Callable
from typing import Any

PATIENCE = 100.0


def contest(part: Callable[[Any, int, Callable[[], object]], list[Any]], arena: Any, processes: int) -> list[Any]:
    """All that `part(arena, number, together)` gives in so many processes; `together()` waits for all the others.

    `part` is a function of a module that each process can import by itself.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([part.__module__])
    barrier, results = context.Barrier(processes), context.Queue()
    runners = [
        context.Process(target=_run, args=(part, arena, number, barrier, results), daemon=True)
        for number in range(processes)
    ]
    for runner in runners:
        runner.start()
    found = [results.get(timeout=PATIENCE) for _ in runners]
    for runner in runners:
        runner.join(PATIENCE)
    return [one for some in found for one in some]


def _run(part: Callable[..., list[Any]], arena: Any, number: int, barrier: Any, results: Any) -> None:
    results.put(part(arena, number, lambda: barrier.wait(PATIENCE)))
