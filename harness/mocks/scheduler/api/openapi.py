"""The API's own OpenAPI document, made of its endpoints: what they take, what they answer, and how they fail."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from harness.mocks.scheduler.api.endpoint import Endpoint
from harness.mocks.scheduler.api.failure import NAMES
from harness.mocks.scheduler.api.shapes import ERRORS, TEXT


def document(endpoints: Iterable[Endpoint], version: str) -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "OpCon REST API, as Night Harness plays it",
            "version": version,
            "description": "Paths, the names in queries, and actions are taken in any case; null is as good as absent.",
        },
        "servers": [{"url": "/api"}],
        "components": {
            "securitySchemes": {"token": {"type": "apiKey", "in": "header", "name": "Authorization"}},
            "schemas": {"Errors": ERRORS},
        },
        "paths": paths,
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    failing = set(endpoint.fails) | ({400} if endpoint.body is not None or endpoint.query else set())
    failing |= set() if endpoint.free else {401}
    operation: dict[str, Any] = {
        "summary": endpoint.summary,
        "operationId": f"{endpoint.method.lower()}{re.sub(r'[^A-Za-z]+', '_', endpoint.path)}",
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {**TEXT, "minLength": 1}}
            for name in re.findall(r"\{(\w+)\}", endpoint.path)
        ]
        + [
            {"name": query.name, "in": "query", "schema": query.shape, "description": query.meaning}
            for query in endpoint.query
        ],
        "responses": {
            str(endpoint.status): {"description": "done", "content": _json(endpoint.returns)},
            **{
                str(status): {
                    "description": NAMES[status],
                    "content": _json({"$ref": "#/components/schemas/Errors"}),
                }
                for status in sorted(failing)
            },
        },
    }
    if endpoint.body is not None:
        operation["requestBody"] = {"required": True, "content": _json(endpoint.body)}
    if not endpoint.free:
        operation["security"] = [{"token": []}]
    return operation


def _json(shape: Any) -> dict[str, Any]:
    return {"application/json": {"schema": shape if shape is not None else {}}}
