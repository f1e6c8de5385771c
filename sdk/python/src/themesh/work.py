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
#: The most results that one call takes.
RESULTS_MAX = 64


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
    running: set[asyncio.Task[_End | None]] = set()
    # At most one question waits at the node; a slot that comes free meanwhile asks behind its result.
    asking: asyncio.Task[Any] | None = None
    try:
        while True:
            if asking is None and len(running) < slots and not (once and running):
                ask = {**_ask(slots - len(running)), "wait_ms": TAKE_WAIT_MS}
                asking = asyncio.create_task(mesh.call_raw("task.take", ask))
            waits = running | ({asking} if asking else set())
            done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            taken: list[Any] = []
            if asking in done:
                done.discard(asking)
                taken += asking.result()["items"]
                asking = None
            running -= done
            ends = [end for one in done if (end := one.result())]
            for at in range(0, len(ends), RESULTS_MAX):
                taken += await _hand_in(mesh, ends[at : at + RESULTS_MAX], take=not once)
            if once and done:
                return
            running |= {asyncio.create_task(_attempt(mesh, handler, dict(one))) for one in taken}
    finally:
        left = running | ({asking} if asking else set())
        for attempt in left:
            attempt.cancel()
        await asyncio.gather(*left, return_exceptions=True)


def _ask(count: int) -> dict[str, Any]:
    return {"count": min(count, RESULTS_MAX), "lease_ms": LEASE_MS, "start": True}


@dataclass(frozen=True)
class _End:
    """What came of an attempt: its result, or why it failed."""

    name: dict[str, Any]
    made: bool
    said: dict[str, Any]


async def _hand_in(mesh: Mesh, ends: list[_End], *, take: bool) -> list[Any]:
    """Hands in what has ended in one call, and brings as many tasks as there were results."""
    for end in ends:
        if not end.made:
            key = f"task.fail:{end.name['fence']}"
            try:
                await mesh.call_raw("task.fail", {**end.name, **end.said, "idempotency_key": key})
            except Refused as refusal:
                _unless_over(refusal)
    results = [{**end.name, **end.said} for end in ends if end.made]
    if not results:
        return []
    asks = {"take": _ask(len(results))} if take else {}
    told = await mesh.call_raw("task.finish_many", {"results": results, **asks})
    for answer in told["results"]:
        if "problem" in answer:
            _unless_over(Refused(answer["problem"]))
    taken = told.get("taken") or {"ok": {"items": []}}
    if "problem" in taken:
        raise Refused(taken["problem"])
    return list(taken["ok"]["items"])


def _unless_over(refusal: Refused) -> None:
    """Somebody else has the task by now, or it is over: nobody waits for this result."""
    if refusal.code not in ("stale_fence", "conflict", "not_found"):
        raise refusal


async def _attempt(mesh: Mesh, handler: Handler, taken: dict[str, Any]) -> _End | None:
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
            return None  # The lease is lost: somebody else has the task, or it was cancelled.
        made, said = doing.result()
        return _End({"task": task.id, "fence": task.fence}, made, said)
    finally:
        doing.cancel()
        holding.cancel()
        await asyncio.gather(doing, holding, return_exceptions=True)


async def _do(handler: Handler, task: Task) -> tuple[bool, dict[str, Any]]:
    try:
        made = await handler(task)
    except Failed as failed:
        return False, {"reason": str(failed), "last": failed.last}
    except Exception as why:
        return False, {"reason": f"{type(why).__name__}: {why}"}
    output = {"text": made} if isinstance(made, str) else made
    return True, {"output": output, **task.mesh.sign_result(task.data, output)}


async def _hold(task: Task) -> None:
    """Heartbeats; comes back when the lease is lost."""
    while True:
        await asyncio.sleep(LEASE_MS / 3000)
        try:
            await task.mesh.call("task.extend", {"task": task.id, "fence": task.fence})
        except Refused:
            return
