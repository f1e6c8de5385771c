"""Plays the scenarios against the contracts of the SDKs. Prints a line a scenario and how many passed."""

from __future__ import annotations

import json
import os
import queue
import shlex
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
#: Longer than anything here takes; what is awaited is always an event.
PATIENCE_S = 30.0


class Node:
    """A real node with a home and a port of its own."""

    def __init__(self, binary: str, home: Path) -> None:
        self.binary, self.home = binary, home
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.listen = f"127.0.0.1:{free.getsockname()[1]}"
        self.url = f"http://{self.listen}"
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [self.binary, "--home", str(self.home), "up", "--listen", self.listen],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if "Ctrl-C" in line:
                return
        raise AssertionError("the node did not start")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def owner(self, name: str, **input: Any) -> Any:
        """Calls an operation as the owner."""
        asked = [self.binary, "--home", str(self.home), "call", name, json.dumps(input)]
        done = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def invite(self, **more: Any) -> str:
        return self.url + self.owner("invite.create", room="general", **more)["path"]

    def allow_work(self, handle: str) -> None:
        capabilities = ["speak", "listen", "execute"]
        self.owner("member.capabilities", room="general", participant=handle, capabilities=capabilities)


class Contract:
    """One SDK's program."""

    def __init__(self, command: list[str]) -> None:
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.lines: queue.Queue[dict[str, Any]] = queue.Queue()
        self.kept: list[dict[str, Any]] = []
        self.next = 0
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(json.loads(line))

    def ask(self, **asked: Any) -> int:
        assert self.process.stdin is not None
        self.next += 1
        self.process.stdin.write(json.dumps({"id": self.next, **asked}) + "\n")
        self.process.stdin.flush()
        return self.next

    def wait(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first line that is wanted, among those that nobody took yet."""
        for at, line in enumerate(self.kept):
            if wanted(line):
                return self.kept.pop(at)
        while True:
            line = self.lines.get(timeout=PATIENCE_S)
            if wanted(line):
                return line
            self.kept.append(line)

    def answer(self, id: int) -> dict[str, Any]:
        return self.wait(lambda line: line.get("id") == id)

    def do(self, **asked: Any) -> Any:
        answer = self.answer(self.ask(**asked))
        assert "ok" in answer, answer
        return answer["ok"]

    def item(self) -> dict[str, Any]:
        return dict(self.wait(lambda line: "item" in line)["item"])

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=PATIENCE_S)


def comes_in_by_an_invite_and_is_kept(node: Node, sdk: Contract, folder: Path) -> None:
    keep = folder / "kept.json"
    came = sdk.do(do="join", invite=node.invite(), handle="pat", keep=str(keep))
    assert came["handle"] == "pat", came
    assert stat.S_IMODE(keep.stat().st_mode) == 0o600
    sdk.do(do="say", room="general", text="hello, I am pat")
    # The invite is used up: what is kept is enough.
    again = sdk.do(do="join", invite="http://127.0.0.1:1/i/none", handle="pat", keep=str(keep))
    assert again["handle"] == "pat" and again["key"] == came["key"], again
    said = node.owner("message.list", room="general")["items"][-1]
    assert said["text"] == "hello, I am pat" and said["signed"]["key"] == came["key"], said


def misses_nothing_while_the_node_dies(node: Node, sdk: Contract, folder: Path) -> None:
    came(node, sdk, folder)
    sdk.do(do="stream", stream={"rooms": ["general"], "types": ["message.posted"]})
    for number in range(5):
        node.owner("message.post", room="general", text=f"before {number}")
    assert [sdk.item()["text"] for _ in range(5)] == [f"before {number}" for number in range(5)]
    node.kill()
    # Asked while nobody is there: answered when somebody is, and done once.
    waiting = sdk.ask(do="say", room="general", text="said into the dark")
    node.start()
    assert "ok" in sdk.answer(waiting)
    for number in range(5):
        node.owner("message.post", room="general", text=f"after {number}")
    seen = [sdk.item() for _ in range(6)]
    assert [item["text"] for item in seen] == ["said into the dark", *(f"after {number}" for number in range(5))], seen
    places = [item["seq"] for item in seen]
    assert places == sorted(set(places)), places
    texts = [message["text"] for message in node.owner("message.list", room="general", limit=100)["items"]]
    assert texts.count("said into the dark") == 1, texts


def begins_at_a_place_in_the_log(node: Node, sdk: Contract, folder: Path) -> None:
    came(node, sdk, folder)
    first = node.owner("message.post", room="general", text="one")["seq"]
    node.owner("message.post", room="general", text="two")
    sdk.do(do="stream", stream={"after": first - 1, "types": ["message.posted"]})
    assert [sdk.item()["text"] for _ in range(2)] == ["one", "two"]


def obeys_the_mesh_and_no_stranger(node: Node, sdk: Contract, folder: Path) -> None:
    came(node, sdk, folder)
    guest = Contract(COMMAND)
    guest.do(do="join", invite=node.invite(guest=True), handle="stranger", keep=str(folder / "guest.json"))
    sdk.do(do="commands", commands=True)
    guest.do(do="say", room="general", text="@pat say I was told to by a stranger")
    node.owner("message.post", room="general", text="@pat say I was told to by the owner")
    guest.do(do="stream", stream={"after": 0, "types": ["message.posted"]})
    while (text := guest.item()["text"] or "") != "I was told to by the owner":
        assert text != "I was told to by a stranger", "a stranger's command was obeyed"
    texts = [message["text"] for message in node.owner("message.list", room="general", limit=100)["items"]]
    assert not any(text == "I was told to by a stranger" for text in texts), texts
    guest.end()


def works_and_fails_honestly(node: Node, sdk: Contract, folder: Path) -> None:
    key = came(node, sdk, folder)["key"]
    node.allow_work("pat")
    sdk.do(do="work", work=["count"])
    done = task(node, "one two three")
    assert sdk.wait(lambda line: "began" in line)["began"] == done
    made = ended(node, done)["result"]["output"]
    assert made["text"] == "3 words" and made["data"]["a"]["z"] == [True, "🦀\u2028\x7f", 1 - 2**53], made
    proof = node.owner("task.provenance", task=done)
    assert proof["holds"] and [result["key"] for result in proof["results"]] == [key], proof
    pieces = node.owner("task.output", task=done)["items"]
    assert any(piece.get("output", {}).get("text") == "counting" or piece.get("text") == "counting" for piece in pieces), pieces
    failing = task(node, "impossible")
    assert sdk.wait(lambda line: "began" in line)["began"] == failing
    assert ended(node, failing)["state"] == "failed"


def does_many_tasks_once_while_the_node_dies(node: Node, sdk: Contract, folder: Path) -> None:
    came(node, sdk, folder)
    node.allow_work("pat")
    spec = {"prompt": "one two", "capability": "count", "attempts": 3}
    tasks = [{**spec, "title": f"number {number}"} for number in range(12)]
    made = [str(one["id"]) for one in node.owner("task.create", room="general", tasks=tasks)["tasks"]]
    sdk.do(do="work", work=["count"])
    began = [sdk.wait(lambda line: "began" in line)["began"] for _ in range(4)]
    node.kill()
    node.start()
    began += [sdk.wait(lambda line: "began" in line)["began"] for _ in range(8)]
    assert sorted(began) == sorted(made), "a task was begun twice"
    assert [ended(node, one)["state"] for one in made] == ["done"] * 12


def says_why_it_was_refused(node: Node, sdk: Contract, folder: Path) -> None:
    came(node, sdk, folder)
    answer = sdk.answer(sdk.ask(do="call", name="room.get", input={"room": "nowhere"}))
    assert answer["refused"]["code"] == "not_found" and answer["refused"]["hint"], answer
    answer = sdk.answer(sdk.ask(do="call", name="no.such", input={}))
    assert answer["refused"]["code"] == "unknown_operation", answer


def shows_its_token_to_no_stranger(node: Node, sdk: Contract, folder: Path) -> None:
    token = (node.home / "owner.token").read_text().strip()
    key = json.loads((node.home / "node.json").read_text())["node_key"]
    other = Node(node.binary, folder / "other")
    try:
        for url in (other.url, silent := listener()):
            answer = sdk.answer(sdk.ask(do="connect", url=url, token=token, node=key))
            assert answer.get("failed") in ("stranger", "unreachable"), answer
        assert silent and all(token not in heard for heard in HEARD), "the token was shown to a stranger"
        assert sdk.do(do="connect", url=node.url, token=token, node=key)["handle"] == "owner"
    finally:
        other.kill()


def a_revoked_token_is_told(node: Node, sdk: Contract, folder: Path) -> None:
    came(node, sdk, folder)
    sdk.do(do="stream", stream={})
    node.owner("participant.disable", participant="pat")
    assert sdk.wait(lambda line: "ended" in line)["ended"] == "stream"
    answer = sdk.answer(sdk.ask(do="call", name="room.list", input={}))
    assert "refused" in answer or answer.get("failed") == "closed", answer


def computes_the_vectors_of_the_protocol(node: Node, sdk: Contract, folder: Path) -> None:
    vectors = json.loads((HERE / "vectors.json").read_text())
    assert sdk.do(do="vectors", **vectors["given"]) == vectors["wanted"]


SCENARIOS = [
    comes_in_by_an_invite_and_is_kept,
    misses_nothing_while_the_node_dies,
    begins_at_a_place_in_the_log,
    obeys_the_mesh_and_no_stranger,
    works_and_fails_honestly,
    does_many_tasks_once_while_the_node_dies,
    says_why_it_was_refused,
    shows_its_token_to_no_stranger,
    a_revoked_token_is_told,
    computes_the_vectors_of_the_protocol,
]
COMMAND: list[str] = []
HEARD: list[str] = []


def came(node: Node, sdk: Contract, folder: Path) -> dict[str, Any]:
    return dict(sdk.do(do="join", invite=node.invite(), handle="pat", keep=str(folder / "kept.json")))


def task(node: Node, prompt: str) -> str:
    spec = {"title": prompt, "prompt": prompt, "capability": "count", "attempts": 1, "escalate": False}
    return str(node.owner("task.create", room="general", tasks=[spec])["tasks"][0]["id"])


def ended(node: Node, id: str) -> dict[str, Any]:
    """The task once it ended: the command line follows its stream to the end."""
    follow = [node.binary, "--home", str(node.home), "task", "follow", id]
    subprocess.run(follow, capture_output=True, check=False, timeout=PATIENCE_S)
    return dict(node.owner("task.get", task=id))


def listener() -> str:
    """Whoever connects is heard and never answered."""
    server = socket.create_server(("127.0.0.1", 0))

    def hear() -> None:
        while True:
            heard, _ = server.accept()
            HEARD.append(heard.recv(65536).decode(errors="replace"))
            heard.close()

    threading.Thread(target=hear, daemon=True).start()
    return f"http://127.0.0.1:{server.getsockname()[1]}"


def play(binary: str, scenario: Callable[[Node, Contract, Path], None]) -> bool:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        node = Node(binary, folder / "home")
        sdk = Contract(COMMAND)
        try:
            scenario(node, sdk, folder)
            sdk.end()
            return True
        except Exception as why:  # noqa: BLE001: every scenario is reported
            print(f"    {type(why).__name__}: {why}")
            return False
        finally:
            sdk.process.kill()
            node.kill()


def main() -> int:
    global COMMAND
    binary = os.path.abspath(sys.argv[1])
    passed = failed = 0
    for named in sys.argv[2:]:
        name, _, command = named.partition("=")
        COMMAND = shlex.split(command)
        for scenario in SCENARIOS:
            good = play(binary, scenario)
            passed, failed = passed + good, failed + (not good)
            print(f"{'ok' if good else 'FAILED':6} {name}: {scenario.__name__.replace('_', ' ')}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed else 1


sys.exit(main())
