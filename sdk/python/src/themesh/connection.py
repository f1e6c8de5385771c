"""The socket and the task that owns it: says hello, carries calls, checks the stream for gaps, comes back and repeats."""

from __future__ import annotations

import asyncio
import json
import random
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from .errors import PASSING, Closed, Refused, Stranger, Unreachable
from .signing import proven

#: A ping after this long, and how long its answer may take before the connection counts as dead.
PING_S = 30.0
CONNECT_S = 10.0
FIRST_WAIT_S = 0.1
LAST_WAIT_S = 10.0
#: Items that nobody took yet. More of them hold the socket up, and the node keeps what follows.
ITEMS_WAITING_MAX = 1024


@dataclass
class Options:
    """How to come in."""

    url: str
    token: str
    #: The node's public key. With it, nothing is shown to whoever does not prove to be that node.
    node: str | None = None
    client: dict[str, str] = field(default_factory=dict)
    session: str | None = None


class Items:
    """The stream: events that this participant may see, each once and in the order of the log."""

    def __init__(self, filter: dict[str, Any]) -> None:
        self.filter = filter
        self.position: int | None = filter.get("after")
        self.id = 0
        self.queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue(ITEMS_WAITING_MAX)
        self.begun: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def __aiter__(self) -> AsyncIterator[dict[str, Any]]:
        while (item := await self.queue.get()) is not None:
            yield item


def socket_address(url: str) -> str:
    parts = urlsplit(url.rstrip("/"))
    return urlunsplit(("wss" if parts.scheme == "https" else "ws", parts.netloc, parts.path + "/ws", "", ""))


class _Gap(Exception):
    """Something between our place and the push never arrived."""


