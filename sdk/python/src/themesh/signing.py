"""Keys and what is signed with them: the statements of PROTOCOL, byte for byte."""

from __future__ import annotations

import hashlib
import json
import secrets
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


def proven(challenge: str, proof: str) -> str | None:
    """The key of the node that answered the challenge; None if nobody did."""
    key, _, sig = proof.partition(".")
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        public.verify(bytes.fromhex(sig), statement("mesh-node/1", challenge))
    except (ValueError, InvalidSignature):
        return None
    return key.lower()
