"""Plugins: one that is loaded with RTLD_DEEPBIND has the night's clock, and is found where its program looks for it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.clock.needed import needs
from tests.clock.virtual_night import Night

PLUGIN = """
#include <stdio.h>
#include <time.h>
#include <unistd.h>
void work(void) {
    time_t began = time(0);
    sleep(3600);
    printf("%ld\\n", (long)(time(0) - began));
}
"""
PROGRAM = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
int main(int count, char **given) {
    void *plugin = count > 2 ? dlmopen(LM_ID_NEWLM, given[1], RTLD_NOW)
                             : dlmopen(LM_ID_BASE, given[1], RTLD_NOW | RTLD_DEEPBIND);
    if (count == 2 && plugin) {
        dlclose(plugin);
        plugin = dlopen(given[1], RTLD_NOW | RTLD_DEEPBIND);
    }
    void (*work)(void) = plugin ? (void (*)(void))dlsym(plugin, "work") : 0;
    if (!work)
        return fprintf(stderr, "%s\\n", dlerror()), 1;
    if (count == 2)
        work();
    return 0;
}
"""


@pytest.fixture
def program(tmp_path: Path) -> str:
    """A program whose RUNPATH names the folder of its plugins, beside it."""
    (tmp_path / "plugins").mkdir()
    build(PLUGIN, "-shared", "-fPIC", "-o", str(tmp_path / "plugins" / "plugin.so"))
    path = tmp_path / "program"
    build(PROGRAM, "-o", str(path), "-ldl", "-Wl,--enable-new-dtags,-rpath,$ORIGIN/plugins")
    return str(path)


def build(source: str, *options: str) -> None:
    subprocess.run([needs("cc"), "-O1", "-x", "c", "-", *options], input=source, text=True, check=True)


@pytest.mark.parametrize("name", ["plugin.so", "plugins/plugin.so"])
def test_a_deeply_bound_plugin_waits_in_the_nights_time_and_is_found_by_its_programs_runpath(
    night: Night, program: str, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(Path(program).parent)
    ended = night.run(program, name)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == "3600\n"
    assert 3600 <= ended.virtual_s < 3601
    assert night.page.outsiders() == ()


def test_a_plugin_in_a_namespace_of_its_own_is_named(night: Night, program: str) -> None:
    ended = night.run(program, "plugin.so", "apart")
    assert ended.code == 0, ended.err
    assert [(one.program, one.reason) for one in night.page.outsiders()] == [
        ("plugin.so", "it is loaded by dlmopen, into a namespace with a C library of its own")
    ]


def test_outside_of_a_night_a_plugin_is_bound_as_its_program_asks(night: Night, tmp_path: Path) -> None:
    """What the flag is for: of a symbol that program and plugin both have, the plugin keeps its own. In a night not."""
    plugin, program = tmp_path / "plugin.so", tmp_path / "program"
    build("int answer(void) { return 2; }\nint ask(void) { return answer(); }", "-shared", "-fPIC", "-o", str(plugin))
    source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        int answer(void) { return 1; }
        int main(int count, char **given) {
            return ((int (*)(void))dlsym(dlopen(given[count - 1], RTLD_NOW | RTLD_DEEPBIND), "ask"))();
        }
    """
    build(source, "-rdynamic", "-o", str(program), "-ldl")
    assert night.run(str(program), str(plugin)).code == 1
    preloaded = {"LD_PRELOAD": night.environment()["LD_PRELOAD"]}
    assert subprocess.run([str(program), str(plugin)], env=preloaded, check=False).returncode == 2
