"""Whatever environment a program is given, it finds itself in the night: every way to start one, every wrong one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clock.needed import needs
from tests.clock.virtual_night import AT_NS, Night

BEGAN = AT_NS // 10**9

WAYS = (
    *("execve", "execv", "execvp", "execvpe", "execl", "execlp", "execle", "fexecve", "execveat", "execveat_file"),
    *("SYS_execve", "SYS_execveat", "posix_spawn", "posix_spawnp", "system", "popen", "wordexp", "vfork"),
)


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A program that starts `date` in every way."""
    program = tmp_path_factory.mktemp("ways") / "ways"
    source = Path(__file__).parents[1] / "ways_to_start.c"
    subprocess.run([needs("cc"), "-g", "-O1", "-o", program, source], check=True)
    return str(program)


def tells_the_night(out: str, readings: int = 1) -> bool:
    times = [int(line) for line in out.split()]
    return len(times) == readings and all(BEGAN <= time < BEGAN + 60 for time in times)


@pytest.mark.parametrize("environment", ["nothing", "foreign", "partly", "null"])
@pytest.mark.parametrize("way", WAYS)
def test_a_program_tells_the_nights_date_however_it_is_started_and_with_whatever_environment(
    night: Night, ways: str, way: str, environment: str
) -> None:
    ended = night.run(ways, way, environment)
    assert ended.code == 0, ended.err
    assert tells_the_night(ended.out), ended.out
    assert not night.page.outsiders()


def test_a_program_that_is_not_there_fails_as_ever(night: Night, ways: str) -> None:
    assert night.run(ways, "nowhere").out == "-1 1\n"
    assert not night.page.outsiders()


def test_valgrind_sees_no_wrong_access_where_an_environment_is_made(night: Night, ways: str) -> None:
    for way in ("execve", "vfork", "posix_spawn", "popen"):
        ended = night.run(needs("valgrind"), "-q", "--error-exitcode=9", ways, way, "foreign")
        assert ended.code == 0, ended.err


SHELLS = {
    "env -i": ["sh", "-c", "env -i /bin/date +%s"],
    "an empty LD_PRELOAD": ["bash", "-c", "LD_PRELOAD= date +%s"],
    "unset": ["sh", "-c", "unset LD_PRELOAD NIGHT_CLOCK NIGHT_COMPONENT; date +%s"],
    "exec": ["bash", "-c", "exec -c /bin/date +%s"],
    "env -i twice": ["env", "-i", "/usr/bin/env", "-i", "/bin/sh", "-c", "/bin/date +%s"],
    "xargs": ["sh", "-c", "echo +%s | env -i /usr/bin/xargs /bin/date"],
    "find": ["env", "-i", "/usr/bin/find", "/", "-maxdepth", "0", "-exec", "/bin/date", "+%s", ";"],
    "perl exec": ["perl", "-e", "%ENV = (); exec '/bin/date', '+%s'"],
    "perl system": ["perl", "-e", "%ENV = (); system '/bin/date', '+%s'"],
    "perl ``": ["perl", "-e", "%ENV = (); print `/bin/date +%s`"],
    "python run": [sys.executable, "-c", "import subprocess; subprocess.run(['/bin/date', '+%s'], env={})"],
    "python shell": [sys.executable, "-c", "import subprocess; subprocess.run('/bin/date +%s', env={}, shell=True)"],
    "python system": [sys.executable, "-c", "import os; os.environ.clear(); os.system('/bin/date +%s')"],
    "python execve": [sys.executable, "-c", "import os; os.execve('/bin/date', ['date', '+%s'], {})"],
    "python spawn": [sys.executable, "-c", "import os; os.posix_spawn('/bin/date', ['date', '+%s'], {}); os.wait()"],
}


@pytest.mark.parametrize("command", SHELLS.values(), ids=SHELLS)
def test_shells_and_languages_start_programs_in_the_night(night: Night, command: list[str]) -> None:
    needs(command[0])
    ended = night.run(*command)
    assert ended.code == 0, ended.err
    assert tells_the_night(ended.out), ended.out


