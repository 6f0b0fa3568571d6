"""Several processes that begin together, as on a machine where many want the same thing at once."""

import multiprocessing
import os
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.orm import configure_mappers

from app import create_app
from tests.conftest import some_settings

PATIENCE = 100.0
Part = Callable[["Arena", int, Callable[[], object]], list[Any]]


@dataclass(frozen=True)
class Arena:
    """What a process needs to take part."""

    folder: Path
    database_url: str
    case: str

    def site(self) -> Flask:
        """The application; it has not been connected with its database yet."""
        return create_app(some_settings(self.folder, self.database_url))


def contest(part: Part, arena: Arena, processes: int) -> list[Any]:
    """All that `part(arena, number, together)` gives in so many processes; `together()` waits for all the others.

    `part` is a function of a module that a process can import by itself; it runs in the context of an application.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([part.__module__])
    barrier, results = context.Barrier(processes), context.Queue()
    parent = context.Process(target=_run_all, args=(part, arena, processes, barrier, results), daemon=True)
    parent.start()
    found = [results.get(timeout=PATIENCE) for _ in range(processes)]
    parent.join(PATIENCE)
    return [one for some in found for one in some]


def _run_all(part: Part, arena: Arena, processes: int, barrier: Any, results: Any) -> None:
    """Make the application once; each process is a fork that connects by itself, as under a server that preloads."""
    app = arena.site()
    configure_mappers()
    children = []
    for number in range(processes):
        pid = os.fork()
        if pid == 0:
            _run(app, part, arena, number, barrier, results)
        children.append(pid)
    for pid in children:
        os.waitpid(pid, 0)


def _run(app: Flask, part: Part, arena: Arena, number: int, barrier: Any, results: Any) -> None:
    try:
        with app.app_context():
            results.put(part(arena, number, lambda: barrier.wait(PATIENCE)))
        results.close()
        results.join_thread()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)
