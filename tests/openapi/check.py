"""Checks a response against Webex's published documents. An undeclared property is a fault."""

import json
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "number": (int, float),
    "integer": int,
}
FREE = {"type": "object"}
TEXT = {"type": "string"}
CARD = {"type": "object", "properties": {"contentType": TEXT, "content": FREE}, "required": ["contentType"]}


@cache
def operations() -> dict[str, dict[str, Any]]:
    """Return every operation of the condensed documents, with their errors corrected (README.md)."""
    documents: dict[str, dict[str, Any]] = {}
    for path in sorted(HERE.glob("*.json")):
        documents |= json.loads(path.read_text(encoding="utf-8"))
    listing = documents["GET /broadworks/enterprises"]
    listing["200"] = {"type": "object", "properties": {"items": {"type": "array", "items": listing["200"]}}}
    for responses in documents.values():
        for schema in responses.values():
            _correct(schema or {})
    return documents


def faults(operation: str, status: int, body: Any) -> list[str]:
    """Return one line for each fault in a response. `body` is None if there is none."""
    responses = operations()[operation]
    if str(status) not in responses:
        return [f"{operation} does not answer {status}"]
    schema = responses[str(status)]
    if schema is None:
        return [f"{operation} {status} has no body"] if body is not None and status < 400 else []
    return list(_compare(schema, body, operation))


def _correct(schema: dict[str, Any]) -> None:
    properties = schema.get("properties", {})
    if "attachments" in properties:
        properties["attachments"] = {"type": "array", "items": CARD}
    if "inputs" in properties:
        properties["inputs"] = FREE
    if "spEnterpriseId" in properties and "userId" in properties:
        properties["spEnterpriseGroupId"] = TEXT
    for name in ("resource", "event"):
        if "targetUrl" in properties:
            properties[name] = {**properties[name], "enum": [*properties[name]["enum"], "all"]}
    for inner in properties.values():
        _correct(inner)
    if "items" in schema:
        _correct(schema["items"])


def _compare(schema: dict[str, Any], value: Any, where: str) -> list[str]:
    expected: str = schema.get("type", "object")
    if not isinstance(value, TYPES[expected]) or (expected != "boolean" and isinstance(value, bool)):
        return [f"{where} is not of type {expected}: {value!r}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{where} is not one of {schema['enum']}: {value!r}"]
    found: list[str] = []
    if expected == "array":
        for index, item in enumerate(value):
            found += _compare(schema.get("items", {}), item, f"{where}[{index}]")
    elif expected == "object" and "properties" in schema:
        properties = schema["properties"]
        found += [f"{where}.{name} is missing" for name in schema.get("required", ()) if name not in value]
        for name, item in value.items():
            if name in properties:
                found += _compare(properties[name], item, f"{where}.{name}")
            else:
                found.append(f"{where}.{name} is not declared")
    return found
