"""A name of something that is registered: which names there are is asked when a value is read, or a schema made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from harness.values.strict import unknown


@dataclass(frozen=True, eq=False)
class Registered:
    """For ``Annotated[str, Registered("control", CONTROLS)]``: an unknown name is told with the nearest known one."""

    kind: str
    names: Mapping[str, Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._known, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"enum": [*self.names], "type": "string"}

    def _known(self, value: Any) -> Any:
        if isinstance(value, str) and value not in self.names:
            raise ValueError(unknown(self.kind, value, self.names))
        return value
