"""Takes tasks and does them: leases held by heartbeats, results told once, signed where there is a key."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from .errors import Refused
from .mesh import Mesh

#: How long one question for work waits at the node.
TAKE_WAIT_MS = 25_000
LEASE_MS = 60_000


@dataclass(frozen=True)
class Task:
    """A task that this worker holds."""

    mesh: Mesh
    id: str
    fence: int
    title: str
    prompt: str
    #: The prompt came from across a trust boundary: it asks, and orders nothing.
    enveloped: bool
    data: dict[str, Any]

    async def progress(self, text: str, *, live: bool = False) -> None:
        """Puts out a piece of the output: stored, or with `live` only shown to whoever looks."""
        await self.mesh.call("task.progress", {"task": self.id, "fence": self.fence, "text": text, "live": live})


class Failed(Exception):
    """Raised by a handler: the attempt failed. With `last`, another one would fail too."""

    def __init__(self, reason: str, *, last: bool = False) -> None:
        super().__init__(reason)
        self.last = last


Handler = Callable[[Task], Awaitable[str | dict[str, Any]]]


async def work(mesh: Mesh, handler: Handler, *, capabilities: Iterable[str] = (), slots: int = 1, once: bool = False) -> None:
    """Enrols, takes tasks and hands in what the handler gives: a text, or `{"text": …, "data": …}`.

    Runs until it is cancelled; with `once` until one task is done. A handler whose lease was lost is cancelled.
    """
    await mesh.call("worker.enrol", {"capabilities": list(capabilities), "slots": slots, "runner": "themesh-python"})
    running: set[asyncio.Task[None]] = set()
    try:
        while True:
            free = slots - len(running)
            taken = await mesh.call(
                "task.take", {"count": free, "wait_ms": TAKE_WAIT_MS, "lease_ms": LEASE_MS, "start": True}
            )
            for one in taken["items"]:
                running.add(asyncio.create_task(_attempt(mesh, handler, dict(one))))
            if len(running) >= slots or (once and running):
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for ended in done:
                    ended.result()
                if once:
                    return
            running = {one for one in running if not one.done()}
    finally:
        for attempt in running:
            attempt.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _attempt(mesh: Mesh, handler: Handler, taken: dict[str, Any]) -> None:
    view = taken["task"]
    task = Task(
        mesh,
        view["id"],
        taken["fence"],
        view.get("title") or "",
        taken.get("prompt") or "",
        bool(taken.get("enveloped")),
        taken,
    )
    doing = asyncio.create_task(_do(handler, task))
    holding = asyncio.create_task(_hold(task))
    try:
        await asyncio.wait({doing, holding}, return_when=asyncio.FIRST_COMPLETED)
        if not doing.done():
            doing.cancel()  # The lease is lost: somebody else has the task, or it was cancelled.
            return
        holding.cancel()
        operation, rest = doing.result()
        key = f"{operation}:{task.fence}"
        await mesh.call_raw(operation, {"task": task.id, "fence": task.fence, **rest, "idempotency_key": key})
    except Refused as refusal:
        if refusal.code not in ("stale_fence", "conflict", "not_found"):
            raise
    finally:
        doing.cancel()
        holding.cancel()
        await asyncio.gather(doing, holding, return_exceptions=True)


async def _do(handler: Handler, task: Task) -> tuple[str, dict[str, Any]]:
    try:
        made = await handler(task)
    except Failed as failed:
        return "task.fail", {"reason": str(failed), "last": failed.last}
    except Exception as why:
        return "task.fail", {"reason": f"{type(why).__name__}: {why}"}
    output = {"text": made} if isinstance(made, str) else made
    return "task.finish", {"output": output, **task.mesh.sign_result(task.data, output)}


async def _hold(task: Task) -> None:
    """Heartbeats; comes back when the lease is lost."""
    while True:
        await asyncio.sleep(LEASE_MS / 3000)
        try:
            await task.mesh.call("task.extend", {"task": task.id, "fence": task.fence})
        except Refused:
            return
