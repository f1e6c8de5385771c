"""What can go wrong, each kind an exception of its own."""

from __future__ import annotations

from typing import Any

#: Refusals that may end otherwise a moment later: the connection is tried again by itself.
PASSING = frozenset(
    {"overloaded", "shutting_down", "rate_limited", "not_stored", "outcome_unknown", "not_yet", "internal", "gone"}
)


class MeshError(Exception):
    """Whatever this package raises."""


class Refused(MeshError):
    """The node said no: `code` is stable, `detail` and `hint` are for people, `rule` names the rule that decided."""

    def __init__(self, problem: dict[str, Any]) -> None:
        self.code: str = problem.get("code", "internal")
        self.status: int = problem.get("status", 500)
        self.detail: str = problem.get("detail", "")
        self.hint: str = problem.get("hint", "")
        self.retry_after_ms: int | None = problem.get("retry_after_ms")
        self.rule: dict[str, Any] | None = problem.get("rule")
        super().__init__(f"{self.detail} ({self.code}): {self.hint}")


class Unreachable(MeshError):
    """Nobody answers at the address. Nothing was sent; a command may be repeated with the same key."""


class Stranger(MeshError):
    """Something else listens there than the node that is meant. It was shown no token and nothing else."""


class Closed(MeshError):
    """The client was closed, by `close` or because the node refused it for good."""
