"""Drives a node with the official A2A client for Python, over both bindings, with a worker that does the tasks.

Usage: a2a_client.py URL HANDLE TOKEN. HANDLE is an agent whose worker puts out what it was asked, line by line, and then
stands still until its task is cancelled if it was asked to `stand still`.
"""

import asyncio
import base64
import json
import sys
import uuid

import httpx
from a2a.client import ClientConfig, ClientFactory
from a2a.client.errors import AgentCardResolutionError
from a2a.helpers import get_artifact_text, get_message_text, new_data_part, new_text_part
from a2a.types import (
    AuthenticationInfo,
    CancelTaskRequest,
    DeleteTaskPushNotificationConfigRequest,
    GetExtendedAgentCardRequest,
    GetTaskPushNotificationConfigRequest,
    GetTaskRequest,
    ListTaskPushNotificationConfigsRequest,
    ListTasksRequest,
    Message,
    Role,
    SendMessageConfiguration,
    SendMessageRequest,
    StreamResponse,
    SubscribeToTaskRequest,
    TaskPushNotificationConfig,
    TaskState,
)
from a2a.utils.errors import (
    A2AError,
    ContentTypeNotSupportedError,
    TaskNotCancelableError,
    TaskNotFoundError,
    UnsupportedOperationError,
    VersionNotSupportedError,
)

from a2a.utils.signing import InvalidSignaturesError, create_signature_verifier
from google.protobuf.json_format import ParseDict
from jwt import PyJWK

NOBODY = "019a0000-0000-7000-8000-000000000001"


def asked(*parts, message_id=None, **configuration):
    message = Message(message_id=message_id or str(uuid.uuid4()), role=Role.ROLE_USER, parts=list(parts))
    return SendMessageRequest(message=message, configuration=SendMessageConfiguration(**configuration))


async def every(answers):
    return [answer async for answer in answers]


async def one(answers):
    (answer,) = await every(answers)
    return answer.task


