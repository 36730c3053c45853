"""Signal handlers and forks that come at the worst moment, in C: Python runs its handlers only later."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.clock.needed import needs
from tests.clock.virtual_night import Ended, Night

HANDLER = r"""
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static volatile long long told_ns;
static long long now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}
static void tell(int signo) { (void)signo; told_ns = now_ns(); }

int main(void) {
    long long furthest_ns = 0;
    signal(SIGUSR1, tell);
    pid_t parent = getpid();
    if (fork() == 0) {
        for (int turn = 1; turn <= 4000; turn++) {
            usleep(700000);
            if (turn % 150 == 0)
                kill(parent, SIGUSR1);
        }
        return 0;
    }
    for (int turn = 0; turn < 28000; turn++) {
        usleep(100000);
        long long before_ns = told_ns, back_ns = before_ns - now_ns();
        furthest_ns = back_ns > furthest_ns ? back_ns : furthest_ns;
    }
    printf("%d %lld\n", told_ns != 0, furthest_ns);
    return 0;
}
"""

FORKS = r"""
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const struct itimerspec hour = {.it_value = {3600, 0}};
static timer_t timer_of(void) {
    struct sigevent nobody = {.sigev_notify = SIGEV_NONE};
    timer_t timer;
    timer_create(CLOCK_MONOTONIC, &nobody, &timer);
    return timer;
}
static void *set(void *unused) {
    for (timer_t timer = timer_of();;)
        timer_settime(timer, 0, &hour, NULL);
    return unused;
}

int main(void) {
    pthread_t other;
    pthread_create(&other, NULL, set, NULL);
    for (int turn = 0; turn < 300; turn++) {
        if (fork() == 0) {
            timer_settime(timer_of(), 0, &hour, NULL);
            _exit(0);
        }
        wait(NULL);
    }
    puts("all");
    return 0;
}
"""


def run(night: Night, folder: Path, source: str) -> Ended:
    program = folder / "program"
    subprocess.run([needs("cc"), "-pthread", "-x", "c", "-o", program, "-"], input=source, text=True, check=True)
    return night.run(str(program))


def test_no_signal_handler_reads_a_clock_that_then_goes_back(night: Night, tmp_path: Path) -> None:
    """Not even where the thread ticks, and is woken late just after."""
    night.controller.tick_error = 0.01
    assert run(night, tmp_path, HANDLER).out.split() == ["1", "0"]


def test_a_child_sets_timers_whatever_its_parents_other_thread_did_meanwhile(night: Night, tmp_path: Path) -> None:
    assert run(night, tmp_path, FORKS).out == "all\n"
