"""The faults: one failure mode a file, under the name that users type.

Every module in a group's folder is imported, and registers its fault: a new one is a file, and nothing else. A fault's
class is an attribute of this package, and of `harness`: ``from harness.faults import LaunchFailure``.
"""

import pkgutil
from importlib import import_module
from typing import Any

from harness.faults.model.content import ContentFault
from harness.faults.model.exchanges import AtAnswer, AtCommit, AtRequest
from harness.faults.model.fault import FAULTS, REACTIONS, STRICT, ChangesTruth, Fault, On, System, fault
from harness.faults.model.place import AtRename, AtWrite
from harness.faults.model.requests import MeetsRequests

__all__ = [
    "FAULTS",
    "REACTIONS",
    "STRICT",
    "AtAnswer",
    "AtCommit",
    "AtRename",
    "AtRequest",
    "AtWrite",
    "ChangesTruth",
    "ContentFault",
    "Fault",
    "MeetsRequests",
    "On",
    "System",
    "fault",
]

_CLASSES: dict[str, type[Fault]] = {}


def _import_all() -> None:
    """Import every fault of ours, in the order of groups and names, and keep its class by its name."""
    for group in sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name != "model"):
        folder = import_module(f"{__name__}.{group}")
        for module in sorted(one.name for one in pkgutil.iter_modules(folder.__path__)):
            import_module(f"{folder.__name__}.{module}")
    _CLASSES.update((kind.__name__, kind) for kind in FAULTS.registered())


_import_all()


def __getattr__(name: str) -> Any:
    if name not in _CLASSES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _CLASSES[name]


def __dir__() -> list[str]:
    return sorted([*__all__, *_CLASSES])
