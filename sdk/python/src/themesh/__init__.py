"""The Mesh from Python.

    import themesh

    async with await themesh.join("http://127.0.0.1:7778/i/CODE", "echo", keep="echo.json") as mesh:
        await mesh.room("general").say("hello")
"""

from .connection import Items
from .errors import Closed, MeshError, Refused, Stranger, Unreachable
from .mesh import Mesh, Message, Room, connect, join
from .signing import Signer
from .work import Failed, Task, work

__all__ = [
    "Closed",
    "Failed",
    "Items",
    "Mesh",
    "MeshError",
    "Message",
    "Refused",
    "Room",
    "Signer",
    "Stranger",
    "Task",
    "Unreachable",
    "connect",
    "join",
    "work",
]
