"""What all sessions of the SFTP front end work on."""

from __future__ import annotations

from dataclasses import dataclass

from harness.mocks.core.callers import Callers
from harness.mocks.core.mock import Mock
from harness.mocks.source.faults.gate import Gate
from harness.mocks.source.faults.pace import Pace
from harness.mocks.source.sftp.tree import Tree
from harness.mocks.source.store.store import Store


@dataclass(frozen=True)
class State:
    """The mock, its store, the points at which faults act, the night's folders and files as paths, and who connects."""

    mock: Mock
    store: Store
    gate: Gate
    pace: Pace
    tree: Tree
    callers: Callers
