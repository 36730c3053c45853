"""Every wrapped call as a program makes it: where it succeeds, at once and after a wait, and where it fails.

A case is named after its call, and what is made of it stands behind a colon. `errno_program.py` has what they use.
"""

from __future__ import annotations

from tests.clock.preload.errno_starts import STARTS

_POLLS = {
    "poll": "c.poll(one, 1, {ms})",
    "__poll": "c.__getattr__('__poll')(one, 1, {ms})",
    "__poll_chk": "c.__getattr__('__poll_chk')(one, 1, {ms}, L(8))",
    "ppoll": "c.ppoll(one, 1, {span}, None)",
    "__ppoll_chk": "c.__getattr__('__ppoll_chk')(one, 1, {span}, None, L(8))",
    "select": "c.select(reader + 1, reading(), None, None, {micro})",
    "__select": "c.__getattr__('__select')(reader + 1, reading(), None, None, {micro})",
    "pselect": "c.pselect(reader + 1, reading(), None, None, {span}, None)",
    "epoll_wait": "c.epoll_wait(watching(reader), room, 1, {ms})",
    "epoll_pwait": "c.epoll_pwait(watching(reader), room, 1, {ms}, None)",
    "epoll_pwait2": "c.epoll_pwait2(watching(reader), room, 1, {span}, None)",
}
_WAITS = {"ms": "ms", "span": "span", "micro": "ctypes.byref(Span(int(S), int(S % 1 * 1e6)))"}
_FOR_NO_FILE = {
    "poll": "c.poll(None, 0, ms)",
    "ppoll": "c.ppoll(None, 0, span, None)",
    "select": "c.select(0, None, None, None, ctypes.byref(Span(int(S), int(S % 1 * 1e6))))",
    "pselect": "c.pselect(0, None, None, None, span, None)",
}
_LOOKS = {"ms": "0", "span": "ctypes.byref(Span(0, 0))", "micro": "ctypes.byref(Span(0, 0))"}
_NO_LIMIT = {"ms": "-1", "span": "None", "micro": "None"}
_SLEEPS = {
    "nanosleep": "c.nanosleep(span, {left})",
    "__nanosleep": "c.__getattr__('__nanosleep')(span, {left})",
    "clock_nanosleep": "c.clock_nanosleep(MONOTONIC, 0, span, {left})",
    "thrd_sleep": "c.thrd_sleep(span, {left})",
    "usleep": "c.usleep(min(micro, 4 * 10**9))",
    "sleep": "c.sleep(max(1, int(S)))",
}
_LOCKS = {
    "pthread_mutex_timedlock": "c.pthread_mutex_timedlock(mutex({wakes}), until(REALTIME))",
    "pthread_mutex_clocklock": "c.pthread_mutex_clocklock(mutex({wakes}), MONOTONIC, until(MONOTONIC))",
    "pthread_rwlock_timedrdlock": "c.pthread_rwlock_timedrdlock(rwlock({wakes}), until(REALTIME))",
    "pthread_rwlock_clockrdlock": "c.pthread_rwlock_clockrdlock(rwlock({wakes}), MONOTONIC, until(MONOTONIC))",
    "pthread_rwlock_timedwrlock": "c.pthread_rwlock_timedwrlock(rwlock({wakes}), until(REALTIME))",
    "pthread_rwlock_clockwrlock": "c.pthread_rwlock_clockwrlock(rwlock({wakes}), MONOTONIC, until(MONOTONIC))",
    "mtx_timedlock": "c.mtx_timedlock(held(libc.mtx_lock, libc.mtx_unlock, {wakes}), until(REALTIME))",
}
_SEMAPHORES = {
    "sem_timedwait": "c.sem_timedwait(made, until(REALTIME))",
    "sem_clockwait": "c.sem_clockwait(made, MONOTONIC, until(MONOTONIC))",
}
_CONDITIONS = {
    "pthread_cond_timedwait": "c.pthread_cond_timedwait(made, mine(), until(REALTIME))",
    "pthread_cond_clockwait": "c.pthread_cond_clockwait(made, mine(), MONOTONIC, until(MONOTONIC))",
    "cnd_timedwait": "c.cnd_timedwait(made, mine(), until(REALTIME))",
}
_RECEIVING = {
    "read": "c.read({fd}, room, L(8))",
    "__read_chk": "c.__getattr__('__read_chk')({fd}, room, L(8), L(256))",
    "readv": "c.readv({fd}, piece(ctypes.create_string_buffer(8)), 1)",
    "recv": "c.recv({fd}, room, L(8), 0)",
    "__recv_chk": "c.__getattr__('__recv_chk')({fd}, room, L(8), L(256), 0)",
    "recvfrom": "c.recvfrom({fd}, room, L(8), 0, None, None)",
    "__recvfrom_chk": "c.__getattr__('__recvfrom_chk')({fd}, room, L(8), L(256), 0, None, None)",
    "recvmsg": "c.recvmsg({fd}, message(), 0)",
    "recvmmsg": "c.recvmmsg({fd}, message(), 1, 0, None)",
}
_SENDING = {
    "write": "c.write({fd}, b'x', L(1))",
    "writev": "c.writev({fd}, piece(ctypes.create_string_buffer(1)), 1)",
    "send": "c.send({fd}, b'x', L(1), 0)",
    "sendto": "c.sendto({fd}, b'x', L(1), 0, None, 0)",
    "sendmsg": "c.sendmsg({fd}, message(), 0)",
    "sendmmsg": "c.sendmmsg({fd}, message(), 1, 0)",
}
_ON_FILES = {
    "close": ["c.close(written())", "c.close(999)"],
    "fclose": ["libc.fopen.restype = POINTER; c.fclose(POINTER(libc.fopen(new(), b'r+')))"],
    "dup": ["c.dup(written())", "c.dup(999)"],
    "dup2": ["c.dup2(written(), written())", "c.dup2(999, written())"],
    "dup3": ["c.dup3(written(), written(), 0)", "fd = written(); c.dup3(fd, fd, 0)"],
    "fcntl": ["c.fcntl(written(), 0, 0)", "c.fcntl(999, 0, 0)"],
    "fcntl64": ["c.fcntl64(written(), 0, 0)", "c.fcntl64(999, 0, 0)"],
    "open": ["c.open(new(), O_RDWR)", "c.open(missing, 0)"],
    "open64": ["c.open64(new(), O_RDWR)", "c.open64(missing, 0)"],
    "openat": ["c.openat(AT_FDCWD, new(), O_RDWR)", "c.openat(AT_FDCWD, missing, 0)"],
    "openat64": ["c.openat64(AT_FDCWD, new(), O_RDWR)", "c.openat64(AT_FDCWD, missing, 0)"],
    "__open_2": ["c.__getattr__('__open_2')(new(), O_RDWR)"],
    "__open64_2": ["c.__getattr__('__open64_2')(new(), O_RDWR)"],
    "__openat_2": ["c.__getattr__('__openat_2')(AT_FDCWD, new(), O_RDWR)"],
    "__openat64_2": ["c.__getattr__('__openat64_2')(AT_FDCWD, new(), O_RDWR)"],
    "creat": ["c.creat(new(), 0o600)", "c.creat(missing, 0o600)"],
    "creat64": ["c.creat64(new(), 0o600)", "c.creat64(missing, 0o600)"],
    "fwrite": ["libc.fopen.restype = POINTER; c.fwrite(b'x', L(1), L(1), POINTER(libc.fopen(new(), b'r+')))"],
    "fwrite_unlocked": [
        "libc.fopen.restype = POINTER; c.fwrite_unlocked(b'x', L(1), L(1), POINTER(libc.fopen(new(), b'r+')))"
    ],
    "fopen": ["c.fopen(new(), b'r+')", "c.fopen(missing, b'r')"],
    "fopen64": ["c.fopen64(new(), b'r+')", "c.fopen64(missing, b'r')"],
    "freopen": ["libc.fopen.restype = POINTER; c.freopen(new(), b'r+', POINTER(libc.fopen(new(), b'r')))"],
    "freopen64": ["libc.fopen.restype = POINTER; c.freopen64(new(), b'r+', POINTER(libc.fopen(new(), b'r')))"],
    "stat": ["c.stat(new(), status)", "c.stat(missing, status)"],
    "stat64": ["c.stat64(new(), status)", "c.stat64(missing, status)"],
    "lstat": ["c.lstat(new(), status)", "c.lstat(missing, status)"],
    "lstat64": ["c.lstat64(new(), status)", "c.lstat64(missing, status)"],
    "fstat": ["c.fstat(written(), status)", "c.fstat(999, status)"],
    "fstat64": ["c.fstat64(written(), status)", "c.fstat64(999, status)"],
    "fstatat": ["c.fstatat(AT_FDCWD, new(), status, 0)", "c.fstatat(AT_FDCWD, missing, status, 0)"],
    "fstatat64": ["c.fstatat64(AT_FDCWD, new(), status, 0)", "c.fstatat64(AT_FDCWD, missing, status, 0)"],
    "statx": ["c.statx(AT_FDCWD, new(), 0, 0x7ff, status)", "c.statx(AT_FDCWD, missing, 0, 0x7ff, status)"],
    "utimensat": ["c.utimensat(AT_FDCWD, new(), None, 0)", "c.utimensat(AT_FDCWD, missing, None, 0)"],
    "futimens": ["c.futimens(written(), None)", "c.futimens(999, None)"],
    "utimes": ["c.utimes(new(), None)", "c.utimes(missing, None)"],
    "lutimes": ["c.lutimes(new(), None)", "c.lutimes(missing, None)"],
    "futimes": ["c.futimes(written(), None)", "c.futimes(999, None)"],
    "futimesat": ["c.futimesat(AT_FDCWD, new(), None)", "c.futimesat(AT_FDCWD, missing, None)"],
    "utime": ["c.utime(new(), None)", "c.utime(missing, None)"],
    "pwrite": ["c.pwrite(written(), b'x', L(1), L(0))", "c.pwrite(999, b'x', L(1), L(0))"],
    "pwrite64": ["c.pwrite64(written(), b'x', L(1), L(0))", "c.pwrite64(999, b'x', L(1), L(0))"],
    "pwritev": ["c.pwritev(written(), piece(status), 1, L(0))", "c.pwritev(999, piece(status), 1, L(0))"],
    "pwritev64": ["c.pwritev64(written(), piece(status), 1, L(0))", "c.pwritev64(999, piece(status), 1, L(0))"],
    "pwritev2": ["c.pwritev2(written(), piece(status), 1, L(0), 0)", "c.pwritev2(999, piece(status), 1, L(0), 0)"],
    "pwritev64v2": ["c.pwritev64v2(written(), piece(status), 1, L(0), 0)"],
    "sendfile": ["c.sendfile(written(), written(), None, L(9))", "c.sendfile(999, written(), None, L(9))"],
    "sendfile64": ["c.sendfile64(written(), written(), None, L(9))", "c.sendfile64(999, written(), None, L(9))"],
    "copy_file_range": [
        "c.copy_file_range(written(), None, written(), None, L(9), 0)",
        "c.copy_file_range(999, None, written(), None, L(9), 0)",
    ],
    "fallocate": ["c.fallocate(written(), 0, L(0), L(9))", "c.fallocate(999, 0, L(0), L(9))"],
    "fallocate64": ["c.fallocate64(written(), 0, L(0), L(9))", "c.fallocate64(999, 0, L(0), L(9))"],
    "posix_fallocate": ["c.posix_fallocate(written(), L(0), L(9))", "c.posix_fallocate(999, L(0), L(9))"],
    "posix_fallocate64": ["c.posix_fallocate64(written(), L(0), L(9))", "c.posix_fallocate64(999, L(0), L(9))"],
    "truncate": ["c.truncate(new(), L(9))", "c.truncate(missing, L(9))"],
    "truncate64": ["c.truncate64(new(), L(9))", "c.truncate64(missing, L(9))"],
    "mkdir": ["c.mkdir(b'a folder', 0o700)", "c.mkdir(missing, 0o700)"],
    "mkdirat": ["c.mkdirat(AT_FDCWD, b'another', 0o700)", "c.mkdirat(AT_FDCWD, missing, 0o700)"],
    "rmdir": ["os.mkdir('gone'); c.rmdir(b'gone')", "c.rmdir(missing)"],
    "rename": ["c.rename(new(), b'renamed')", "c.rename(missing, b'renamed')"],
    "renameat": [
        "c.renameat(AT_FDCWD, new(), AT_FDCWD, b'moved')",
        "c.renameat(AT_FDCWD, missing, AT_FDCWD, b'moved')",
    ],
    "renameat2": [
        "c.renameat2(AT_FDCWD, new(), AT_FDCWD, b'put', 0)",
        "c.renameat2(AT_FDCWD, missing, AT_FDCWD, b'put', 0)",
    ],
    "unlink": ["c.unlink(new())", "c.unlink(missing)"],
    "unlinkat": ["c.unlinkat(AT_FDCWD, new(), 0)", "c.unlinkat(AT_FDCWD, missing, 0)"],
    **{
        f"mk{kind}{width}": [f"c.mk{kind}{width}(template(){more})", f"c.mk{kind}{width}(status{more})"]
        for kind, more in (("stemp", ""), ("ostemp", ", 0"), ("stemps", ", 0"), ("ostemps", ", 0, 0"))
        for width in ("", "64")
    },
    **{
        f"__{kind}xstat{width}": [
            f"c.__getattr__('__{kind}xstat{width}')(1, {given}, status)",
            f"c.__getattr__('__{kind}xstat{width}')(1, {wrong}, status)",
        ]
        for kind, given, wrong in (("", "new()", "missing"), ("l", "new()", "missing"), ("f", "written()", "999"))
        for width in ("", "64")
    },
    **{
        f"__fxstatat{width}": [f"c.__getattr__('__fxstatat{width}')(1, AT_FDCWD, new(), status, 0)"]
        for width in ("", "64")
    },
}
_AT_ONCE = {
    "clock_gettime": ["c.clock_gettime(REALTIME, four)", "c.clock_gettime(99, four)"],
    "gettimeofday": ["c.gettimeofday(four, None)"],
    "__gettimeofday": ["c.__getattr__('__gettimeofday')(four, None)"],
    "time": ["c.time(None)"],
    "timespec_get": ["c.timespec_get(four, 1)", "c.timespec_get(four, 99)"],
    "ftime": ["c.ftime(four)"],
    "times": ["c.times(four)"],
    "sysinfo": ["c.sysinfo(status)"],
    "adjtimex": ["c.adjtimex(ctypes.create_string_buffer(256))"],
    "ntp_adjtime": ["c.ntp_adjtime(ctypes.create_string_buffer(256))"],
    "clock_adjtime": ["c.clock_adjtime(REALTIME, ctypes.create_string_buffer(256))"],
    "ntp_gettime": ["c.ntp_gettime(ctypes.create_string_buffer(256))"],
    "ntp_gettimex": ["c.ntp_gettimex(ctypes.create_string_buffer(256))"],
    "adjtime": ["c.adjtime(None, four)"],
    "alarm": ["c.alarm(0)"],
    "ualarm": ["c.ualarm(0, 0)"],
    "setitimer": ["c.setitimer(0, interval_micro(0), four)", "c.setitimer(99, interval_micro(0), four)"],
    "getitimer": ["c.getitimer(0, four)", "c.getitimer(99, four)"],
    "timer_create": ["c.timer_create(MONOTONIC, None, four)", "c.timer_create(99, None, four)"],
    "timer_settime": [
        "c.timer_settime(timer(), 0, interval(S * 9), four)",
        "c.timer_settime(timer(), 0, ctypes.byref((L * 4)(0, 0, 0, -1)), four)",
    ],
    "timer_gettime": ["c.timer_gettime(timer(), four)"],
    "timer_getoverrun": ["c.timer_getoverrun(timer())"],
    "timer_delete": ["c.timer_delete(timer())"],
    "timerfd_create": ["c.timerfd_create(MONOTONIC, 0)", "c.timerfd_create(99, 0)"],
    "timerfd_settime": [
        "c.timerfd_settime(libc.timerfd_create(MONOTONIC, 0), 0, interval(S * 9), four)",
        "c.timerfd_settime(libc.timerfd_create(MONOTONIC, 0), 1, interval(1), four)",
        "c.timerfd_settime(libc.timerfd_create(MONOTONIC, 0), 0, interval(0), None)",
        "c.timerfd_settime(written(), 0, interval(1), None)",
    ],
    "timerfd_gettime": ["c.timerfd_gettime(libc.timerfd_create(MONOTONIC, 0), four)", "c.timerfd_gettime(999, four)"],
    "signal": ["c.signal(signal.SIGUSR2, POINTER(1))", "c.signal(99, POINTER(1))"],
    "sigaction": ["c.sigaction(signal.SIGURG, None, status)", "c.sigaction(99, None, status)"],
    "socket": ["c.socket(2, 1, 0)", "c.socket(2, 2, 0)", "c.socket(1, 1, 0)", "c.socket(99, 1, 0)"],
    "setsockopt": [
        "c.setsockopt(tcp(), 1, 20, bytes(Span(9, 0)), 16)",
        "c.setsockopt(999, 1, 20, bytes(Span(9, 0)), 16)",
    ],
    "accept": ["connected(); c.accept(server.fileno(), None, None)", "c.accept(tcp(), None, None)"],
    "accept4": ["connected(); c.accept4(server.fileno(), None, None, 0)", "c.accept4(tcp(), None, None, 0)"],
    "connect": [
        "c.connect(tcp(), address(), 16)",
        "c.connect(tcp(), address(nobody()), 16)",
        "fd = tcp(); libc.setsockopt(fd, 1, 21, bytes(Span(9, 0)), 16); c.connect(fd, address(), 16)",
        "fd = tcp(); libc.setsockopt(fd, 1, 21, bytes(Span(9, 0)), 16); c.connect(fd, address(nobody()), 16)",
    ],
    "syscall": [
        "c.syscall(L(NANOSLEEP), span, L(0))",
        "c.syscall(L(FUTEX), ctypes.byref(word), L(0), L(5), span, None, L(0))",
        "c.syscall(L(FUTEX), ctypes.byref(word), L(0), L(4), span, None, L(0))",
        "c.syscall(L(FUTEX), ctypes.byref(word), L(1), L(1), None, None, L(0))",
        "soon(lambda: wake(word)); c.syscall(L(FUTEX), ctypes.byref(word), L(0), L(5), span, None, L(0))",
    ],
}

