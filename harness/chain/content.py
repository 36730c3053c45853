"""What a chain says of what a file holds: by a factory or by copy, and in which form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from harness.chain.job import Text
from harness.chain.layouts.said import said_layout
from harness.chain.layouts.words import LayoutWords
from harness.contract.content import CompressName
from harness.formats import FORMATS
from harness.formats.choices import form_mistakes
from harness.formats.known import KNOWN
from harness.formats.layout import KEYS, Form
from harness.values.registered import Registered
from harness.values.strict import Location, Strict, get, unknown

Lines = bool | Annotated[int, Field(ge=0)]
"""Whether there is such a line; of a file that is there, how many."""


def _no_name(value: Any) -> Any:
    if isinstance(value, str) and value in KNOWN:
        raise ValueError(f"found '{value}', expected a mapping: layout: {{like: {value}}}")
    return value


class Content(Strict):
    """What a file holds: made by a factory with the parameters beside its name, or copied from a real file.

    The other keys say its form: how a factory's records are written, or how to understand a file that is there, whose
    ``layout`` says what it is made of. member: which one of an archive is meant, by its name or a pattern.
    """

    model_config = {"extra": "allow"}

    factory: Text | None = None
    copy_of: Text | None = Field(default=None, alias="copy")
    format: Annotated[str, Registered("format", FORMATS)] | None = None
    compress: CompressName | None = None
    delimiter: str | None = None
    header: Lines | None = None
    trailer: Lines | None = None
    control: Text | None = None
    layout: Annotated[LayoutWords, BeforeValidator(_no_name)] | None = None
    member: Text | None = None

    @property
    def given(self) -> dict[str, Any]:
        """All that stands beside the factory or the copy: parameters and form."""
        return dict(self.model_extra or {}) | self.form.given()

    @property
    def parameters(self) -> dict[str, Any]:
        """What the factory gets besides date and seed."""
        return dict(self.model_extra or {})

    @property
    def form(self) -> Form:
        """The choices of form."""
        said: dict[str, Any] = {key: getattr(self, key) for key in KEYS}
        said |= {key: int(value) for key, value in said.items() if isinstance(value, bool)}
        said["layout"] = None if self.layout is None else said_layout(self.layout)
        return Form(**said)

    @classmethod
    def mistakes_between(cls, data: Any) -> Iterable[tuple[Location, str]]:
        """Choices of form that do not go together, and parameters that a copied file does not take."""
        given = {key: get(data, key) for key in KEYS}
        for key, text in form_mistakes({key: value for key, value in given.items() if value is not None}, made=False):
            yield (key,), text
        if isinstance(data, Mapping) and data.get("copy") is not None:
            for key in data:
                if key not in ("copy", "copy_of", "factory", *KEYS):
                    yield (key,), unknown("key of a copied file", str(key), ["copy", *KEYS])

    @model_validator(mode="after")
    def _one_origin(self) -> Content:
        if (self.factory is None) == (self.copy_of is None):
            raise ValueError("expected either 'factory: NAME' with its parameters or 'copy: PATH'")
        return self
