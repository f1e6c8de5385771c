"""E2B's own client against sandboxes of a mesh: opens, runs, touches files, watches, ends, and tries what must not work.

Usage: e2b_client.py URL, with E2B_API_KEY (a token of the mesh) and OTHER_KEY (a token of somebody else). Says "done" at its end.
"""

import os
import sys

from e2b import (
    AuthenticationException,
    CommandExitException,
    NotFoundException,
    Sandbox,
    SandboxNotFoundException,
    TimeoutException,
)


HOME = os.path.join("/home", "user")


def fails(kind, ask):
    try:
        ask()
    except kind as error:
        return str(error)
    raise AssertionError(f"{kind.__name__} was not raised")


def commands(box):
    ran = box.commands.run("echo out; echo err >&2; echo $LIGHT; pwd", envs={"MORE": "1"})
    assert ran.stdout.split() == ["out", "green", HOME], ran
    assert ran.stderr == "err\n", ran
    ended = None
    try:
        box.commands.run("exit 7")
    except CommandExitException as error:
        ended = error.exit_code
    assert ended == 7, ended
    # A program that goes on, gets input, and is seen by others.
    cat = box.commands.run("cat", background=True, stdin=True)
    assert cat.pid in [one.pid for one in box.commands.list()]
    box.commands.send_stdin(cat.pid, "hello\n")
    box.commands.close_stdin(cat.pid)
    assert cat.wait().stdout == "hello\n"
    sleeper = box.commands.run("sleep 1000", background=True)
    assert box.commands.kill(sleeper.pid)
    assert not box.commands.kill(sleeper.pid + 4711)
    fails(CommandExitException, sleeper.wait)
    fails(TimeoutException, lambda: box.commands.run("sleep 1000", timeout=1))
    # One process tree: what one command left running the next one finds.
    box.commands.run("python3 -m http.server 8000 --directory ~ >/dev/null 2>&1 &", timeout=20)
    ask = "for i in $(seq 200); do curl -s 127.0.0.1:8000/ >/dev/null && exit 0; sleep 0.05; done; exit 1"
    box.commands.run(ask, timeout=30)


def files(box):
    files = box.files
    assert files.write("notes/a.txt", "hällo").path == HOME + "/notes/a.txt"
    assert files.read("notes/a.txt") == "hällo"
    files.write_files([{"path": "notes/b", "data": b"\x00\x01"}, {"path": "notes/c", "data": "c"}])
    assert bytes(files.read("notes/b", format="bytes")) == b"\x00\x01"
    assert [one.name for one in files.list("notes")] == ["a.txt", "b", "c"]
    assert files.exists("notes/a.txt") and not files.exists("notes/none")
    assert files.make_dir("more/deep") and not files.make_dir("more/deep")
    assert files.rename("notes/c", "more/deep/d").path == HOME + "/more/deep/d"
    info = files.get_info("more/deep/d")
    assert (info.size, info.name) == (1, "d"), info
    watched = files.watch_dir("notes")
    files.write("notes/new", "x")
    files.remove("notes/b")
    seen = {(event.name, event.type.value) for event in watched.get_new_events()}
    assert seen == {("new", "create"), ("b", "remove")}, seen
    watched.stop()
    fails(NotFoundException, lambda: files.read("notes/b"))


def walls(box, home):
    # A link leads to what the sandbox sees, and nowhere else.
    box.commands.run("ln -s / root; ln -s /etc/shadow shadow")
    fails(Exception, lambda: box.files.read("shadow"))
    fails(Exception, lambda: box.files.read("../../.." + home + "/owner.token"))
    fails(Exception, lambda: box.files.write("/usr/bin/evil", "x"))
    ran = box.commands.run(f"ls {home} 2>&1; cat /proc/*/environ | tr '\\0' '\\n' | grep -c MESH_TOKEN; id -u", timeout=20)
    assert "owner.token" not in ran.stdout, ran
    # More than there is room for.
    full = box.commands.run("head -c 400M /dev/zero > big || echo full; rm -f big", timeout=60)
    assert "full" in full.stdout, full


def main(url):
    os.environ["E2B_API_URL"] = os.environ["E2B_SANDBOX_URL"] = url
    other = os.environ["OTHER_KEY"]
    fails(AuthenticationException, lambda: Sandbox.create(api_key="mesh_none"))
    said = fails(Exception, lambda: Sandbox.create(api_key=other))
    print("refused:", said, flush=True)
    box = Sandbox.create(timeout=120, envs={"LIGHT": "green"}, metadata={"for": "tests"})
    assert box.is_running()
    info = box.get_info()
    assert info.sandbox_id == box.sandbox_id and info.metadata == {"for": "tests"}, info
    assert [one.sandbox_id for one in Sandbox.list().next_items()] == [box.sandbox_id]
    # Somebody else's key finds nothing of it.
    fails(Exception, lambda: Sandbox.connect(box.sandbox_id, api_key=other))
    assert not Sandbox.kill(box.sandbox_id, api_key=other)
    commands(box)
    files(box)
    walls(box, os.environ["MESH_HOME_OF_TEST"])
    box.set_timeout(100)
    again = Sandbox.connect(box.sandbox_id)
    assert again.files.read("notes/a.txt") == "hällo"
    second = Sandbox.create(timeout=60)
    assert not second.files.exists("notes")
    # One sandbox's secret opens no other one.
    second.kill()
    assert not second.is_running()
    assert box.kill()
    assert not box.is_running() and not box.kill()
    fails(SandboxNotFoundException, box.get_info)
    print("done", flush=True)


main(sys.argv[1])
