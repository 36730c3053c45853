"""A local stack for each kind of view: with overlays, or as it is where nothing can be mounted."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.stack.local import stack as local
from harness.stack.local.stack import LocalStack

KINDS = ("overlay", "copy")

WITHOUT_MOUNTS = """
import runpy, sys
from harness.stack.chain_views import chosen
chosen.overlays_work = lambda trial: False
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""
"""A supervisor whose kernel mounts no overlay."""

OWN_MOUNTS = """
from harness.stack.local import namespaces
namespaces.unshare(namespaces.MOUNTS | namespaces.USERS)
namespaces.mount("none", "/", flags=namespaces.PRIVATE | namespaces.RECURSIVE)
"""
"""How a program gets mounts of its own."""

TRY = f"""
import sys
from pathlib import Path
from harness.stack.chain_views.overlay import overlays_work
{OWN_MOUNTS}
sys.exit(not overlays_work(Path(sys.argv[1])))
"""


@contextmanager
def stack_of(kind: str, folder: Path) -> Iterator[LocalStack]:
    """A stack with that kind of view; skips where the kernel has none."""
    with pytest.MonkeyPatch.context() as patch:
        if kind == "copy":
            program = folder / "without_mounts.py"
            program.write_text(WITHOUT_MOUNTS)
            patch.setattr(local, "python", lambda: [sys.executable, str(program)])
        else:
            require_overlays(folder / "trial")
        with LocalStack() as stack:
            yield stack


def require_overlays(trial: Path) -> None:
    """Skip where this user cannot mount an overlay."""
    if subprocess.run([sys.executable, "-c", TRY, str(trial)], capture_output=True, check=False).returncode:
        pytest.skip("overlays were NOT tested: this user may mount none here (namespaces, or what is below /tmp)")
