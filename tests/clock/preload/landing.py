"""A landing folder, and programs of one job that work in it with what its launch has told them."""

from __future__ import annotations

from pathlib import Path

from tests.clock.virtual_night import Ended, Night

TO_WRITE = {
    "write": "os.write(fd, data[at:])",
    "writev": "os.writev(fd, [data[at:at + 4], data[at + 4:]])",
    "pwrite": "os.pwrite(fd, data[at:], at)",
    "pwritev": "os.pwritev(fd, [data[at:at + 4], data[at + 4:]], at)",
    "pwritev2": "os.pwritev(fd, [data[at:]], at, os.RWF_DSYNC)",
    "sendfile": "os.sendfile(fd, of, at, len(data) - at)",
    "copy_file_range": "os.copy_file_range(of, fd, len(data) - at, at, at)",
}
"""Every call that writes: ``data``, which the file ``of`` holds, to ``fd``, from ``at`` on; what it gives back."""


class Landing:
    """A folder, its night, and the variables of the launch."""

    def __init__(self, folder: Path, night: Night, variables: dict[str, str]) -> None:
        self.folder = folder / "landing"
        self.folder.mkdir()
        self._night, self._variables = night, variables

    def python(self, code: str) -> Ended:
        """Run a Python program, whose first argument is the folder."""
        return self._night.run_python(code, more=self._variables, arguments=[str(self.folder)])

    def run(self, *command: str) -> Ended:
        """Run a program of the machine."""
        return self._night.run(*command, more=self._variables)