class Listener:
    """A server that takes push notifications, until the last one about a task."""

    async def __aenter__(self):
        self.told, self.headers, self.over = [], [], asyncio.Event()
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.url = "http://127.0.0.1:%d/hook" % self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self.server.close()

    async def serve(self, reader, writer):
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:]
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
        body = json.loads(await reader.readexactly(int(headers["content-length"])))
        self.headers.append(headers)
        self.told.append(ParseDict(body, StreamResponse()))
        writer.write(b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()
        if self.state() in (TaskState.TASK_STATE_COMPLETED, TaskState.TASK_STATE_CANCELED):
            self.over.set()

    def state(self):
        last = self.told[-1]
        return (last.task if last.HasField("task") else last.status_update).status.state

    def config(self, **more):
        known = AuthenticationInfo(scheme="Bearer", credentials="known-here")
        return TaskPushNotificationConfig(url=self.url, token="chosen", authentication=known, **more)


async def fails(kind, awaited):
    try:
        await awaited
    except kind:
        return
    raise AssertionError(f"no {kind.__name__}")


class Journeys:
    """Each method whose name begins with a binding-free word is run once over each binding."""

    def __init__(self, http, url, handle, binding):
        self.http, self.url, self.handle, self.binding = http, f"{url}/a2a/agents/{handle}", handle, binding

    async def client(self, streaming=True):
        config = ClientConfig(httpx_client=self.http, streaming=streaming, supported_protocol_bindings=[self.binding])
        return await ClientFactory(config).create_from_url(self.url)

    async def a_message_is_answered_with_the_result(self):
        client = await self.client(streaming=False)
        sent = asked(new_text_part("one two"), new_data_part({"count": 2}), message_id=str(uuid.uuid4()))
        task = await one(client.send_message(sent))
        assert task.status.state == TaskState.TASK_STATE_COMPLETED, task
        assert "one two" in get_artifact_text(task.artifacts[0]), task
        again = await one(client.send_message(sent))
        assert again.id == task.id, (again.id, task.id)
        read = await client.get_task(GetTaskRequest(id=task.id))
        assert read.artifacts == task.artifacts and read.context_id == task.context_id, read
        assert get_message_text(read.history[0]) == "one two", read

    async def a_file_that_comes_along_is_a_file_of_the_room(self):
        client = await self.client(streaming=False)
        sent = asked(new_text_part("read it"), message_id=str(uuid.uuid4()))
        sent.message.parts.add(raw=b"eleven twelve", filename="words.txt", media_type="text/plain")
        task = await one(client.send_message(sent))
        prompt = get_message_text(task.history[0])
        path = prompt.split("File words.txt: ")[1].split(" in the files")[0]
        origin = self.url.split("/a2a/")[0]
        there = await self.http.get(f"{origin}/api/rooms/{task.context_id}/file/bytes", params={"path": path})
        assert there.content == b"eleven twelve", (there, prompt)
        assert (await one(client.send_message(sent))).id == task.id

    async def a_stream_tells_beginning_words_and_end(self):
        client = await self.client()
        updates = await every(client.send_message(asked(new_text_part("three four"))))
        assert updates[0].HasField("task"), updates
        states = [updates[0].task.status.state]
        states += [it.status_update.status.state for it in updates if it.HasField("status_update")]
        assert TaskState.TASK_STATE_WORKING in states, updates
        assert states[-1] == TaskState.TASK_STATE_COMPLETED, updates
        (result,) = [it.artifact_update.artifact for it in updates if it.HasField("artifact_update")]
        assert "three four" in get_artifact_text(result), updates

    async def a_task_is_followed_and_cancelled(self):
        client = await self.client(streaming=False)
        task = await one(client.send_message(asked(new_text_part("stand still"), return_immediately=True)))
        following = (await self.client()).subscribe(SubscribeToTaskRequest(id=task.id))
        first = await anext(following)
        assert first.task.id == task.id, first
        ended = await client.cancel_task(CancelTaskRequest(id=task.id))
        assert ended.status.state == TaskState.TASK_STATE_CANCELED, ended
        updates = await every(following)
        assert updates[-1].status_update.status.state == TaskState.TASK_STATE_CANCELED, updates
        await fails(TaskNotCancelableError, client.cancel_task(CancelTaskRequest(id=task.id)))
        ended = (await self.client()).subscribe(SubscribeToTaskRequest(id=task.id))
        await fails(UnsupportedOperationError, every(ended))

    async def tasks_are_listed_page_by_page(self):
        client = await self.client(streaming=False)
        await one(client.send_message(asked(new_text_part("five"))))
        await one(client.send_message(asked(new_text_part("six"))))
        first = await client.list_tasks(ListTasksRequest(page_size=1, include_artifacts=True))
        assert len(first.tasks) == 1 and first.total_size >= 2 and first.next_page_token, first
        assert "six" in get_artifact_text(first.tasks[0].artifacts[0]), first
        second = await client.list_tasks(ListTasksRequest(page_size=1, page_token=first.next_page_token))
        assert second.tasks[0].id != first.tasks[0].id and not second.tasks[0].artifacts, second
        ended = await client.list_tasks(ListTasksRequest(status=TaskState.TASK_STATE_WORKING))
        assert not any(task.id == first.tasks[0].id for task in ended.tasks), ended

    async def the_card_says_what_is_there(self):
        client = await self.client()
        card = await client.get_extended_agent_card(GetExtendedAgentCardRequest())
        assert card.name == self.handle and card.capabilities.streaming, card
        assert card.capabilities.push_notifications, card
        bindings = [it.protocol_binding for it in card.supported_interfaces]
        assert bindings == ["JSONRPC", "HTTP+JSON"], bindings
        assert card.security_requirements[0].schemes.keys() <= card.security_schemes.keys(), card

    async def the_card_is_signed_by_the_node(self):
        card = await (await self.client()).get_extended_agent_card(GetExtendedAgentCardRequest())
        keys = {}
        protected = card.signatures[0].protected
        header = json.loads(base64.urlsafe_b64decode(protected + "=" * (-len(protected) % 4)))
        for key in (await self.http.get(header["jku"])).json()["keys"]:
            keys[key["kid"]] = PyJWK.from_dict(key)
        verify = create_signature_verifier(lambda kid, _: keys[kid], ["EdDSA"])
        verify(card)
        card.description += "!"
        try:
            verify(card)
        except InvalidSignaturesError:
            return
        raise AssertionError("a changed card passes")

    async def an_address_is_told_until_the_task_has_ended(self):
        client = await self.client(streaming=False)
        async with Listener() as listener:
            sent = asked(new_text_part("nine ten"), return_immediately=True)
            sent.configuration.task_push_notification_config.CopyFrom(listener.config())
            task = await one(client.send_message(sent))
            await asyncio.wait_for(listener.over.wait(), 30)
            assert "nine ten" in get_artifact_text(listener.told[-1].task.artifacts[0]), listener.told
            assert all(told["x-a2a-notification-token"] == "chosen" for told in listener.headers), listener.headers
            assert all(told["authorization"] == "Bearer known-here" for told in listener.headers), listener.headers
            assert all(told["webhook-signature"].startswith("v1,") for told in listener.headers), listener.headers
        of = ListTaskPushNotificationConfigsRequest(task_id=task.id)

        async def gone():
            while (await client.list_task_push_notification_configs(of)).configs:
                pass

        # It ends with the task: a look at it may come a moment before that.
        await asyncio.wait_for(gone(), 30)

    async def addresses_are_kept_by_task(self):
        client = await self.client(streaming=False)
        task = await one(client.send_message(asked(new_text_part("stand still"), return_immediately=True)))
        async with Listener() as listener:
            made = await client.create_task_push_notification_config(listener.config(task_id=task.id))
            assert made.id and made.url == listener.url and not made.token, made
            again = await client.create_task_push_notification_config(listener.config(task_id=task.id))
            named = GetTaskPushNotificationConfigRequest(task_id=task.id, id=again.id)
            assert (await client.get_task_push_notification_config(named)).url == listener.url
            of = ListTaskPushNotificationConfigsRequest(task_id=task.id)
            assert [it.id for it in (await client.list_task_push_notification_configs(of)).configs] == [again.id]
            gone = DeleteTaskPushNotificationConfigRequest(task_id=task.id, id=again.id)
            await client.delete_task_push_notification_config(gone)
            await fails(TaskNotFoundError, client.get_task_push_notification_config(named))
            await client.create_task_push_notification_config(listener.config(task_id=task.id))
            await client.cancel_task(CancelTaskRequest(id=task.id))
            await asyncio.wait_for(listener.over.wait(), 30)
            assert listener.state() == TaskState.TASK_STATE_CANCELED, listener.told
        inside = TaskPushNotificationConfig(task_id=task.id, url="http://169.254.169.254/latest")
        await fails(A2AError, client.create_task_push_notification_config(inside))

    async def what_cannot_be_done_has_its_name(self):
        client = await self.client(streaming=False)
        await fails(TaskNotFoundError, client.get_task(GetTaskRequest(id=NOBODY)))
        await fails(TaskNotFoundError, client.get_task(GetTaskRequest(id="not-an-id")))
        done = await one(client.send_message(asked(new_text_part("seven"))))
        more = asked(new_text_part("and more"))
        more.message.task_id = done.id
        await fails(UnsupportedOperationError, every(client.send_message(more)))
        file = asked(new_text_part("look"))
        file.message.parts.add(url="file:///etc/passwd")
        await fails(ContentTypeNotSupportedError, every(client.send_message(file)))
        self.http.headers["A2A-Version"] = "0.5"
        try:
            await fails(VersionNotSupportedError, client.get_task(GetTaskRequest(id=done.id)))
        finally:
            self.http.headers["A2A-Version"] = "1.0"


async def strangers_see_no_agent(url, handle):
    async with httpx.AsyncClient() as nobody:
        factory = ClientFactory(ClientConfig(httpx_client=nobody))
        await factory.create_from_url(url)
        await fails(AgentCardResolutionError, factory.create_from_url(f"{url}/a2a/agents/{handle}"))


async def main():
    url, handle, token = sys.argv[1:]
    headers = {"Authorization": f"Bearer {token}"}
    passed, failed = 0, 0

    async def run(name, journey):
        nonlocal passed, failed
        try:
            await journey
            passed += 1
            print(f"ok: {name}")
        except Exception as why:  # noqa: BLE001: each journey tells what became of it
            failed += 1
            print(f"failed: {name}: {type(why).__name__}: {why}")

    await run("strangers_see_no_agent", strangers_see_no_agent(url, handle))
    names = [name for name in vars(Journeys) if not name.startswith("_") and name != "client"]
    for binding in ("JSONRPC", "HTTP+JSON"):
        for name in names:
            async with httpx.AsyncClient(headers=headers, timeout=60) as http:
                await run(f"{name} ({binding})", getattr(Journeys(http, url, handle, binding), name)())
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


asyncio.run(main())
