"""Keys and what is signed with them: the statements of PROTOCOL, byte for byte."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


def statement(name: str, *fields: str) -> bytes:
    """A name with a version, then its fields, one a line."""
    return "\n".join([name, *(field.replace("\n", "") for field in fields)]).encode()


def body_hash(salt: bytes, content: bytes) -> bytes:
    """The hash that a signed message names and the log holds."""
    return hashlib.sha256(salt + content).digest()


def canonical(value: Any) -> str:
    """JSON without a space, as it is signed and sent."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


#: Whole numbers beyond it are not the same in every language.
WHOLE_MAX = 2**53


def settled(value: Any) -> Any:
    """The value with its keys in order, as the node writes it. Numbers that languages write differently raise ValueError."""
    if isinstance(value, dict):
        return {key: settled(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [settled(one) for one in value]
    if isinstance(value, float) or (isinstance(value, int) and abs(value) > WHOLE_MAX):
        raise ValueError("only whole numbers are signed")
    return value


class Signer:
    """A participant's Ed25519 key. It stays on this side."""

    def __init__(self, seed: bytes | None = None) -> None:
        self._seed = seed if seed is not None else secrets.token_bytes(32)
        self._key = Ed25519PrivateKey.from_private_bytes(self._seed)

    @property
    def seed(self) -> bytes:
        """The secret: whoever has it signs in this participant's name."""
        return self._seed

    @property
    def public(self) -> str:
        """The public key, 64 hexadecimal digits."""
        return self._key.public_key().public_bytes_raw().hex()

    def sign(self, stated: bytes) -> str:
        return self._key.sign(stated).hex()

    def key_proof(self, mesh: str, participant: str) -> str:
        """For `identity.add`: that the key's holder signs for the participant."""
        return self.sign(statement("mesh-key/1", mesh, participant, self.public))

    def redemption(self, mesh: str, code: str, handle: str) -> dict[str, str]:
        """The input of `invite.redeem`: that the key's holder comes in by this invite, this once."""
        nonce = secrets.token_hex(16)
        hashed = hashlib.sha256(code.encode()).hexdigest()
        proof = self.sign(statement("mesh-redeem/1", mesh, hashed, handle, self.public, nonce))
        return {"code": code, "handle": handle, "key": self.public, "nonce": nonce, "proof": proof}

    def message(self, mesh: str, room: str, idempotency_key: str, body: dict[str, Any]) -> dict[str, str]:
        """The field `signed` of `message.post`: bound to one mesh, one room and one request.

        The salt follows from what is sent and the secret key, so that a repetition is the same bytes.
        """
        content = canonical(body)
        drawn = bytes.fromhex(self.sign(f"mesh-salt/1\n{mesh}\n{room}\n{idempotency_key}\n{content}".encode()))
        salt = body_hash(bytes(16), drawn)[:16]
        hashed = body_hash(salt, content.encode()).hex()
        sig = self.sign(statement("mesh-statement/1", mesh, room, self.public, idempotency_key, hashed))
        return {"key": self.public, "salt": salt.hex(), "sig": sig, "content": content}

    def result(
        self, mesh: str, agent: str, task: str, previous: list[str], output: dict[str, Any]
    ) -> dict[str, Any] | None:
        """The field `signed` of `task.finish`: linked to the results it was built on.

        None if the output holds numbers that languages write differently: then the node attests who handed it in.
        """
        whole = {"text": output["text"]}
        try:
            if output.get("data") is not None:
                whole["data"] = settled(output["data"])
        except ValueError:
            return None
        salt, at = secrets.token_bytes(16), time.time_ns() // 1_000_000
        links = previous or ["0" * 64]
        hashed = body_hash(salt, canonical(whole).encode()).hex()
        sig = self.sign(statement("mesh-result/1", mesh, ",".join(links), str(at), agent, task, hashed))
        said = datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {"key": self.public, "sig": sig, "at": said, "salt": salt.hex(), "previous": links}


def proven(challenge: str, proof: str) -> str | None:
    """The key of the node that answered the challenge; None if nobody did."""
    key, _, sig = proof.partition(".")
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        public.verify(bytes.fromhex(sig), statement("mesh-node/1", challenge))
    except (ValueError, InvalidSignature):
        return None
    return key.lower()
