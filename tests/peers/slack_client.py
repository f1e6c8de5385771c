"""Slack's own SDK against an address that says it is Slack: asks by the Web API, hears by Socket Mode, and says what came.

Usage: slack_client.py API CHANNEL, with SLACK_TOKEN and SLACK_APP_TOKEN. Ends after it heard that a message was deleted.
"""

import json
import os
import queue
import sys
import traceback

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import ActionsBlock, ButtonElement, RichTextBlock, RichTextSectionElement
from slack_sdk.models.blocks.block_elements import RichTextElementParts
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse


def tell(what, **more):
    print(json.dumps({"what": what, **more}), flush=True)


def refused(ask):
    try:
        ask()
    except SlackApiError as error:
        return error.response["error"]
    return None


def main(api, channel):
    base = api.rstrip("/") + "/"
    web = WebClient(token=os.environ["SLACK_TOKEN"], base_url=base)
    me = web.auth_test()
    tell("me", user=me["user_id"], bot=me["bot_id"])
    tell("info", member=web.conversations_info(channel=channel)["channel"]["is_member"])
    section = RichTextSectionElement(elements=[
        RichTextElementParts.Text(text="May I?", style=RichTextElementParts.TextStyle(bold=True)),
        RichTextElementParts.Link(url="https://mesh.example.org"),
    ])
    buttons = ActionsBlock(elements=[
        ButtonElement(text="Approve once", action_id="answer-0", value="+1"),
        ButtonElement(text="Refuse", action_id="answer-1", value="-1"),
    ])
    blocks = [RichTextBlock(elements=[section]).to_dict(), buttons.to_dict()]
    sent = web.chat_postMessage(channel=channel, text="May I?", blocks=blocks, unfurl_links=False)
    ts = sent["ts"]
    tell("sent", ts=ts)
    tell("name", name=web.users_info(user="U0ANA")["user"]["profile"]["display_name"])
    found = web.conversations_history(channel=channel, oldest=ts, latest=ts, inclusive="true", limit=1)
    tell("found", types=[block["type"] for block in found["messages"][0]["blocks"]])
    tell("refused", error=refused(lambda: web.chat_postMessage(channel="C0NONE", text="x")))
    tell("long", error=refused(lambda: web.chat_update(channel=channel, ts=ts, text="x" * 4001)))

    heard = queue.Queue()
    socket = SocketModeClient(app_token=os.environ["SLACK_APP_TOKEN"], web_client=web)

    def listen(client, request):
        client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))
        heard.put(request)

    socket.socket_mode_request_listeners.append(listen)
    socket.connect()
    tell("connected")
    while True:
        request = heard.get(timeout=60)
        if request.type == "interactive":
            action = request.payload["actions"][0]
            web.chat_update(channel=channel, ts=request.payload["container"]["message_ts"], text="done", blocks=blocks[:1])
            tell("pressed", value=action["value"], user=request.payload["user"]["id"])
            continue
        event = request.payload["event"]
        kind = event.get("subtype") or event["type"]
        if kind == "message_deleted":
            tell("deleted", ts=event["deleted_ts"])
            break
        if kind == "message_changed":
            tell("changed", text=event["message"]["text"], edited="edited" in event["message"])
        elif "bot_id" not in event:
            web.chat_postMessage(channel=channel, text="heard", thread_ts=event["ts"])
            tell("message", text=event["text"], user=event["user"], kind=event["channel_type"])
    web.chat_delete(channel=channel, ts=ts)
    socket.close()
    tell("over")


try:
    main(*sys.argv[1:])
    code = 0
except BaseException:
    traceback.print_exc()
    code = 1
# The SDK's threads would keep the process.
os._exit(code)
