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
from harness.values.strict import get, invalid, show

OURS: Mapping[str, type[Consumer]] = {
    "http": HttpConsumer,
    "postgres": PostgresConsumer,
    "folder": FolderConsumer,
    "pull": PullConsumer,
    "queue": QueueConsumer,
}
"""The class of each kind."""

_Ours = Annotated[
    HttpConsumer | PostgresConsumer | FolderConsumer | PullConsumer | QueueConsumer, Field(discriminator="kind")
]


class _OfItsKind:
    """A consumer is read by the class of its kind; which of users' own there are is asked when one is read.

    Not by pydantic's own union, which would put the kind into the place of a mistake, as if it were a key.
    """

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        as_it_is = core_schema.simple_ser_schema("any")  # users' own are none of the union's
        return core_schema.no_info_wrap_validator_function(
            _read, handler.generate_schema(_Ours), serialization=as_it_is
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        found = handler(schema)
        found["oneOf"] += [handler(kind.__pydantic_core_schema__) for kind in OWN_KINDS.values()]
        return found


def _read(data: Any, handler: core_schema.ValidatorFunctionWrapHandler) -> Any:
    if not isinstance(data, Mapping | Consumer):
        return handler(data)
    kind = get(data, "kind")
    if isinstance(kind, str) and (of_kind := OURS.get(kind) or OWN_KINDS.get(kind)) is not None:
        return of_kind.model_validate(data)
    raise invalid("Consumer", [(("kind",), f"found {show(kind)}, expected {', '.join((*OURS, *OWN_KINDS))}")])


def _with_kind(data: Any) -> Any:
    return {"kind": DEFAULT_KIND, **data} if isinstance(data, Mapping) else data


AnyConsumer = Annotated[Consumer, _OfItsKind(), BeforeValidator(_with_kind)]
"""One of them; who does not say its kind means HTTP."""
