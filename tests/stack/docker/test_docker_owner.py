"""An owner is alive, dead or unknown, and only the dead are swept."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

from harness.stack.cleanup.owner import Owner


def owner_of_a_killed_child() -> Owner:
    program = "from harness.stack.cleanup.owner import Owner; print(Owner.me(), flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        owner = Owner.parse(child.stdout.readline().strip())
        assert owner.life() == "alive"
        child.kill()
    return owner


def test_this_process_is_alive_and_reads_back_as_written():
    me = Owner.me()
    assert Owner.parse(str(me)) == me
    assert me.life() == "alive"


def test_a_killed_process_is_dead():
    assert owner_of_a_killed_child().life() == "dead"


def test_a_later_process_with_the_same_pid_is_not_the_owner():
    me = Owner.me()
    assert Owner(me.pid, str(int(me.started) - 1), me.world).life() == "dead"


def test_a_process_of_another_boot_or_pid_namespace_is_unknown():
    assert replace(Owner.me(), world="another-boot/pid:[1]").life() == "unknown"


def test_a_label_that_is_not_ours_names_nobody():
    assert Owner.parse("") is None
    assert Owner.parse("somebody") is None
