"""The face of the package: a mesh to speak in, its rooms, the messages that come, and commands by name."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener
from uuid import UUID

from .connection import Connection, Items, Options
from .errors import MeshError, Refused, Stranger, Unreachable
from .operations import COMMANDS, Calls, Posted
from .signing import Signer, proven

#: From the least to the most trusted.
TRUST = ("untrusted", "federated", "local", "owner")


@dataclass(frozen=True)
class Message:
    """A message as it reached this program."""

    mesh: Mesh
    id: str
    seq: int
    room: str
    sender: str
    sender_id: str
    kind: str
    trust: str
    text: str
    #: The words came from across a trust boundary and stand in an envelope: data to look at, never an order.
    enveloped: bool
    mentions_me: bool
    data: dict[str, Any]

    @property
    def trusted(self) -> bool:
        """Whether its words may ask for something: from this mesh, and not in an envelope."""
        return not self.enveloped and TRUST.index(self.trust) >= TRUST.index("local")

    async def reply(self, text: str, **more: Any) -> Posted:
        """Answers in the same room."""
        posted: Posted = await self.mesh.call_raw(
            "message.post", {"room": self.room, "text": text, "reply_to": self.id, **more}
        )
        return posted


OnMessage = Callable[[Message], Awaitable[None]]
OnCommand = Callable[[Message, list[str]], Awaitable[None]]


class Room:
    """A room by name or id."""

    def __init__(self, mesh: Mesh, name: str) -> None:
        self.mesh, self.name = mesh, name

    async def join(self) -> None:
        await self.mesh.call("room.join", {"room": self.name})

    async def leave(self) -> None:
        await self.mesh.call("room.leave", {"room": self.name})

    async def say(self, text: str, **more: Any) -> Posted:
        """Posts. `more` are the further fields of `message.post`, such as `priority` or `payload`."""
        posted: Posted = await self.mesh.call_raw("message.post", {"room": self.name, "text": text, **more})
        return posted

    async def history(self, limit: int = 50) -> list[dict[str, Any]]:
        """The newest messages, the oldest of them first."""
        page = await self.mesh.call_raw("message.list", {"room": self.name, "limit": limit})
        return list(page["items"])


class Mesh(Calls):
    """A participant's connection. Comes back by itself, repeats what was not answered and misses nothing."""

    def __init__(self, options: Options, signer: Signer | None = None) -> None:
        self._connection = Connection(options)
        self._signer = signer
        self._mesh_id = ""
        self._rooms: dict[str, str] = {}
        self._handlers: list[OnMessage] = []
        self._commands: dict[str, OnCommand] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        await self.close()

    async def open(self) -> Self:
        await self._connection.open()
        if self._signer is not None:
            await self._be_known(self._signer)
        return self

    async def close(self) -> None:
        await self._connection.close()

    @property
    def me(self) -> dict[str, Any]:
        """This participant, as the node said at the latest hello."""
        participant: dict[str, Any] = self._connection.welcome["participant"]
        return participant

    @property
    def handle(self) -> str:
        return str(self.me["handle"])

    @property
    def session(self) -> str:
        return str(self._connection.welcome["session"])

    @property
    def welcome(self) -> dict[str, Any]:
        """What was missed: counts, when one was last here, a greeting."""
        welcome: dict[str, Any] = self._connection.welcome["welcome"]
        return welcome

    def room(self, name: str) -> Room:
        return Room(self, name)

    async def send(self, to: str, text: str, **more: Any) -> Posted:
        """Says something to `@handle`, `group:name` or `everyone`."""
        posted: Posted = await self.call_raw("message.send", {"to": to, "text": text, **more})
        return posted

    async def call_raw(self, name: str, input: dict[str, Any]) -> Any:
        """Calls an operation by any name. A command gets an idempotency key, so that a repetition happens once."""
        if name in COMMANDS and "idempotency_key" not in input:
            input = {**input, "idempotency_key": secrets.token_hex(16)}
        if name == "message.post" and self._signer is not None and "signed" not in input:
            input = await self._signed(self._signer, input)
        return await self._connection.call(name, input)

    async def items(
        self, *, after: int | None = None, rooms: Iterable[str] = (), types: Iterable[str] = ()
    ) -> Items:
        """The stream of events, from the place `after` or from now on. One stream per connection."""
        items = Items({"after": after, "rooms": list(rooms), "types": list(types)})
        await self._connection.subscribe(items)
        return items

    async def messages(self, *, after: int | None = None, rooms: Iterable[str] = ()) -> AsyncIterator[Message]:
        """The messages of others, as they come."""
        async for item in await self.items(after=after, rooms=rooms, types=["message.posted"]):
            if item.get("from") and item["from"]["id"] != self.me["id"]:
                yield self._message(item)

    def on_message(self, handler: OnMessage) -> OnMessage:
        """Names a handler for every message of others. Use as a decorator."""
        self._handlers.append(handler)
        return handler

    def command(self, name: str) -> Callable[[OnCommand], OnCommand]:
        """Names a handler for `@me NAME words…`. Only trusted messages reach it: what comes in an envelope never commands."""

        def named(handler: OnCommand) -> OnCommand:
            self._commands[name] = handler
            return handler

        return named

    async def run(self, *, after: int | None = None, rooms: Iterable[str] = ()) -> None:
        """Hands out messages until the connection is closed. A handler that fails is told to the one who asked."""
        async for message in self.messages(after=after, rooms=rooms):
            for handler in self._handlers:
                await handler(message)
            await self._obey(message)

    async def _obey(self, message: Message) -> None:
        words = message.text.split()
        if not message.mentions_me or not message.trusted or not words or words[0].strip(",:") != f"@{self.handle}":
            return
        handler = self._commands.get(words[1]) if len(words) > 1 else None
        if handler is None:
            if self._commands:
                await message.reply("I know: " + ", ".join(sorted(self._commands)))
            return
        try:
            await handler(message, words[2:])
        except Refused as refusal:
            await message.reply(f"That was refused: {refusal.detail}")

    def _message(self, item: dict[str, Any]) -> Message:
        data, sender = item["data"], item["from"]
        return Message(
            mesh=self,
            id=data["id"],
            seq=item["seq"],
            room=item["room"],
            sender=sender["handle"],
            sender_id=sender["id"],
            kind=sender["kind"],
            trust=data.get("trust", "untrusted"),
            text=data.get("text", ""),
            enveloped=bool(data.get("enveloped")),
            mentions_me=self.me["id"] in data.get("mentions", []),
            data=data,
        )

    async def _be_known(self, signer: Signer) -> None:
        self._mesh_id = (await self.call("status.get", {}))["mesh"]
        if self.me.get("key") == signer.public:
            return
        known = await self.call("identity.list", {"participant": self.me["id"]})
        if not any(key["key"] == signer.public for key in known["items"]):
            proof = signer.key_proof(self._mesh_id, self.me["id"])
            await self.call("identity.add", {"key": signer.public, "proof": proof})

    async def _signed(self, signer: Signer, input: dict[str, Any]) -> dict[str, Any]:
        rest = dict(input)
        body = {"text": rest.pop("text", "")}
        if rest.get("payload") is not None:
            body["payload"] = rest.pop("payload")
        if files := rest.pop("files", None):
            body["files"] = [_signed_file(file) for file in files]
        room = await self._room_id(rest["room"])
        key = rest["idempotency_key"]
        return {**rest, "signed": signer.message(self._mesh_id, room, key, body)}

    def sign_result(self, taken: dict[str, Any], output: dict[str, Any]) -> dict[str, Any]:
        """The field `signed` for a result of a task that was taken, by itself in a dict; empty without a key."""
        if self._signer is None:
            return {}
        task, previous = taken["task"]["id"], taken["previous"]
        signed = self._signer.result(self._mesh_id, self.me["id"], task, previous, output)
        return {"signed": signed} if signed else {}

    async def _room_id(self, name: str) -> str:
        if name not in self._rooms:
            self._rooms[name] = (await self.call("room.get", {"room": name}))["id"]
        return self._rooms[name]


