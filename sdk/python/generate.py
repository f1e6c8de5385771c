"""Writes src/themesh/operations.py from the node's OpenAPI file: a type for every schema, and `call` typed by operation name.

Runs by itself when the package is built. In a source distribution the file is there already, and the OpenAPI file is not.
"""

import json
import keyword
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
OPENAPI = HERE.parent.parent / "docs" / "reference" / "openapi.json"
TARGET = HERE / "src" / "themesh" / "operations.py"

HEAD = '''"""The node's operations and what they take and give. Made by generate.py from the node's OpenAPI file: do not edit."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict, overload
'''

PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None", "object": "dict[str, Any]"}


def named(schema: dict[str, Any]) -> str | None:
    ref = schema.get("$ref")
    return ref.rsplit("/", 1)[-1] if isinstance(ref, str) else None


def written(schema: Any) -> str:
    """The type of a schema as Python writes it. What the schema leaves open stays open."""
    if not isinstance(schema, dict):
        return "Any"
    if name := named(schema):
        return name
    if "const" in schema:
        return f"Literal[{schema['const']!r}]"
    if "enum" in schema:
        return f"Literal[{', '.join(repr(value) for value in schema['enum'])}]"
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return union([written(one) for one in schema[choice]])
    kind = schema.get("type")
    if isinstance(kind, list):
        return union([written({**schema, "type": one}) for one in kind])
    if kind == "array":
        return f"list[{written(schema.get('items', True))}]"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict) and "properties" not in schema:
        return f"dict[str, {written(schema['additionalProperties'])}]"
    return PLAIN.get(kind, "Any") if isinstance(kind, str) else "Any"


def union(parts: list[str]) -> str:
    kept = list(dict.fromkeys(parts))
    if "Any" in kept:
        return "Any"
    if all(part.startswith("Literal[") for part in kept):
        return f"Literal[{', '.join(part[8:-1] for part in kept)}]"
    return " | ".join(kept)


def typed_dict(name: str, properties: dict[str, Any], required: set[str]) -> str:
    """Some keys of the wire are words of Python, as `from` is, or no names there, as `allowed-tools`: then the type is made by a call."""
    fields = {key: field(schema, key in required) for key, schema in properties.items()}
    if any(keyword.iskeyword(key) or not key.isidentifier() for key in fields):
        rows = [f'    "{key}": "{value}",' for key, value in fields.items()]
        return "\n".join([f'{name} = TypedDict("{name}", {{', *rows, "})"])
    rows = [f"    {key}: {value}" for key, value in fields.items()]
    return "\n".join([f"class {name}(TypedDict):", *(rows or ["    pass"])])


def extended(name: str, schema: dict[str, Any]) -> str:
    """A type that adds fields to others."""
    bases = ", ".join(filter(None, (named(one) for one in schema["allOf"])))
    required = set(schema.get("required", []))
    rows = [f"    {key}: {field(value, key in required)}" for key, value in schema["properties"].items()]
    return "\n".join([f"class {name}({bases}):", *rows])


def field(schema: Any, required: bool) -> str:
    value = written(schema)
    return value if required else f"NotRequired[{value}]"


def input_of(path: dict[str, Any], operation: dict[str, Any], parameters: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """Path, query and body of an operation as the one object that a socket carries."""
    properties: dict[str, Any] = {}
    required: set[str] = set()
    for parameter in [*path.get("parameters", []), *operation.get("parameters", [])]:
        if name := named(parameter):
            parameter = parameters[name]
        if parameter["in"] in ("path", "query") and parameter["name"] != "min_seq":
            properties[parameter["name"]] = parameter["schema"]
            if parameter.get("required"):
                required.add(parameter["name"])
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    properties.update(body.get("properties", {}))
    required.update(body.get("required", []))
    return properties, required


def output_of(operation: dict[str, Any]) -> str:
    for status in ("200", "201"):
        content = operation["responses"].get(status, {}).get("content", {})
        if schema := content.get("application/json", {}).get("schema"):
            return written(schema)
    return "Any"


def generated(openapi: dict[str, Any]) -> str:
    parts = [HEAD]
    # A type comes after those that it extends.
    schemas = sorted(openapi["components"]["schemas"].items(), key=lambda item: ("allOf" in item[1], item[0]))
    for name, schema in schemas:
        if "allOf" in schema:
            parts.append(extended(name, schema))
        elif schema.get("type") == "object" and "properties" in schema:
            parts.append(typed_dict(name, schema["properties"], set(schema.get("required", []))))
        else:
            parts.append(f'{name}: TypeAlias = "{written(schema)}"')
    commands: list[str] = []
    calls: list[str] = []
    for _, path in sorted(openapi["paths"].items()):
        for method, operation in path.items():
            if "operationId" not in operation:
                continue
            name = operation["operationId"]
            if method != "get":
                commands.append(name)
            properties, required = input_of(path, operation, openapi["components"].get("parameters", {}))
            title = "".join(word.capitalize() for word in name.replace("_", ".").split(".")) + "Call"
            parts.append(typed_dict(title, properties, required))
            default = "" if required else " = ..."
            calls.append(
                f'    @overload\n    async def call(self, name: Literal["{name}"], input: {title}{default}) -> {output_of(operation)}: ...'
            )
    parts.append("#: Operations that change something: repeated, they need the same idempotency key.\nCOMMANDS = frozenset(\n    " + repr(sorted(commands)) + "\n)")
    parts.append(
        "class Calls:\n"
        '    """Every operation of the node by its name."""\n\n'
        + "\n".join(calls)
        + "\n\n    async def call(self, name: str, input: Any = None) -> Any:\n"
        '        """Calls an operation. Raises `Refused` if the node says no."""\n'
        "        return await self.call_raw(name, dict(input or {}))\n\n"
        "    async def call_raw(self, name: str, input: dict[str, Any]) -> Any:\n"
        "        raise NotImplementedError"
    )
    return "\n\n\n".join(parts) + "\n"


def write() -> None:
    TARGET.write_text(generated(json.loads(OPENAPI.read_text())))


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by hand
    pass
else:

    class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
        def initialize(self, version: str, build_data: dict[str, Any]) -> None:
            if OPENAPI.exists():
                write()


if __name__ == "__main__":
    write()
