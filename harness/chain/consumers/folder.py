"""A consumer that takes a file from a folder as soon as it is done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from harness.chain.consumers.file_form import FileConsumer
from harness.chain.rules import flag_mistake
from harness.values.strict import Location, get


class FolderConsumer(FileConsumer):
    """It takes the file when its flag comes, or without one when the file is closed or renamed into place."""

    kind: Literal["folder"]
    flag: Annotated[str, BeforeValidator(flag_mistake)] | None = None

    @classmethod
    def mistakes_between(cls, data: Any) -> Iterable[tuple[Location, str]]:
        """A flag that is the file itself, too."""
        yield from super().mistakes_between(data)
        flag = get(data, "flag")
        if flag is not None and flag in ("{name}", get(data, "name")):
            yield (
                ("flag",),
                f"found '{flag}', which is the file's own name; expected another, such as \"{{name}}.done\"",
            )
