"""Kinds of consumers that users add: what a chain says of one, under the word after ``kind``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar, get_args, get_origin

from harness.chain.consumers.consumer import Consumer
from harness.contract.consumers import SPOKEN_BY
from harness.errors import AuthorError
from harness.extensions.registry import Registry

OWN_KINDS: Registry[type[Consumer]] = Registry(
    "kind of consumers", "consumers", expected="a class under @consumer_kind(NAME)"
)
"""The class of each by its name."""

T = TypeVar("T", bound=Consumer)


def consumer_kind(name: str) -> Callable[[type[T]], type[T]]:
    """Register a kind of consumers of your own: a class that extends `Consumer`, with ``kind: Literal[name]``.

    Its other fields are keys that a chain file may write, and come to what plays it inside the mocks, under
    ``@takes_rows(name)``, as JSON has them. It takes batches of rows over HTTP at ``<consumer>.url``, in its own words.

    Raises AuthorError for a name that is taken, and for a class of another shape.
    """

    def register(kind: type[T]) -> type[T]:
        where = f"kind of consumers {name!r}"
        if name in SPOKEN_BY:
            raise AuthorError(f"{where}: found the name of one of ours ({', '.join(SPOKEN_BY)}); choose another")
        if not (isinstance(kind, type) and issubclass(kind, Consumer)):
            raise AuthorError(f"{where}: found {kind!r}, expected a class that extends harness.Consumer")
        said = kind.model_fields["kind"].annotation
        if get_origin(said) is not Literal or get_args(said) != (name,):
            raise AuthorError(
                f"{where}: found a class {kind.__name__} for another kind, expected kind: Literal[{name!r}]"
            )
        OWN_KINDS.add(name, kind, module=kind.__module__)
        return kind

    return register


def settings(consumer: Consumer) -> dict[str, Any]:
    """What a chain says of one beside what all consumers have, as JSON."""
    return consumer.model_dump(mode="json", by_alias=True, exclude={*Consumer.model_fields})
