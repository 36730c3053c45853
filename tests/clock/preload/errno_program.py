"""The program that makes every call of errno_cases.py, and prints of each whether it was done, and errno afterwards.

A case makes its call through `c`, which sets errno to a mark before the call and notes it afterwards. ``S`` is how long
a wait is, in seconds: an hour in a night, an instant outside of one.
"""

from __future__ import annotations

from tests.clock.preload.calling import LIBC

_SETTING = """
import tempfile, traceback
S = float(sys.argv[1])
MARK, AT_FDCWD, O_WRONLY, O_RDWR, O_CREAT, O_TRUNC = 77, -100, os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_TRUNC
EBADF, POINTER = errno.EBADF, ctypes.c_void_p
def after(seconds):
    return Span(int(seconds), int(seconds % 1 * 1e9))
def until(clock, seconds=S):
    now = time.clock_gettime_ns(clock) + int(seconds * 1e9)
    return ctypes.byref(Span(now // 10**9, now % 10**9))
span, micro, ms = ctypes.byref(after(S)), int(S * 1e6), max(1, int(S * 1000))
def interval(seconds):
    return ctypes.byref((ctypes.c_long * 4)(0, 0, int(seconds), int(seconds % 1 * 1e9)))
def interval_micro(seconds):
    return ctypes.byref((ctypes.c_long * 4)(0, 0, int(seconds), int(seconds % 1 * 1e6)))
def soon(act):
    later(act, S / 2)
def write_soon(fd=None):
    soon(lambda: os.write(writer if fd is None else fd, b"x"))
def drain(fd=None):
    os.set_blocking(reader, False)
    try:
        while os.read(reader, 100):
            pass
    except BlockingIOError:
        pass
RETURN_POINTERS = {"fopen", "fopen64", "freopen", "freopen64", "popen", "dlopen", "dlmopen"}
RETURN_ERRORS = {"posix_spawn", "posix_spawnp", "pidfd_spawn", "pidfd_spawnp", "wordexp"}  # and 0 where all is well
class Calls:
    def __getattr__(self, name):
        function = getattr(libc, name)
        function.restype = POINTER if name in RETURN_POINTERS else ctypes.c_long
        def made(*given):
            ctypes.set_errno(MARK)
            result = function(*given)
            self.seen.append((-1 if name in RETURN_ERRORS and result else result, ctypes.get_errno()))
            return result
        return made
c = Calls()
folder = tempfile.mkdtemp()
os.chdir(folder)
names = iter(range(10**6))
def new():
    path = b"file%d" % next(names)
    with open(path, "wb") as file:
        file.write(b"x" * 4096)
    return path
def written():
    return os.open(new(), O_RDWR)
def template():
    return ctypes.create_string_buffer(b"madeXXXXXX")
missing = b"none/none"
def in_this_folder(mode):
    path = b"./" + new()
    os.chmod(path, mode)
    return path
def texts(*of):
    return (ctypes.c_char_p * (len(of) + 1))(*of, None)
argv, no_variables, real_clock, no_clock = (
    texts(b"true"), texts(), texts(b"NIGHT_CLOCK=real"), texts(b"NIGHT_CLOCK=none/none")
)
os.environ["PATH"], AT_EMPTY_PATH = "/bin:/usr/bin", 0x1000  # a folder without the program leaves ENOENT, by itself
def two():
    return tuple(each.detach() for each in socket.socketpair())
def limited(type=socket.SOCK_STREAM):
    ends = socket.socketpair(socket.AF_UNIX, type)
    for each in ends:
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            each.setsockopt(socket.SOL_SOCKET, option, bytes(Span(int(S), int(S % 1 * 1e6))))
    return tuple(each.detach() for each in ends)
def full(fd):
    while True:
        try:
            os.set_blocking(fd, False)
            os.write(fd, b"x" * 65536)
        except BlockingIOError:
            os.set_blocking(fd, True)
            return fd
server = socket.create_server(("127.0.0.1", 0))
port = server.getsockname()[1]
def address(port=port):
    return (2).to_bytes(2, "little") + port.to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
def nobody():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        return closed.getsockname()[1]
def tcp():
    return socket.socket().detach()
def connected():
    made = tcp()
    libc.connect(made, address(), 16)
    return made
def piece(data):
    return ctypes.pointer(Piece(ctypes.cast(data, POINTER), len(data)))
def message(data=None, count=1):
    data = data or ctypes.create_string_buffer(8)
    made = (Message * count)()
    for each in made:
        each.pieces, each.count = piece(data), 1
    return made
def signals(*numbers):
    made = ctypes.create_string_buffer(128)
    for each in numbers:
        libc.sigaddset(made, each)
    return made
handler = ctypes.CFUNCTYPE(None, ctypes.c_int)(lambda signo: None)
libc.signal(signal.SIGALRM, handler)
libc.siginterrupt(signal.SIGALRM, 1)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
main = threading.main_thread().ident
def interrupted_soon():
    soon(lambda: signal.pthread_kill(main, signal.SIGALRM))
class Operation(ctypes.Structure):
    _fields_ = [("number", ctypes.c_ushort), ("by", ctypes.c_short), ("flags", ctypes.c_short)]
take, give = (ctypes.byref(Operation(0, by, 0)) for by in (-1, 1))
semaphores = libc.semget(0, 1, 0o600)
queues = []
def queue(filled):
    name = b"/night-errno-%d-%d" % (os.getpid(), len(queues))
    queues.append(name)
    sizes = (ctypes.c_long * 8)(0, 1, 256)
    made = libc.mq_open(name, O_RDWR | O_CREAT, 0o600, sizes)
    assert made >= 0, os.strerror(ctypes.get_errno())
    if filled:
        libc.mq_send(made, b"x", 1, 0)
    return made
def semaphore(count=0):
    made = ctypes.create_string_buffer(64)
    libc.sem_init(made, 0, count)
    return made
def held(take, give, wakes):
    lock, has, free = ctypes.create_string_buffer(64), threading.Event(), threading.Event()
    if take is libc.mtx_lock:
        libc.mtx_init(lock, 1)
    def run():
        take(lock)
        has.set()
        free.wait()
        give(lock)
    threading.Thread(target=run, daemon=True).start()
    has.wait()
    if wakes:
        soon(free.set)
    return lock
def mutex(wakes=False):
    return held(libc.pthread_mutex_lock, libc.pthread_mutex_unlock, wakes)
def rwlock(wakes=False):
    return held(libc.pthread_rwlock_wrlock, libc.pthread_rwlock_unlock, wakes)
def mine():
    lock = ctypes.create_string_buffer(64)
    libc.pthread_mutex_lock(lock)
    return lock
def thread(seconds):
    made = ctypes.c_ulong()
    libc.pthread_create(ctypes.byref(made), None, sleeping, POINTER(int(seconds * 1000)))
    return made
sleeping = ctypes.CFUNCTYPE(POINTER, POINTER)(lambda ms: time.sleep((ms or 0) / 1000))
def timer():
    made = POINTER()
    libc.timer_create(MONOTONIC, None, ctypes.byref(made))
    return made
def watching(fd):
    made = libc.epoll_create1(0)
    libc.epoll_ctl(made, 1, fd, ctypes.byref(Event(1, 7)))
    return made
status, four = ctypes.create_string_buffer(4096), (ctypes.c_long * 64)()
FUTEX, NANOSLEEP = (202, 35) if os.uname().machine == "x86_64" else (98, 101)
word = ctypes.c_int(5)
L = ctypes.c_long
def wake(word):
    libc.syscall(L(FUTEX), ctypes.byref(word), L(1), L(1), None, None, L(0))
"""

_RUNNING = """
import json
for name, code in json.loads(sys.argv[2]).items():
    c.seen = []
    try:
        exec(code)
    except AttributeError as absent:  # of this C library
        print(json.dumps([name, "absent", str(absent)]), flush=True)
        continue
    (result, error), = c.seen
    failed = result is None or ctypes.c_int(result).value == -1
    print(json.dumps([name, "failed" if failed else "done", error]), flush=True)
libc.semctl(semaphores, 0, 0)
for each in queues:
    libc.mq_unlink(each)
os._exit(0)  # with threads that still wait
"""

PROGRAM = LIBC + _SETTING + _RUNNING
