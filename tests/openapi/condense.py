"""Condense Webex's published OpenAPI documents to what can be checked: python -m tests.openapi.condense FOLDER.

Needs PyYAML, which is not among our locked requirements: this runs only when the documents change, anywhere it is at
hand. For each document it writes one JSON file beside itself: per operation the response codes, and per code the
schema with types, property names, enums and required properties; every text is left behind.
"""

import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
METHODS = ("get", "put", "post", "delete")


def condense(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Operations ("GET /messages") of a document, each with its response codes and their schemas (null: no body)."""
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
    kept: dict[str, Any] = {key: schema[key] for key in ("type", "enum", "required") if key in schema}
    if "properties" in schema:
        kept["properties"] = {name: _structure(one, schemas) for name, one in schema["properties"].items()}
    if "items" in schema:
        kept["items"] = _structure(schema["items"], schemas)
    return kept


def main(folder: Path) -> None:
    """Condense every document of a folder."""
    import yaml  # type: ignore[import-untyped]

    for source in sorted(folder.glob("*.yml")):
        condensed = condense(yaml.safe_load(source.read_text(encoding="utf-8")))
        target = HERE / f"{source.stem}.json"
        target.write_text(json.dumps(condensed, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
