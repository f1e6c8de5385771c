"""Sets up a node for the fuzz and asks once, rightly, for each operation whose input nobody could guess.

walk() gives the status of each such request by operation, as "METHOD /path/{parameter}".
"""

import json
import urllib.error
import urllib.request

PASSWORD = "correct horse battery"
KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
SCHEMA = {"type": "object", "required": ["ok"], "properties": {"ok": {"type": "boolean"}}}


class Node:
    """Asks a node and keeps the status of each operation."""

    def __init__(self, url, token):
        self.url = url
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.accepted = {}

    def ask(self, method, template, names=None, body=None, headers=None):
        """Sends one request; anything but success ends the run, because then the preparation is wrong."""
        path = template.format(**(names or {}))
        data = None if method == "GET" else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.url + path, data, headers or self.headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                self.accepted[f"{method} {template}"] = answer.status
                self.cookie = answer.headers.get("Set-Cookie")
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{method} {path}: {error.code} {error.read().decode()}") from error


def walk(url, token):
    """Prepares and asks."""
    node = Node(url, token)
    rooms(node)
    messages(node)
    credentials(node)
    browsers(node)
    return node.accepted


def rooms(node):
    """Rooms, members, groups, typed events."""
    for name in ("workshop", "attic"):
        node.ask("POST", "/api/rooms", body={"name": name})
    node.ask("POST", "/api/agents/{agent}/register", {"agent": "rex"}, {"preset": "worker"})
    member = {"room": "workshop", "participant": "rex"}
    node.ask("PUT", "/api/rooms/{room}/members/{participant}", member)
    node.ask("PUT", "/api/rooms/{room}/members/{participant}/capabilities", member, {"capabilities": ["speak", "listen"]})
    node.ask("DELETE", "/api/rooms/{room}/members/{participant}", member)
    node.ask("POST", "/api/groups", body={"name": "maintainers"})
    member = {"group": "maintainers", "participant": "rex"}
    node.ask("PUT", "/api/groups/{group}/members/{participant}", member)
    node.ask("DELETE", "/api/groups/{group}/members/{participant}", member)
    node.ask("POST", "/api/event-types", body={"name": "deploy-finished", "schema": SCHEMA})
    event = {"type": "deploy-finished", "payload": {"ok": True}}
    node.ask("POST", "/api/rooms/{room}/events", {"room": "workshop"}, event)


def messages(node):
    """A message through its whole life."""
    node.ask("POST", "/api/messages", body={"to": "@rex", "text": "Can you look at the parser?"})
    posted = node.ask("POST", "/api/rooms/{room}/messages", {"room": "workshop"}, {"text": "The build is green, @rex."})
    message = {"message": posted["id"]}
    for part in ("", "/thread", "/receipts"):
        node.ask("GET", "/api/messages/{message}" + part, message)
    node.ask("PATCH", "/api/messages/{message}", message, {"text": "The build is green again."})
    node.ask("DELETE", "/api/messages/{message}", message)


def credentials(node):
    """Tokens, keys and invites."""
    made = node.ask("POST", "/api/admin/tokens", body={"participant": "rex"})
    node.ask("DELETE", "/api/admin/tokens/{credential}", {"credential": made["id"]})
    made = node.ask("POST", "/api/admin/keys", body={"name": "grafana"})
    node.ask("DELETE", "/api/admin/keys/{credential}", {"credential": made["id"]})
    made = node.ask("POST", "/api/invites", body={"uses": 2})
    node.ask("POST", "/api/invites/redeem", body={"code": made["code"], "handle": "newcomer", "key": KEY})
    node.ask("DELETE", "/api/invites/{invite}", {"invite": made["id"]})
    made = node.ask("POST", "/api/sessions")
    node.ask("DELETE", "/api/sessions/{session}", {"session": made["session"]})


def browsers(node):
    """A user who signs in, changes the password, and signs another browser out."""
    node.ask("POST", "/api/admin/users", body={"username": "ana", "password": PASSWORD, "role": "user"})
    sign_in = {"username": "ana", "password": PASSWORD}
    node.ask("POST", "/api/login", body=sign_in)
    node.ask("POST", "/api/login", body=sign_in)
    headers = {"Cookie": node.cookie.split(";")[0], "Content-Type": "application/json", "Origin": node.url}
    listed = node.ask("GET", "/api/browsers", headers=headers)["items"]
    other = next(browser["id"] for browser in listed if not browser["current"])
    node.ask("DELETE", "/api/browsers/{browser}", {"browser": other}, headers=headers)
    change = {"current": PASSWORD, "new": "battery horse correct"}
    node.ask("PUT", "/api/me/password", body=change, headers=headers)
