"""How a consumer reads a file that the chain has written: in the words that say the form of a published one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from harness.chain.consumers.consumer import Consumer
from harness.chain.job import Text
from harness.chain.layouts.words import LayoutWords
from harness.chain.results import held_name_mistake
from harness.contract.content import CompressName
from harness.formats import FORMATS
from harness.formats.choices import form_mistakes
from harness.values.registered import Registered
from harness.values.strict import Location, get, sequence

FORM_KEYS = ("format", "compress", "delimiter", "header", "trailer", "layout", "member")


class FileConsumer(Consumer):
    """It reads one file a night, of that name, from a working folder of the chain; what it read last is what it holds.

    A name without a date is the same each night: then yesterday's file is there until tonight's takes its place.
    fallback_of: the column that says of which earlier date a record is, where it stands in for that; it is no part of
    the record. The form of the file, as far as it is said; what is not said is told from the file.
    """

    folder: Text
    name: Annotated[str, BeforeValidator(held_name_mistake)]
    fallback_of: Text | None = None
    format: Annotated[str, Registered("format", FORMATS)] | None = None
    compress: CompressName | None = None
    delimiter: str | None = None
    header: bool | Annotated[int, Field(ge=0)] | None = None
    trailer: bool | Annotated[int, Field(ge=0)] | None = None
    layout: LayoutWords | None = None
    member: Text | None = None

    @classmethod
    def mistakes_between(cls, data: Any) -> Iterable[tuple[Location, str]]:
        """Choices of form that do not go together, and a column of the key that says one thing of all records."""
        given = {key: get(data, key) for key in FORM_KEYS}
        for key, text in form_mistakes({key: value for key, value in given.items() if value is not None}, made=False):
            yield (key,), text
        fallback = get(data, "fallback_of")
        if fallback is not None and fallback in sequence(data, "key"):
            yield (
                ("fallback_of",),
                f"found the column '{fallback}' of the key, in which all rows of a night are the same",
            )
