"""Condense Webex's published OpenAPI documents to what a test can check: python -m tests.openapi.condense FOLDER.

Needs PyYAML, which is not in the locked requirements, because this runs only when the documents change. For each
document it writes one JSON file next to this one: per operation the response codes, and per code the schema with
types, property names, enums and required properties. It leaves out all texts.
"""

import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
METHODS = ("get", "put", "post", "delete")


def condense(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the operations ("GET /messages") of a document, with response codes and schemas (null: no body)."""
    schemas = document.get("components", {}).get("schemas", {})
    return {
        f"{method.upper()} {path}": {
            code: _body(response, schemas) for code, response in operations[method]["responses"].items()
        }
        for path, operations in document["paths"].items()
        for method in METHODS
        if method in operations
    }


def _body(response: dict[str, Any], schemas: dict[str, Any]) -> Any:
    content = response.get("content", {}).get("application/json")
    return _structure(content["schema"], schemas) if content and "schema" in content else None


def _structure(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return _structure(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    structure: dict[str, Any] = {key: schema[key] for key in ("type", "enum", "required") if key in schema}
    if "properties" in schema:
        structure["properties"] = {name: _structure(inner, schemas) for name, inner in schema["properties"].items()}
    if "items" in schema:
        structure["items"] = _structure(schema["items"], schemas)
    return structure


def main(folder: Path) -> None:
    """Condense every document in a folder."""
    import yaml  # type: ignore[import-untyped]

    for source in sorted(folder.glob("*.yml")):
        condensed = condense(yaml.safe_load(source.read_text(encoding="utf-8")))
        target = HERE / f"{source.stem}.json"
        target.write_text(json.dumps(condensed, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