def test_make_starts_programs_in_the_night(night: Night, tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text("all:\n\t@env -i /bin/date +%s\n")
    assert tells_the_night(night.run(needs("make"), "-s", "-C", str(tmp_path)).out)


def test_a_child_that_waits_does_so_in_the_nights_time(night: Night) -> None:
    assert 3600 <= night.run("env", "-i", "/bin/sleep", "3600").virtual_s < 3601


def test_the_programs_own_preload_stays_behind_ours_and_its_own_name_is_kept(night: Night, tmp_path: Path) -> None:
    source, library = tmp_path / "own.c", tmp_path / "own.so"
    source.write_text('#include <stdio.h>\n__attribute__((constructor)) static void load(void) { puts("own"); }\n')
    subprocess.run([needs("cc"), "-shared", "-fPIC", "-o", library, source], check=True)
    ended = night.run("env", "-i", f"LD_PRELOAD={library}", "NIGHT_COMPONENT=another", "/usr/bin/env")
    variables = dict(line.split("=", 1) for line in ended.out.splitlines() if "=" in line)
    assert "own" in ended.out.splitlines()
    assert variables["LD_PRELOAD"] == f"{night.environment()['LD_PRELOAD']}:{library}"
    assert variables["NIGHT_CLOCK"] == str(night.path)
    assert variables["NIGHT_COMPONENT"] == "another"


def test_what_is_complete_passes_as_it_is(night: Night) -> None:
    ours = {"NIGHT_NETWORK": "loopback", "NIGHT_STACK": "/a/stack", "NIGHT_SKEW": "0 0 0"}
    ended = night.run("env", "-i", "/usr/bin/env", more=ours)
    given = night.environment(more=ours)
    nights = {"LD_PRELOAD", "NIGHT_CLOCK", "NIGHT_COMPONENT", *ours}
    assert dict(line.split("=", 1) for line in ended.out.splitlines()) == {
        name: value for name, value in given.items() if name in nights
    }


def test_a_network_that_was_closed_stays_closed_and_another_name_for_it_is_not_taken(night: Night) -> None:
    say = "env | grep NIGHT_NETWORK"
    ended = night.run("sh", "-c", f"NIGHT_NETWORK=any sh -c '{say}'", more={"NIGHT_NETWORK": "loopback"})
    assert ended.out == "NIGHT_NETWORK=loopback\n"


def test_another_nights_page_is_left_to_who_names_it(night: Night, tmp_path: Path) -> None:
    from harness.clock.page import ClockPage

    other = ClockPage.create(tmp_path / "page", at_ns=(BEGAN + 86400) * 10**9)
    try:
        ended = night.run("sh", "-c", f"NIGHT_CLOCK={other.path} date +%s")
    finally:
        other.close()
    assert BEGAN + 86400 <= int(ended.out) < BEGAN + 86460


def test_a_servers_title_over_its_environment_takes_nothing_of_it_away(night: Night, tmp_path: Path) -> None:
    """Servers write their state over the memory that their environment was in (setproctitle)."""
    program, source = tmp_path / "titled", tmp_path / "titled.c"
    source.write_text("""
        #define _GNU_SOURCE
        #include <string.h>
        #include <unistd.h>
        int main(void) {
            char **env = environ, *first = *env, *last = first;
            for (; *env; env++)
                last = *env + strlen(*env);
            memset(first, 'x', (size_t)(last - first));
            environ = (char *[]){0};
            return execl("/bin/date", "date", "+%s", (char *)0);
        }
    """)
    subprocess.run([needs("cc"), "-o", program, source], check=True)
    assert tells_the_night(night.run(str(program)).out)


SMALL_STACK = r"""
    #define _GNU_SOURCE
    #include <fcntl.h>
    #include <limits.h>
    #include <pthread.h>
    #include <spawn.h>
    #include <stdio.h>
    #include <string.h>
    #include <sys/wait.h>
    #include <unistd.h>

    static char *const command[] = {"date", "+%s", NULL};
    static const char *way;

    static pid_t begin(void) {
        pid_t child = -1;
        if (strcmp(way, "posix_spawn") == 0)
            return posix_spawn(&child, "/bin/date", NULL, NULL, command, environ) ? -1 : child;
        if (strcmp(way, "posix_spawnp") == 0)
            return posix_spawnp(&child, "date", NULL, NULL, command, environ) ? -1 : child;
        child = strcmp(way, "vfork") == 0 ? vfork() : fork();
        if (child)
            return child;
        if (strcmp(way, "fexecve") == 0)
            fexecve(open("/bin/date", O_RDONLY | O_CLOEXEC), command, environ);
        else if (strcmp(way, "execve") == 0)
            execve("/bin/date", command, environ);
        else
            execvp("date", command);
        _exit(127);
    }

    static void *thread(void *status) {
        pid_t child = begin();
        waitpid(child, status, 0);
        return NULL;
    }

    int main(int count, char **arguments) {
        int status = 1;
        pthread_t small;
        pthread_attr_t attributes;
        way = arguments[1];
        if (count > 2)
            environ = (char *[]){NULL};
        pthread_attr_init(&attributes);
        pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN);
        if (pthread_create(&small, &attributes, thread, &status))
            return 2;
        pthread_join(small, NULL);
        return status;
    }
"""


@pytest.fixture(scope="module")
def small_stack(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A program that starts `date` from a thread with the smallest stack that there is."""
    program, source = (tmp_path_factory.mktemp("small") / name for name in ("small", "small.c"))
    source.write_text(SMALL_STACK)
    subprocess.run([needs("cc"), "-pthread", "-o", program, source], check=True)
    return str(program)


@pytest.mark.parametrize("environment", [(), ("nothing",)], ids=["as it is", "nothing"])
@pytest.mark.parametrize("way", ["posix_spawn", "posix_spawnp", "execve", "execvp", "fexecve", "vfork"])
def test_a_thread_with_the_smallest_stack_starts_programs(
    night: Night, small_stack: str, way: str, environment: tuple[str, ...]
) -> None:
    ended = night.run(small_stack, way, *environment)
    assert (ended.code, ended.err) == (0, "")
    assert tells_the_night(ended.out), ended.out


def test_what_is_needed_to_look_at_a_program_is_given_back(night: Night, tmp_path: Path) -> None:
    """In a child of vfork too, which has its parent's memory."""
    program, source = tmp_path / "many", tmp_path / "many.c"
    source.write_text(r"""
        #define _GNU_SOURCE
        #include <stdio.h>
        #include <stdlib.h>
        #include <sys/wait.h>
        #include <unistd.h>
        static long pages(void) {
            char text[64] = "";
            FILE *file = fopen("/proc/self/statm", "r");
            long size = fgets(text, sizeof text, file) ? strtol(text, NULL, 10) : -1;
            fclose(file);
            return size;
        }
        static void start(void) {
            pid_t child = vfork();
            if (child == 0) {
                execvp("true", (char *[]){"true", NULL});
                _exit(127);
            }
            waitpid(child, NULL, 0);
        }
        int main(void) {
            start();
            long before = pages();
            for (int turn = 0; turn < 20; turn++)
                start();
            printf("%ld\n", pages() - before);
            return 0;
        }
    """)
    subprocess.run([needs("cc"), "-o", program, source], check=True)
    assert night.run(str(program)).out == "0\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may start programs as another user")
def test_root_starts_programs_through_sudo_and_su_in_the_night(night: Night) -> None:
    assert tells_the_night(night.run(needs("su"), "-", "-c", "/bin/date +%s").out)
    assert tells_the_night(night.run(needs("sudo"), "/bin/date", "+%s").out)
