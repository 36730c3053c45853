"""The cases of errno_cases.py for the calls that start a program or load a library, before which the library looks at
what that is: of these looks, which often find nothing, errno says nothing."""

from __future__ import annotations

_EXEC = {
    "execve": "c.execve({path}, argv, None)",
    "execv": "c.execv({path}, argv)",
    "execvp": "c.execvp({path}, argv)",
    "execvpe": "c.execvpe({path}, argv, None)",
    "execl": "c.execl({path}, b'true', None)",
    "execlp": "c.execlp({path}, b'true', None)",
    "execle": "c.execle({path}, b'true', None, None)",
    "execveat": "c.execveat(AT_FDCWD, {path}, argv, None, 0)",
}
_ON_PATH = {name: code for name, code in _EXEC.items() if name in {"execvp", "execvpe", "execlp"}}
_SPAWN = {
    "posix_spawn": "c.posix_spawn(four, {path}, None, None, argv, {given})",
    "posix_spawnp": "c.posix_spawnp(four, {path}, None, None, argv, {given})",
    "pidfd_spawn": "c.pidfd_spawn(four, {path}, None, None, argv, {given})",
    "pidfd_spawnp": "c.pidfd_spawnp(four, {path}, None, None, argv, {given})",
}

NEVER_RETURN_WELL = {*_EXEC, "fexecve"}
"""Another program stands in their place where they succeed, so they have cases in which they fail alone."""

SINCE_GLIBC_2_39 = {"pidfd_spawn", "pidfd_spawnp"}

STARTS: dict[str, str] = {
    **{f"{name}: no file": code.format(path="missing") for name, code in _EXEC.items()},
    **{f"{name}: no program": code.format(path="in_this_folder(0o600)") for name, code in _EXEC.items()},
    **{f"{name}: nowhere on the path": code.format(path="b'none-such'") for name, code in _ON_PATH.items()},
    "execve: a program of no format": "c.execve(in_this_folder(0o700), argv, None)",
    "execveat: no folder": "c.execveat(999, b'none', argv, None, 0)",
    "execveat: an open file": "c.execveat(written(), b'', argv, None, AT_EMPTY_PATH)",
    "fexecve: no file": "c.fexecve(999, argv, no_variables)",
    "fexecve: no program": "c.fexecve(written(), argv, no_variables)",
    **{f"{name}: a program": code.format(path="b'/bin/true'", given="None") for name, code in _SPAWN.items()},
    **{
        f"{name}: outside of the night": code.format(path="b'/bin/true'", given="real_clock")
        for name, code in _SPAWN.items()
    },
    **{
        f"{name}: with a clock that is none": code.format(path="b'/bin/true'", given="no_clock")
        for name, code in _SPAWN.items()
    },
    "posix_spawnp: on the path": _SPAWN["posix_spawnp"].format(path="b'true'", given="no_variables"),
    **{f"{name}: no file": code.format(path="missing", given="None") for name, code in _SPAWN.items()},
    **{f"{name}: no program": code.format(path="in_this_folder(0o600)", given="None") for name, code in _SPAWN.items()},
    "system: a command": "c.system(b'exit 3')",
    "system: whether there is a shell": "c.system(None)",
    "system: nobody is waited for": (
        "signal.signal(signal.SIGCHLD, signal.SIG_IGN); c.system(b':'); signal.signal(signal.SIGCHLD, signal.SIG_DFL)"
    ),
    "popen: a command": "libc.pclose(POINTER(c.popen(b'exit 3', b'r')))",
    "popen: no mode": "c.popen(b'exit 3', b'x')",
    "wordexp: words": "c.wordexp(b'a b', status, 0)",
    "wordexp: a command": "c.wordexp(b'$(echo a b)', status, 0)",
    "wordexp: no words": "c.wordexp(b'a | b', status, 0)",
    "wordexp: a command that is not allowed": "c.wordexp(b'$(echo a b)', status, 4)",
    **{
        f"{code[2:].partition('(')[0]}: with a clock that is none": (
            f"libc.setenv(b'NIGHT_CLOCK', b'none/none', 1); {code}; libc.unsetenv(b'NIGHT_CLOCK')"
        )
        for code in ("c.system(b'exit 3')", "c.popen(b'exit 3', b'r')", "c.wordexp(b'$(echo a b)', status, 0)")
    },
    "dlopen: this program": "c.dlopen(None, 2)",
    "dlopen: a library": "c.dlopen(b'libm.so.6', 2)",
    "dlopen: before all others": "c.dlopen(b'libm.so.6', 10)",
    "dlopen: no library": "c.dlopen(b'none/none.so', 2)",
    "dlmopen: a library": "c.dlmopen(L(0), b'libm.so.6', 2)",
    "dlmopen: no library": "c.dlmopen(L(0), b'none/none.so', 2)",
    "dlmopen: a namespace of its own": "c.dlmopen(L(-1), b'libm.so.6', 2)",
}
