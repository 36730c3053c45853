"""Virtual time begins with a process's first reading: the initialisers of its libraries are in the night already."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.clock.needed import needs
from tests.clock.virtual_night import Night

LIBRARY = """
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
struct timespec at_load;
__attribute__((constructor)) static void load(void) {{ {reads}; }}
"""

PROGRAM = """
#include <stdio.h>
#include <time.h>
extern struct timespec at_load;
int main(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    printf("%f\\n", now.tv_sec - at_load.tv_sec + (now.tv_nsec - at_load.tv_nsec) / 1e9);
    return 0;
}
"""


@pytest.mark.parametrize(
    "reads", ["clock_gettime(CLOCK_MONOTONIC, &at_load)", "syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &at_load)"]
)
def test_a_library_that_reads_the_clock_as_it_is_loaded_reads_the_night(
    night: Night, tmp_path: Path, reads: str
) -> None:
    """Node.js of Debian takes its `performance.timeOrigin` there."""
    library, program = tmp_path / "libreads.so", tmp_path / "program"
    for command, source in (
        (["-shared", "-fPIC", "-o", str(library)], LIBRARY.format(reads=reads)),
        (["-o", str(program), str(library)], PROGRAM),
    ):
        compiler = [needs("cc"), "-x", "c", "-", "-x", "none"]
        subprocess.run([*compiler, *command], input=source, text=True, check=True)
    ended = night.run(str(program))
    assert 0 < float(ended.out) < 0.001
