"""Which view of its chain's folder a night gets, and the views of one stack."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from harness.stack.chain_views import ChainView
from harness.stack.chain_views.changes import Change
from harness.stack.chain_views.copied import CopiedView
from harness.stack.chain_views.overlay import OverlayView, can_overlay, overlays_work
from harness.stack.cleanup.removal import remove_all


class ChainViews:
    """The views that a stack has given its chains' folders, kept in ``place``.

    ``mounts``: whether this process has mounts of its own, so that it may try overlays; a copy is what there is
    elsewhere. ``neighbours``: whether what lies beside a folder is its chain's, too, and seen beside a copy.
    """

    def __init__(self, place: Path, *, mounts: bool, neighbours: bool) -> None:
        self._place = place
        self._neighbours = neighbours
        self._overlays = mounts and overlays_work(place / "trial")
        self._by_folder: dict[Path, ChainView] = {}
        self._tonight: list[ChainView] = []
        self._dropped: set[Path] = set()

    def cwd(self, folder: Path) -> str:
        """Where jobs find a chain's folder. Raises StackError for one that no night can have a view of."""
        if folder not in self._by_folder:
            self._dropped.discard(folder)
            self._by_folder[folder] = self._new(folder)
        return self._by_folder[folder].cwd

    def drop(self, folder: Path) -> None:
        """No night will begin in this folder any more; its view goes with the last night, whose jobs may be in it."""
        if self._by_folder.pop(folder, None) is not None:
            self._dropped.add(folder)

    def renew(self, cwds: Iterable[str]) -> None:
        """A night begins in these folders, as `cwd` has told them; the last one is over."""
        self.end()
        while self._dropped:
            remove_all(self._place_of(self._dropped.pop()))
        wanted = {os.path.normpath(cwd) for cwd in cwds}
        self._tonight = [view for view in self._by_folder.values() if view.cwd in wanted]
        for view in self._tonight:
            view.renew()

    def changes(self) -> list[Change]:
        """What tonight's jobs have changed so far."""
        return [change for view in self._tonight for change in view.changes()]

    def end(self) -> None:
        """Give up the views of the last night."""
        for view in self._tonight:
            view.end()
        self._tonight = []

    def _new(self, folder: Path) -> ChainView:
        place = self._place_of(folder)
        if self._overlays and can_overlay(folder, place, ours=self._by_folder):
            return OverlayView(folder, place)
        view = CopiedView(folder, place, neighbours=self._neighbours)
        view.renew()  # now, that the chain's author is told of what cannot be copied
        return view

    def _place_of(self, folder: Path) -> Path:
        return self._place / hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
