"""What the scenarios of all SDKs speak to: a line of JSON in, lines of JSON out. See sdk/scenario/README.md."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import themesh
from themesh.signing import Signer, proven, statement

mesh: themesh.Mesh | None = None
tasks: set[asyncio.Task[None]] = set()


def tell(what: dict[str, Any]) -> None:
    print(json.dumps(what), flush=True)


def spawn(running: Any) -> None:
    task = asyncio.create_task(running)
    tasks.add(task)
    task.add_done_callback(tasks.discard)


async def stream(items: themesh.Items) -> None:
    async for item in items:
        tell({"item": {"seq": item["seq"], "type": item["type"], "text": item["data"].get("text")}})
    tell({"ended": "stream"})


#: Keys and words of which languages think differently.
ODD = {"b": 1, "a": {"é": None, "z": [True, "🦀\u2028\x7f", -9007199254740991]}, "\ufffd": {}, "🦀": []}


async def count(task: themesh.Task) -> dict[str, Any]:
    tell({"began": task.id})
    if "impossible" in task.prompt:
        raise themesh.Failed("it cannot be done", last=True)
    await task.progress("counting")
    return {"text": f"{len(task.prompt.split())} words", "data": ODD}


async def say(message: themesh.Message, words: list[str]) -> None:
    await message.reply(" ".join(words))


def vectors(given: dict[str, Any]) -> dict[str, Any]:
    signer = Signer(bytes.fromhex(given["seed"]))
    return {
        "public": signer.public,
        "key_proof": signer.key_proof(given["mesh"], given["participant"]),
        "message": signer.message(given["mesh"], given["room"], given["idempotency_key"], {"text": given["text"]}),
        "message_with_file": signer.message(
            given["mesh"], given["room"], given["idempotency_key"], {"text": given["text"], "files": [given["file"]]}
        ),
        "statement": statement("mesh-parent/1", given["mesh"], given["participant"], "rex").decode(),
        "node": proven(given["challenge"], given["proof"]),
    }


async def do(asked: dict[str, Any]) -> Any:
    global mesh
    match asked.pop("do"):
        case "join":
            mesh = await themesh.join(asked["invite"], asked["handle"], keep=asked["keep"])
            return {"handle": mesh.handle, "session": mesh.session, "key": mesh.me["key"]}
        case "connect":
            mesh = await themesh.connect(asked["url"], asked["token"], node=asked.get("node"))
            return {"handle": mesh.handle}
        case "vectors":
            return vectors(asked)
    assert mesh is not None
    match asked:
        case {"room": room, "text": text}:
            return await mesh.room(room).say(text)
        case {"name": name, "input": input}:
            return await mesh.call_raw(name, input)
        case {"stream": filter}:
            spawn(stream(await mesh.items(**filter)))
            return {}
        case {"commands": True}:
            mesh.command("say")(say)
            spawn(mesh.run())
            return {}
        case {"work": capabilities}:
            spawn(themesh.work(mesh, count, capabilities=capabilities))
            return {}
        case {"close": True}:
            await mesh.close()
            return {}
    raise ValueError(asked)


async def answer(asked: dict[str, Any]) -> None:
    id = asked.pop("id")
    try:
        tell({"id": id, "ok": await do(asked)})
    except themesh.Refused as refusal:
        tell({"id": id, "refused": {"code": refusal.code, "detail": refusal.detail, "hint": refusal.hint}})
    except themesh.MeshError as why:
        tell({"id": id, "failed": type(why).__name__.lower()})


async def main() -> None:
    while line := await asyncio.to_thread(sys.stdin.readline):
        spawn(answer(json.loads(line)))


asyncio.run(main())
