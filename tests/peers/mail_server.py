"""A mail server of two that others wrote: pymap keeps a mailbox (IMAP), aiosmtpd takes what is sent (SMTP).

Usage: mail_server.py USER PASSWORD. Both listen on free ports of this machine, without TLS; the first line says which. It is
told what to do by lines of JSON and tells what happens by others; it ends when nobody tells it anything any more.

    {"bring": MAIL}         a mail comes into the mailbox: {"brought": true}
    {"put_back": [MAIL]}    the mailbox is another one with these mails in it, and every connection ends: {"put_back": true}
    {"refuse": "550 no"}    the next mail that is sent is answered so: {"refuses": true}
    {"cut": true}           every connection to the mailbox ends: {"cut": true}

    {"sent": {"fields": {NAME: TEXT}, "text": TEXT}, "from": ADDRESS, "to": [ADDRESS]}  a mail was sent; Python reads it
"""

import asyncio
import email
import email.policy
import imaplib
import json
import sys
from argparse import Namespace
from contextlib import AsyncExitStack

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer
from proxyprotocol.sock import SocketInfoLocal

user, password = sys.argv[1:3]
# A mail of 20 MB is more than either takes by itself.
LARGEST = 64 * 1024 * 1024
refusals = []


def tell(what):
    print(json.dumps(what), flush=True)


class Taken:
    """What is sent is told."""

    async def handle_DATA(self, server, session, envelope):
        if refusals:
            return refusals.pop(0)
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert not mail.defects, mail.defects
        fields = {name.lower(): str(value) for name, value in mail.items()}
        tell({"sent": {"fields": fields, "text": mail.get_content().replace("\r\n", "\n")}, "from": envelope.mail_from, "to": envelope.rcpt_tos})
        return "250 OK"


def signed_in(server, session, envelope, mechanism, data):
    fits = isinstance(data, LoginPassword) and (data.login, data.password) == (user.encode(), password.encode())
    return AuthResult(success=fits)


class Mailbox:
    """A mailbox in memory. It can be another one while the server stays."""

    def __init__(self):
        self.open = set()
        self.imap = None
        self.port = None

    async def fresh(self):
        args = Namespace(
            debug=False, subsystem=None, host=None, port="0", cert=None, key=None, tls=False, proxy_protocol=None,
            inherited_sockets=None, demo_data=False, demo_user=user, demo_password=password, passlib_cfg=None,
        )
        backend, config = await DictBackend.init(args)
        config.apply_context()
        await backend.start(AsyncExitStack())
        self.imap = IMAPServer(backend.login, config)

    async def listen(self):
        await self.fresh()
        server = await asyncio.start_server(self.connected, "127.0.0.1", 0, limit=LARGEST)
        self.port = server.sockets[0].getsockname()[1]

    async def connected(self, reader, writer):
        self.open.add(writer)
        try:
            await self.imap(reader, writer, SocketInfoLocal(writer))
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open.discard(writer)

    def cut(self):
        for writer in list(self.open):
            writer.transport.abort()

    def bring(self, mail):
        """As a client would: it is the server that numbers it and says so to others."""
        client = imaplib.IMAP4("127.0.0.1", self.port)
        client.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())
        status, why = client.append("INBOX", None, None, mail.encode())
        assert status == "OK", why
        client.logout()


async def main():
    loop = asyncio.get_running_loop()
    mailbox = Mailbox()
    await mailbox.listen()
    smtp = await loop.create_server(
        lambda: SMTP(
            Taken(), authenticator=signed_in, auth_required=True, auth_require_tls=False,
            data_size_limit=LARGEST, enable_SMTPUTF8=True,
        ),
        "127.0.0.1", 0,
    )
    tell({"imap": mailbox.port, "smtp": smtp.sockets[0].getsockname()[1]})
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        told = json.loads(line)
        if "bring" in told:
            await loop.run_in_executor(None, mailbox.bring, told["bring"])
            tell({"brought": True})
        elif "put_back" in told:
            # Whoever is connected sees the old one until it is all there.
            await mailbox.fresh()
            for mail in told["put_back"]:
                await loop.run_in_executor(None, mailbox.bring, mail)
            mailbox.cut()
            tell({"put_back": True})
        elif "refuse" in told:
            refusals.append(told["refuse"])
            tell({"refuses": True})
        elif "cut" in told:
            mailbox.cut()
            tell({"cut": True})


asyncio.run(main())
