"""An agent made with the official A2A server for Python, whose tasks come from a worker of the mesh.

Usage: a2a_agent.py MESH HOME. MESH is the program, HOME the folder of a node that runs. Starts the agent and `mesh work` beside
it, gives tasks by the command line, and looks at what comes back.
"""

import asyncio
import json
import os
import socket
import sys

import uvicorn
from a2a.helpers import new_data_part, new_task_from_user_message, new_text_part
from a2a.server.agent_execution import AgentExecutor
from a2a.server.request_handlers import DefaultRequestHandler
from a2a.server.routes import create_agent_card_routes, create_jsonrpc_routes
from a2a.server.tasks import InMemoryTaskStore, TaskUpdater
from a2a.types import AgentCapabilities, AgentCard, AgentInterface, AgentSkill
from starlette.applications import Starlette

TOKEN = "token-of-the-agent"


class Agent(AgentExecutor):
    """Does what the words of its task say."""

    def __init__(self):
        self.cancelled = asyncio.Event()

    async def execute(self, context, event_queue):
        words = context.get_user_input()
        task = context.current_task
        if task is None:
            task = new_task_from_user_message(context.message)
            await event_queue.enqueue_event(task)
        updater = TaskUpdater(event_queue, task.id, task.context_id)
        say = updater.new_agent_message
        if words in ("approve", "reject"):
            await updater.add_artifact([new_text_part(f"heard: {words}")])
            await updater.complete()
            return
        await updater.start_work(say([new_text_part("on it")]))
        if "may you" in words:
            await updater.requires_input(say([new_text_part("May I?")]))
        elif "fail" in words:
            await updater.failed(say([new_text_part("it cannot be done")]))
        elif "refuse" in words:
            await updater.reject(say([new_text_part("not this")]))
        elif "stand still" in words:
            await self.cancelled.wait()
        else:
            await updater.add_artifact([new_text_part("one ")], artifact_id="a")
            await updater.add_artifact([new_text_part("two")], artifact_id="a", append=True, last_chunk=True)
            await updater.add_artifact([new_data_part({"words": len(words.split())})], artifact_id="b")
            await updater.complete()

    async def cancel(self, context, event_queue):
        self.cancelled.set()
        await TaskUpdater(event_queue, context.task_id, context.context_id).cancel()


def with_token(app):
    """Nobody is answered without the token."""

    async def asked(scope, receive, send):
        shown = dict(scope.get("headers", [])).get(b"authorization") if scope["type"] == "http" else True
        if shown is True or shown == f"Bearer {TOKEN}".encode():
            return await app(scope, receive, send)
        await send({"type": "http.response.start", "status": 401, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return asked


def served(agent, streaming, port):
    card = AgentCard(
        name="Counter",
        description="Counts words.",
        version="1",
        supported_interfaces=[
            AgentInterface(url=f"http://127.0.0.1:{port}/rpc", protocol_binding="JSONRPC", protocol_version="1.0")
        ],
        capabilities=AgentCapabilities(streaming=streaming),
        default_input_modes=["text/plain"],
        default_output_modes=["text/plain"],
        skills=[AgentSkill(id="count", name="Count", description="Counts words", tags=["count"])],
    )
    handler = DefaultRequestHandler(agent, InMemoryTaskStore(), card)
    routes = create_agent_card_routes(card) + create_jsonrpc_routes(handler, "/rpc")
    return with_token(Starlette(routes=routes))


class Journeys:
    """Each is run with an agent that streams and with one that does not."""

    def __init__(self, mesh, home, handle, agent):
        self.mesh, self.home, self.handle, self.agent = mesh, home, handle, agent

    async def _json(self, *args):
        command = [self.mesh, "--home", self.home, "--json", *args]
        program = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        out, _ = await program.communicate()
        return json.loads(out.splitlines()[-1]) if program.returncode == 0 else None

    async def _task(self, words):
        made = await self._json("task", "add", "--room", "general", "--to", self.handle, words)
        return made["tasks"][0]["id"]

    async def _after(self, line, event):
        while True:
            said = json.loads(await line())
            if said["event"] == event:
                return said

    async def a_task_is_done(self, line):
        task = await self._task("three small words")
        ended = await self._after(line, "ended")
        assert ended["how"] == "done", ended
        result = (await self._json("call", "task.get", json.dumps({"task": task})))["result"]["output"]
        assert result["text"] == "one two" and result["data"]["words"] == 3, result

    async def a_question_is_answered_here(self, line):
        for verb, heard in (("approve", "heard: approve"), ("reject", "heard: reject")):
            task = await self._task("may you")
            await self._after(line, "taken")
            while not (await self._json("approvals"))["items"]:
                await self._after(line, "note")
            await self._json(verb, "last")
            await self._after(line, "ended")
            result = (await self._json("call", "task.get", json.dumps({"task": task})))["result"]["output"]
            assert result["text"] == heard, result

    async def what_it_refuses_fails_with_its_words(self, line):
        for words, reason in (("please refuse", "not this"), ("please fail", "it cannot be done")):
            task = await self._task(words)
            ended = await self._after(line, "ended")
            assert ended["how"] == "failed", ended
            found = await self._json("call", "task.get", json.dumps({"task": task}))
            assert reason in json.dumps(found), found
            await self._json("task", "cancel", task)

    async def what_is_cancelled_here_is_cancelled_there(self, line):
        self.agent.cancelled.clear()
        task = await self._task("stand still")
        await self._after(line, "taken")
        # It is on it once the agent has said so.
        await self._after(line, "note")
        await self._json("task", "cancel", task)
        await asyncio.wait_for(self.agent.cancelled.wait(), 30)
        await self._after(line, "ended")


async def journeys(mesh, home, streaming, run):
    agent = Agent()
    sock = socket.create_server(("127.0.0.1", 0))
    port = sock.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(served(agent, streaming, port), log_level="error", timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve(sockets=[sock]))
    handle = "counter" if streaming else "slow-counter"
    worker = await asyncio.create_subprocess_exec(
        mesh, "--home", home, "--json", "work", "--as", handle, "--yes", "--join", "general",
        "--sandbox", "off", "--runner", "a2a", "--api", f"http://127.0.0.1:{port}",
        stdout=asyncio.subprocess.PIPE, stdin=asyncio.subprocess.DEVNULL, env={**os.environ, "MESH_A2A_TOKEN": TOKEN},
    )  # fmt: skip
    try:
        # It says in its first line that it takes tasks.
        await worker.stdout.readline()
        suite = Journeys(mesh, home, handle, agent)
        for name in [name for name in vars(Journeys) if not name.startswith("_")]:
            kind = "streams" if streaming else "does not stream"
            await run(f"{name} (an agent that {kind})", getattr(suite, name)(worker.stdout.readline))
    finally:
        worker.terminate()
        await worker.wait()
        server.should_exit = True
        await serving


async def main():
    mesh, home = sys.argv[1:]
    passed, failed = 0, 0

    async def run(name, journey):
        nonlocal passed, failed
        try:
            await asyncio.wait_for(journey, 120)
            passed += 1
            print(f"ok: {name}")
        except Exception as why:  # noqa: BLE001: each journey tells what became of it
            failed += 1
            print(f"failed: {name}: {type(why).__name__}: {why}")

    for streaming in (True, False):
        await journeys(mesh, home, streaming, run)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


asyncio.run(main())
