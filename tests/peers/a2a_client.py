"""Drives a node with the official A2A client for Python, over both bindings, with a worker that does the tasks.

Usage: a2a_client.py URL HANDLE TOKEN. HANDLE is an agent whose worker puts out what it was asked, line by line, and then
stands still until its task is cancelled if it was asked to `stand still`.
"""

import asyncio
import sys
import uuid

import httpx
from a2a.client import ClientConfig, ClientFactory
from a2a.client.errors import AgentCardResolutionError
from a2a.helpers import get_artifact_text, get_message_text, new_data_part, new_text_part
from a2a.types import (
    CancelTaskRequest,
    GetExtendedAgentCardRequest,
    GetTaskRequest,
    ListTasksRequest,
    Message,
    Role,
    SendMessageConfiguration,
    SendMessageRequest,
    SubscribeToTaskRequest,
    TaskState,
)
from a2a.utils.errors import (
    ContentTypeNotSupportedError,
    PushNotificationNotSupportedError,
    TaskNotCancelableError,
    TaskNotFoundError,
    UnsupportedOperationError,
    VersionNotSupportedError,
)

NOBODY = "019a0000-0000-7000-8000-000000000001"


def asked(*parts, message_id=None, **configuration):
    message = Message(message_id=message_id or str(uuid.uuid4()), role=Role.ROLE_USER, parts=list(parts))
    return SendMessageRequest(message=message, configuration=SendMessageConfiguration(**configuration))


async def every(answers):
    return [answer async for answer in answers]


async def one(answers):
    (answer,) = await every(answers)
    return answer.task


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
        assert not card.capabilities.push_notifications, card
        bindings = [it.protocol_binding for it in card.supported_interfaces]
        assert bindings == ["JSONRPC", "HTTP+JSON"], bindings
        assert card.security_requirements[0].schemes.keys() <= card.security_schemes.keys(), card

    async def what_cannot_be_done_has_its_name(self):
        client = await self.client(streaming=False)
        await fails(TaskNotFoundError, client.get_task(GetTaskRequest(id=NOBODY)))
        await fails(TaskNotFoundError, client.get_task(GetTaskRequest(id="not-an-id")))
        done = await one(client.send_message(asked(new_text_part("seven"))))
        more = asked(new_text_part("and more"))
        more.message.task_id = done.id
        await fails(UnsupportedOperationError, every(client.send_message(more)))
        file = asked(new_text_part("look"))
        file.message.parts.add(url="http://localhost/picture.png")
        await fails(ContentTypeNotSupportedError, every(client.send_message(file)))
        pushed = asked(new_text_part("eight"))
        pushed.configuration.task_push_notification_config.url = "http://localhost/hook"
        await fails(PushNotificationNotSupportedError, every(client.send_message(pushed)))
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