class Connection:
    """One session of one participant, however often the socket breaks."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.welcome: dict[str, Any] = {}
        self._socket: ClientConnection | None = None
        self._next_id = 1
        self._pending: dict[int, tuple[str, asyncio.Future[Any]]] = {}
        self._items: Items | None = None
        self._task: asyncio.Task[None] | None = None
        self._over: Exception | None = None
        #: What passes by and is not kept: typing, presence, live output.
        self.ephemeral: asyncio.Queue[dict[str, Any]] = asyncio.Queue(256)

    async def open(self) -> None:
        """Connects once. Raises if the node cannot be reached, is another one, or refuses."""
        self._task = asyncio.create_task(self._run(await self._connect()))

    async def close(self) -> None:
        """Ends the session's socket. What was not answered is not repeated any more."""
        self._over = self._over or Closed("the client was closed")
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._socket is not None:
            await self._socket.close()
        self._fail(self._over)

    async def call(self, name: str, input: dict[str, Any]) -> Any:
        id, answer = self._take_id(), asyncio.get_running_loop().create_future()
        self._check_open()
        frame = json.dumps({"id": id, "call": name, "input": input}, ensure_ascii=False)
        self._pending[id] = (frame, answer)
        await self._send(frame)
        try:
            return await answer
        finally:
            self._pending.pop(id, None)

    async def subscribe(self, items: Items) -> int:
        """One subscription per connection: a new one takes the former's place. Gives the place where it begins."""
        self._check_open()
        if self._items is not None:
            self._items.queue.put_nowait(None) if not self._items.queue.full() else None
        items.id = self._take_id()
        self._items = items
        await self._send(self._subscription(items))
        return await items.begun

    def _take_id(self) -> int:
        self._next_id += 1
        return self._next_id

    def _check_open(self) -> None:
        if self._over is not None:
            raise self._over

    def _subscription(self, items: Items) -> str:
        body = {key: value for key, value in items.filter.items() if value and key != "after"}
        if items.position is not None:
            body["after"] = items.position
        return json.dumps({"id": items.id, "subscribe": body})

    async def _send(self, frame: str) -> None:
        if self._socket is not None:
            try:
                await self._socket.send(frame)
            except ConnectionClosed:
                pass  # It is sent again after the reconnect.

    async def _connect(self) -> ClientConnection:
        challenge = secrets.token_hex(32)
        meant = self.options.node
        headers = {"mesh-challenge": challenge} if meant else {}
        try:
            socket = await connect(
                socket_address(self.options.url),
                additional_headers=headers,
                open_timeout=CONNECT_S,
                max_size=None,
                ping_interval=PING_S,
                ping_timeout=PING_S,
                proxy=None,
            )
        except (OSError, TimeoutError, InvalidHandshake, InvalidMessage) as why:
            raise Unreachable(f"cannot reach the node at {self.options.url}: {why}") from why
        try:
            if meant:
                proof = socket.response.headers.get("mesh-proof", "") if socket.response else ""
                if proven(challenge, proof) != meant.lower():
                    raise Stranger(
                        f"what listens at {self.options.url} is not the node that is meant; nothing was sent to it"
                    )
            hello: dict[str, Any] = {"token": self.options.token, "client": self.options.client}
            if self.options.session:
                hello["session"] = self.options.session
            await socket.send(json.dumps({"hello": hello}))
            async with asyncio.timeout(CONNECT_S):
                frame = json.loads(await socket.recv())
        except (ConnectionClosed, TimeoutError) as why:
            await socket.close()
            raise Unreachable(f"the node at {self.options.url} did not say hello: {why}") from why
        except Stranger:
            await socket.close()
            raise
        if "problem" in frame:
            await socket.close()
            raise Refused(frame["problem"])
        self.welcome = frame["hello"]
        self.options.session = self.welcome["session"]
        return socket

    async def _run(self, socket: ClientConnection) -> None:
        while True:
            try:
                await self._serve(socket)
            except (ConnectionClosed, _Gap, json.JSONDecodeError):
                pass
            except Refused as refusal:
                return self._end(refusal)
            finally:
                # What is called from here on waits for the next socket, behind what was called before.
                self._socket = None
                await socket.close()
            try:
                socket = await self._reconnect()
            except (Refused, Stranger) as why:
                return self._end(why)

    async def _reconnect(self) -> ClientConnection:
        wait = FIRST_WAIT_S
        while True:
            # Spread, so that the clients of a restarted node do not all come at once.
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))
            try:
                return await self._connect()
            except Unreachable:
                pass
            except Refused as refusal:
                if refusal.code not in PASSING:
                    raise
            wait = min(wait * 2, LAST_WAIT_S)

    async def _serve(self, socket: ClientConnection) -> None:
        """The subscription from where it was, then calls without an answer, then whatever comes."""
        await self._repeat(socket)
        while True:
            await self._take(json.loads(await socket.recv()))

    async def _repeat(self, socket: ClientConnection) -> None:
        """Sends what waits, in the order in which it was called, also what is called meanwhile."""
        items, last = None, 0
        while True:
            waiting = [(id, frame) for id, (frame, _) in self._pending.items() if id > last]
            if self._items is not None and self._items is not items:
                items = self._items
                await socket.send(self._subscription(items))
            elif not waiting:
                break
            for last, frame in waiting:
                await socket.send(frame)
        self._socket = socket

    async def _take(self, frame: dict[str, Any]) -> None:
        if "ephemeral" in frame:
            if not self.ephemeral.full():
                self.ephemeral.put_nowait(frame["ephemeral"])
        elif "push" in frame:
            await self._push(frame.get("prev", 0), frame["push"])
        elif "tail" in frame:
            if self._items is not None:
                self._items.position = max(self._items.position or 0, frame["tail"])
        elif frame.get("id") in self._pending:
            _, answer = self._pending[frame["id"]]
            if not answer.done():
                if "problem" in frame:
                    answer.set_exception(Refused(frame["problem"]))
                else:
                    answer.set_result(frame.get("ok"))
        elif self._items is not None and frame.get("id") == self._items.id:
            self._begin(self._items, frame)
        elif "problem" in frame and frame["problem"].get("code") not in PASSING:
            raise Refused(frame["problem"])

    def _begin(self, items: Items, frame: dict[str, Any]) -> None:
        if "problem" in frame:
            if not items.begun.done():
                items.begun.set_exception(Refused(frame["problem"]))
            self._items = None
            return
        if items.position is None:
            items.position = frame["ok"]["head"]
        if not items.begun.done():
            items.begun.set_result(items.position or 0)

    async def _push(self, prev: int, pushed: list[dict[str, Any]]) -> None:
        items = self._items
        if items is None:
            return
        position = items.position if items.position is not None else prev
        if prev > position:
            raise _Gap
        for item in pushed:
            if item["seq"] > position:
                await items.queue.put(item)
                items.position = position = item["seq"]

    def _end(self, why: Exception) -> None:
        self._over = why
        self._fail(why)

    def _fail(self, why: Exception) -> None:
        for _, answer in list(self._pending.values()):
            if not answer.done():
                answer.set_exception(why)
        if self._items is not None:
            if not self._items.begun.done():
                self._items.begun.set_exception(why)
            while self._items.queue.full():
                self._items.queue.get_nowait()
            self._items.queue.put_nowait(None)
            self._items = None