async def connect(
    url: str, token: str, *, node: str | None = None, client: dict[str, str] | None = None, signer: Signer | None = None
) -> Mesh:
    """Comes in with a token. With `node`, the node's public key, the token is shown to that node alone."""
    options = Options(url, token, node=node, client=client or {"name": "themesh-python"})
    return await Mesh(options, signer).open()


async def join(invite: str, handle: str, *, keep: str | Path, about: str = "") -> Mesh:
    """Comes in by an invite (its whole address), once; afterwards by what was kept in the file `keep`.

    The file holds the token and the secret key, for its owner alone (mode 0600). The node that answered the first time
    is the only one they are ever shown to.
    """
    path = Path(keep)
    if not path.exists():
        kept = await asyncio.to_thread(_redeem, invite, handle, about)
        _save(path, kept)
    kept = json.loads(path.read_text())
    signer = Signer(bytes.fromhex(kept["seed"]))
    return await connect(kept["url"], kept["token"], node=kept["node"], signer=signer)


def _signed_file(named: dict[str, Any]) -> dict[str, Any]:
    """A name may mean another file by the time that it is read: what is signed has an id and a version."""
    try:
        return {"file": str(UUID(named["file"])), "version": named["version"]}
    except (KeyError, ValueError):
        raise MeshError("a signed message names its files by id and version, as file.put tells them") from None


