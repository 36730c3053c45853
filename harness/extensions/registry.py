"""A registry: the names that users type, ours first, then what packages add when the first name is looked up."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, MutableMapping
from typing import TypeVar

from harness.errors import AuthorError
from harness.extensions.doors import Door, Extension, declared

T = TypeVar("T")


def calling_module() -> str:
    """The name of the module that called who asks: a call registers for where it stands."""
    return str(sys._getframe(2).f_globals.get("__name__", "?"))


class Registry(MutableMapping[str, T]):
    """What there is of one kind, by name.

    ``kind`` is what users call one of them. ``expected`` says how a module registers one, for the error of a module
    that registers none. A module of a package is imported when somebody looks for a name, so that nothing is imported
    for a command that needs none of it; where that fails, every look fails with the same error.

    What both sides of a stack know is registered in the contract, which knows no registry: ``things`` is where it is
    kept, and ``module_of`` says which module has registered one of them.
    """

    def __init__(
        self,
        kind: str,
        door: Door,
        *,
        expected: str,
        things: dict[str, T] | None = None,
        module_of: Callable[[T], str] | None = None,
    ) -> None:
        self.kind = kind
        self._door: Door = door
        self._expected = expected
        self._things: dict[str, T] = {} if things is None else things
        self._module_of = module_of
        self._modules: dict[str, str] = {}
        self._opened = False
        self._failed: AuthorError | None = None

    def add(self, name: str, thing: T, *, module: str) -> None:
        """Register one that is of ``module``; AuthorError for a name that is taken."""
        if name in self._things:
            first = self._modules.get(name, "another module")
            text = f"{self.kind} {name!r}: found a second one of this name (the first is in {first})"
            raise AuthorError(f"{text}; choose another")
        self._things[name], self._modules[name] = thing, module

    def take(self, extension: Extension) -> None:
        """Import a module that must register something here; AuthorError, with its origin, where it does not."""
        before = len(self._things)
        module = extension.load()
        if len(self._things) == before and module.__name__ not in self._registering():
            raise extension.wrong(found=f"no {self.kind} that {module.__name__} registers", expected=self._expected)

    def open(self) -> None:
        """Import what packages declare, once."""
        if self._failed is not None:
            raise self._failed
        if self._opened:
            return
        self._opened = True  # first: what is imported now may look here itself
        try:
            for extension in declared(self._door):
                self.take(extension)
        except AuthorError as error:
            self._failed = error
            raise

    def registered(self) -> list[T]:
        """What is registered by now, without a look at what packages declare."""
        return list(self._things.values())

    def _registering(self) -> set[str]:
        """The modules that have registered something here."""
        kept = () if self._module_of is None else map(self._module_of, self._things.values())
        return {*self._modules.values(), *kept}

    def __getitem__(self, name: str) -> T:
        self.open()
        return self._things[name]

    def __iter__(self) -> Iterator[str]:
        self.open()
        return iter(self._things)

    def __len__(self) -> int:
        self.open()
        return len(self._things)

    def __setitem__(self, name: str, thing: T) -> None:
        self._things[name] = thing

    def __delitem__(self, name: str) -> None:
        del self._things[name]