NOT_FOR_OTHERS = {
    "clock_settime": "c.clock_settime(REALTIME, ctypes.byref(Span(-1, -1)))",
    "settimeofday": "c.settimeofday(ctypes.byref(Span(-1, -1)), None)",
    "stime": "c.stime(ctypes.byref(Span(-1, -1)))",
}
"""What is refused in a night, whatever the machine would say."""

NEVER_RETURN = {"_exit", "_Exit"}


def _each(calls: dict[str, str], situation: str, before: str = "", **given: str) -> dict[str, str]:
    return {f"{name}: {situation}": before + code.format(**given) for name, code in calls.items()}


CASES: dict[str, str] = {
    **_each(_SLEEPS, "its time passes", left="None"),
    **_each(_SLEEPS, "a handler interrupts it", "interrupted_soon(); ", left="four"),
    "clock_nanosleep: until a time": "c.clock_nanosleep(REALTIME, 1, until(REALTIME), None)",
    "clock_nanosleep: until a time that is over": "c.clock_nanosleep(REALTIME, 1, until(REALTIME, -5), None)",
    "nanosleep: no span": "c.nanosleep(ctypes.byref(Span(0, -1)), None)",
    **_each(_POLLS, "nothing comes", "drain(); ", **_WAITS),
    **_each(_POLLS, "something comes", "drain(); write_soon(); ", **_WAITS),
    **_each(_POLLS, "something comes, no limit", "drain(); write_soon(); ", **_NO_LIMIT),
    **_each(_POLLS, "it is there", "drain(); os.write(writer, b'x'); ", **_WAITS),
    **_each(_POLLS, "one look", "drain(); ", **_LOOKS),
    **_each(_POLLS, "a handler interrupts it", "drain(); interrupted_soon(); ", **_WAITS),
    **_each(_FOR_NO_FILE, "for no file"),
    "epoll_wait: no epoll": "c.epoll_wait(999, room, 1, ms)",
    "select: no files": "c.select(-1, None, None, None, ctypes.byref(Span(1, 0)))",
    **_each(_LOCKS, "held", wakes="False"),
    **_each(_LOCKS, "given back", wakes="True"),
    **_each(_SEMAPHORES, "taken", "made = semaphore(); "),
    **_each(_SEMAPHORES, "there", "made = semaphore(1); "),
    **_each(_SEMAPHORES, "posted", "made = semaphore(); soon(lambda: libc.sem_post(made)); "),
    **_each(_SEMAPHORES, "a handler interrupts it", "made = semaphore(); interrupted_soon(); "),
    **_each(_CONDITIONS, "nobody signals", "made = ctypes.create_string_buffer(64); "),
    **_each(
        _CONDITIONS,
        "signalled",
        "made = ctypes.create_string_buffer(64); soon(lambda: libc.pthread_cond_signal(made)); ",
    ),
    "pthread_timedjoin_np: lives": "c.pthread_timedjoin_np(thread(S * 2), None, until(REALTIME))",
    "pthread_timedjoin_np: ends": "c.pthread_timedjoin_np(thread(S / 2), None, until(REALTIME))",
    "pthread_clockjoin_np: lives": "c.pthread_clockjoin_np(thread(S * 2), None, MONOTONIC, until(MONOTONIC))",
    "pthread_clockjoin_np: ends": "c.pthread_clockjoin_np(thread(S / 2), None, MONOTONIC, until(MONOTONIC))",
    "sigtimedwait: none comes": "c.sigtimedwait(signals(signal.SIGUSR1), None, span)",
    "sigtimedwait: one comes": (
        "soon(lambda: os.kill(os.getpid(), signal.SIGUSR1)); c.sigtimedwait(signals(signal.SIGUSR1), four, span)"
    ),
    "semtimedop: taken": "c.semtimedop(semaphores, take, L(1), span)",
    "semtimedop: there": "libc.semop(semaphores, give, L(1)); c.semtimedop(semaphores, take, L(1), span)",
    "semtimedop: given": (
        "soon(lambda: libc.semop(semaphores, give, L(1))); c.semtimedop(semaphores, take, L(1), span)"
    ),
    "mq_timedreceive: empty": "c.mq_timedreceive(queue(False), room, L(256), None, until(REALTIME))",
    "mq_timedreceive: full": "c.mq_timedreceive(queue(True), room, L(256), None, until(REALTIME))",
    "mq_timedsend: empty": "c.mq_timedsend(queue(False), b'x', L(1), 0, until(REALTIME))",
    "mq_timedsend: full": "c.mq_timedsend(queue(True), b'x', L(1), 0, until(REALTIME))",
    "mq_timedsend: read meanwhile": (
        "made = queue(True); soon(lambda: libc.mq_receive(made, room, L(256), None));"
        " c.mq_timedsend(made, b'x', L(1), 0, until(REALTIME))"
    ),
    **_each(_RECEIVING, "it is there", "a, b = two(); os.write(b, b'x'); ", fd="a"),
    **_each(_RECEIVING, "no file", fd="999"),
    **_each(_RECEIVING, "a limit, and nothing comes", "a, b = limited(); ", fd="a"),
    **_each(_RECEIVING, "a limit, and something comes", "a, b = limited(); write_soon(b); ", fd="a"),
    "recv: all of it, and a part comes": "a, b = limited(); os.write(b, b'x'); c.recv(a, room, L(8), 0x100)",
    "recvmmsg: two, and one comes": "a, b = limited(); os.write(b, b'x'); c.recvmmsg(a, message(count=2), 2, 0, None)",
    "recvmmsg: its own limit": "a, b = two(); os.write(b, b'x'); c.recvmmsg(a, message(), 1, 0, span)",
    **_each(_SENDING, "there is room", "a, b = two(); ", fd="a"),
    **_each(_SENDING, "no file", fd="999"),
    **_each(_SENDING, "a limit, and it stays full", "a, b = limited(); full(a); ", fd="a"),
    **_each(
        _SENDING, "a limit, and it is read", "a, b = limited(); full(a); soon(lambda: os.read(b, 1 << 24)); ", fd="a"
    ),
    "send: more than there is room for": "a, b = limited(); c.send(a, bytes(1 << 22), L(1 << 22), 0)",
    **{
        f"{name}: {number}": code
        for table in (_ON_FILES, _AT_ONCE)
        for name, codes in table.items()
        for number, code in enumerate(codes, 1)
    },
    **STARTS,
    **{f"{name}: refused": code for name, code in NOT_FOR_OTHERS.items()},
}