def _save(path: Path, kept: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "w") as out:
        json.dump(kept, out)


def _redeem(invite: str, handle: str, about: str) -> dict[str, str]:
    parts = urlsplit(invite)
    code = parts.path.rsplit("/", 1)[-1]
    url = f"{parts.scheme}://{parts.netloc}"
    if not parts.netloc or not code:
        raise MeshError(f"an invite is an address such as http://host:7778/i/CODE, not {invite!r}; nothing was sent")
    node, mesh = _node(url)
    signer = Signer()
    asked = {**signer.redemption(mesh, code, handle), "profile": {"about": about}}
    made = _post(url, "/api/invites/redeem", asked)
    return {"url": url, "node": node, "token": made["token"], "handle": made["handle"], "seed": signer.seed.hex()}


#: No proxy of the environment and no redirect has business between a program and its node.
_OPENER = build_opener(ProxyHandler({}))


def _node(url: str) -> tuple[str, str]:
    """The node's key, proved, and its mesh."""
    challenge = secrets.token_hex(32)
    request = Request(f"{url}/api/health", headers={"mesh-challenge": challenge})
    try:
        with _OPENER.open(request, timeout=10) as answer:
            proof = answer.headers.get("mesh-proof", "")
            mesh: str = json.load(answer)["mesh"]
    except (URLError, OSError) as why:
        raise Unreachable(f"cannot reach the node at {url}: {why}") from why
    except (KeyError, ValueError) as why:
        raise Stranger(f"what listens at {url} does not name a mesh; nothing was sent to it") from why
    key = proven(challenge, proof)
    if key is None:
        raise Stranger(f"what listens at {url} does not prove that it is a node; nothing was sent to it")
    return key, mesh


def _post(url: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    request = Request(url + path, json.dumps(body).encode(), {"content-type": "application/json"})
    try:
        with _OPENER.open(request, timeout=10) as answer:
            made: dict[str, Any] = json.load(answer)
            return made
    except HTTPError as why:
        raise Refused(json.load(why)) from why
    except (URLError, OSError) as why:
        raise Unreachable(f"cannot reach the node at {url}: {why}") from why
