"""The kinds of consumers that a chain can have, by the word after ``kind``: ours, and those that users add."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from harness.chain.consumers.consumer import Consumer
from harness.chain.consumers.folder import FolderConsumer
from harness.chain.consumers.http import HttpConsumer
from harness.chain.consumers.own import OWN_KINDS
from harness.chain.consumers.postgres import PostgresConsumer
from harness.chain.consumers.pull import PullConsumer
from harness.chain.consumers.queue import QueueConsumer
from harness.chain.consumers.rules import DEFAULT_KIND
from harness.contract.consumers import SPOKEN_BY
from harness.values.strict import get, invalid

Ours = Annotated[
    HttpConsumer | PostgresConsumer | FolderConsumer | PullConsumer | QueueConsumer, Field(discriminator="kind")
]


class _OfItsKind:
    """A consumer is read by the class of its kind; which of users' own there are is asked when one is read."""

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        as_it_is = core_schema.simple_ser_schema("any")  # users' own are none of the union's
        return core_schema.no_info_wrap_validator_function(_read, handler.generate_schema(Ours), serialization=as_it_is)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        found = handler(schema)
        found["oneOf"] += [handler(kind.__pydantic_core_schema__) for kind in OWN_KINDS.values()]
        return found


def _read(data: Any, ours: core_schema.ValidatorFunctionWrapHandler) -> Any:
    kind = get(data, "kind")
    if not isinstance(kind, str) or kind in SPOKEN_BY:
        return ours(data)
    if kind not in OWN_KINDS:
        raise invalid("Consumer", [(("kind",), f"found '{kind}', expected {', '.join((*SPOKEN_BY, *OWN_KINDS))}")])
    return OWN_KINDS[kind].model_validate(data)


def _with_kind(data: Any) -> Any:
    return {"kind": DEFAULT_KIND, **data} if isinstance(data, Mapping) else data


AnyConsumer = Annotated[Consumer, _OfItsKind(), BeforeValidator(_with_kind)]
"""One of them; who does not say its kind means HTTP."""
