/* The agent: starts a program for a client of its unix socket, and ends all of it when the client goes.

   One connection is one program. The client sends one frame, a little-endian uint32 length and then
   strings separated by NUL:

       "launch", working folder, stdout path, stderr path, argc, argv..., KEY=VALUE...

   and reads lines: "started PID" or "error ERRNO TEXT", later "exited CODE WORKED" or "signaled SIGNO WORKED", with
   the CPU time, in real nanoseconds, of all processes of the program that have ended by then.
   While the program runs, a line "signal N" reaches its process group, which is a session of its own.
   When the client closes the connection, or is killed, everything that the program started is killed.
   The frame "clear" ends the programs of all other connections and answers "cleared".

   Every connection gets a keeper, a process forked from the agent, and the keeper is a child subreaper:
   what the program leaves behind, daemons included, becomes the keeper's child, and so can be found and ended.
   Nothing here is preloaded or waits with a timeout that virtual time would have to know about.

   night-agent [--with-parent] SOCKET       (--with-parent: end when the process that started it ends) */

#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FRAME_BYTES_MAX = 16 << 20, LINE_BYTES_MAX = 64, PATH_BYTES = 4096 };

struct order {
    char *folder, *out, *err;
    char **argv, **environment;
};

/* What went wrong before the program's first instruction; sent through a close-on-exec pipe. */
struct failure {
    int error;
    enum { AT_EXEC, AT_FOLDER, AT_OUTPUT } stage;
};

static void say(int client, const char *line) {
    size_t left = strlen(line);
    while (left > 0) {
        ssize_t sent = send(client, line, left, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return; /* the client is gone: the keeper's loop sees it as the end of its input */
        line += sent;
        left -= (size_t)sent;
    }
}

static void say_error(int client, int error, const char *about) {
    char line[PATH_BYTES + 128];
    snprintf(line, sizeof line, "error %d %s%s%.*s\n", error, strerror(error), *about ? ": " : "", PATH_BYTES, about);
    say(client, line);
}

static int read_all(int fd, void *into, size_t length) {
    char *at = into;
    while (length > 0) {
        ssize_t got = read(fd, at, length);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return -1;
        at += got;
        length -= (size_t)got;
    }
    return 0;
}

/* ---- the frame ------------------------------------------------------------------------------ */

/* Returns the frame with a NUL behind it, or NULL when the client went or sent what is no frame. */
static char *read_frame(int client, size_t *length) {
    unsigned char head[4];
    if (read_all(client, head, sizeof head) < 0) return NULL;
    *length = (size_t)head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
    if (*length > FRAME_BYTES_MAX) {
        say_error(client, EMSGSIZE, "an order of more than 16 MiB");
        return NULL;
    }
    char *frame = malloc(*length + 1);
    if (frame == NULL) {
        say_error(client, ENOMEM, "no memory for the order");
        return NULL;
    }
    if (read_all(client, frame, *length) < 0) return NULL;
    frame[*length] = '\0';
    return frame;
}

/* Splits a frame in place; returns 0, or -1 when it is not a launch order. */
static int parse_order(char *frame, size_t length, struct order *order) {
    if (length > 0 && frame[length - 1] == '\0') length--; /* separated or ended by NUL: both are read */
    size_t count = 1;
    for (size_t i = 0; i < length; i++) count += frame[i] == '\0';
    char **strings = calloc(count + 2, sizeof *strings); /* one NULL behind argv, one behind the environment */
    if (strings == NULL || count < 6) return -1;
    char *at = frame;
    for (size_t i = 0; i < count; i++, at += strlen(at) + 1) strings[i] = at;

    char *end;
    unsigned long argc = strtoul(strings[4], &end, 10);
    if (strcmp(strings[0], "launch") != 0 || *end != '\0' || argc < 1 || argc > count - 5) return -1;
    order->folder = strings[1];
    order->out = strings[2];
    order->err = strings[3];
    order->argv = strings + 5;
    memmove(strings + 5 + argc + 1, strings + 5 + argc, (count - 5 - argc) * sizeof *strings);
    strings[5 + argc] = NULL;
    order->environment = strings + 5 + argc + 1;
    return 0;
}

/* ---- the program ---------------------------------------------------------------------------- */

/* execve, with the search through the PATH of the program's own environment; returns only the errno. */
static int execute(char **argv, char **environment) {
    if (strchr(argv[0], '/') != NULL) {
        execve(argv[0], argv, environment);
        return errno;
    }
    const char *path = NULL;
    for (char **entry = environment; *entry != NULL; entry++)
        if (strncmp(*entry, "PATH=", 5) == 0) path = *entry + 5;
    if (path == NULL) path = "/usr/local/bin:/usr/bin:/bin";
    if (*argv[0] == '\0') return ENOENT;

    int error = ENOENT;
    char *candidate = malloc(strlen(path) + strlen(argv[0]) + 3);
    if (candidate == NULL) return ENOMEM;
    for (const char *folder = path;; folder++) {
        size_t length = strcspn(folder, ":");
        int written = sprintf(candidate, "%.*s", (int)length, length > 0 ? folder : "");
        sprintf(candidate + written, "%s%s", length > 0 ? "/" : "./", argv[0]); /* an empty entry is "here" */
        execve(candidate, argv, environment);
        if (errno == EACCES)
            error = EACCES; /* as execvp: go on looking, but do not say "not found" in the end */
        else if (errno != ENOENT && errno != ENOTDIR)
            return errno;
        folder += length;
        if (*folder == '\0') return error;
    }
}

static int output_to(const char *path, int as) {
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    return fd < 0 || dup2(fd, as) < 0 ? -1 : 0;
}

static _Noreturn void become(const struct order *order, int report) {
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a killed keeper takes at least the program itself with it */
    for (int signo = 1; signo < NSIG; signo++) signal(signo, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);

    struct failure failure = {0, AT_OUTPUT};
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing < 0 || dup2(nothing, 0) < 0 || output_to(order->out, 1) < 0 || output_to(order->err, 2) < 0) {
        failure.error = errno;
    } else if (chdir(order->folder) < 0) {
        failure = (struct failure){errno, AT_FOLDER};
    } else {
        failure.stage = AT_EXEC;
        failure.error = execute(order->argv, order->environment);
    }
    if (write(report, &failure, sizeof failure) < 0) _exit(126);
    _exit(127);
}

/* Returns the pid of the running program, or -1 when the client has been told why there is none. */
static pid_t launch(int client, const struct order *order) {
    int report[2];
    if (pipe2(report, O_CLOEXEC) < 0) {
        say_error(client, errno, "no pipe");
        return -1;
    }
    pid_t program = fork();
    if (program < 0) {
        say_error(client, errno, "no process");
        return -1;
    }
    if (program == 0) become(order, report[1]);
    close(report[1]);
    struct failure failure;
    if (read_all(report[0], &failure, sizeof failure) == 0) {
        const char *about[] = {"", order->folder, "its output files"};
        say_error(client, failure.error, about[failure.stage]);
        return -1;
    }
    close(report[0]);
    char line[LINE_BYTES_MAX];
    snprintf(line, sizeof line, "started %d\n", (int)program);
    say(client, line);
    return program;
}

/* ---- ending --------------------------------------------------------------------------------- */

/* The parent of a process, or -1 when it is gone. The name in its stat may hold anything, but ends at the last ')'. */
static pid_t parent_of(const char *pid) {
    char path[64], stat[512];
    snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    ssize_t got = read(fd, stat, sizeof stat - 1);
    close(fd);
    if (got <= 0) return -1;
    stat[got] = '\0';
    char *end = strrchr(stat, ')');
    int parent = -1;
    return end != NULL && sscanf(end, ") %*c %d", &parent) == 1 ? parent : -1;
}

/* Sends a signal to every child of `parent` but `spared`; returns how many there were. */
static int signal_children(pid_t parent, pid_t spared, int signo) {
    int count = 0;
    DIR *processes = opendir("/proc");
    if (processes == NULL) return 0;
    for (struct dirent *entry; (entry = readdir(processes)) != NULL;) {
        pid_t pid = isdigit((unsigned char)entry->d_name[0]) ? atoi(entry->d_name) : 0;
        if (pid > 0 && pid != spared && parent_of(entry->d_name) == parent) count += kill(pid, signo) == 0;
    }
    closedir(processes);
    return count;
}

/* Kills every descendant: killed children hand theirs over to this subreaper, until there are none. */
static _Noreturn void end_all(pid_t program) {
    if (program > 0) kill(-program, SIGKILL);
    for (;;) {
        pid_t ended;
        while ((ended = waitpid(-1, NULL, WNOHANG)) > 0) continue;
        if (ended < 0 && errno == ECHILD) _exit(0);
        signal_children(getpid(), 0, SIGKILL);
        waitpid(-1, NULL, 0);
    }
}

/* Ends the other keepers, which end their programs, and answers when all are gone. */
static void clear(int client, pid_t agent) {
    struct timespec moment = {0, 500 * 1000};
    while (signal_children(agent, getpid(), SIGTERM) > 0) nanosleep(&moment, NULL);
    say(client, "cleared\n");
}

/* ---- the keeper ----------------------------------------------------------------------------- */

static int64_t cpu_ns(const struct rusage *usage) {
    int64_t seconds = usage->ru_utime.tv_sec + usage->ru_stime.tv_sec;
    return (seconds * 1000000 + usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) * 1000;
}

/* Tells the client how the program ended, and reaps the orphans that were handed over. When the program has ended and
   has left nothing behind, so does the keeper: a night of ten thousand jobs is not one of ten thousand keepers. */
static pid_t reap(int client, pid_t program) {
    static int64_t worked_ns; /* of all that have ended, and of the children that they have waited for */
    int status;
    struct rusage usage;
    char line[LINE_BYTES_MAX];
    pid_t ended;
    while ((ended = wait4(-1, &status, WNOHANG, &usage)) > 0) {
        worked_ns += cpu_ns(&usage);
        if (ended != program) continue;
        bool exited = WIFEXITED(status);
        snprintf(line, sizeof line, "%s %d %lld\n", exited ? "exited" : "signaled",
                 exited ? WEXITSTATUS(status) : WTERMSIG(status), (long long)worked_ns);
        say(client, line);
        program = 0; /* from here on the pid may belong to somebody else */
    }
    if (program == 0 && ended < 0 && errno == ECHILD) _exit(0);
    return program;
}

/* Reads what the client says; returns 0, or -1 when it has closed the connection or talks nonsense. */
static int obey(int client, pid_t program, char *line, size_t *length) {
    char bytes[LINE_BYTES_MAX];
    ssize_t got = recv(client, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return 0;
    if (got <= 0) return -1;
    for (ssize_t i = 0; i < got; i++) {
        if (bytes[i] != '\n') {
            if (*length == LINE_BYTES_MAX - 1) return -1;
            line[(*length)++] = bytes[i];
            continue;
        }
        line[*length] = '\0';
        *length = 0;
        int signo;
        char rest;
        if (sscanf(line, "signal %d%c", &signo, &rest) != 1 || signo < 1 || signo >= NSIG) return -1;
        if (program > 0) kill(-program, signo);
    }
    return 0;
}

static _Noreturn void keep(int client, pid_t agent) {
    signal(SIGCHLD, SIG_DFL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != agent) _exit(1);

    size_t length;
    struct order order;
    char *frame = read_frame(client, &length); /* until there is a program, SIGTERM simply ends the keeper */
    if (frame == NULL) _exit(0);
    if (strcmp(frame, "clear") == 0) {
        clear(client, agent);
        _exit(0);
    }
    if (parse_order(frame, length, &order) < 0) {
        say_error(client, EBADMSG, "not a launch order");
        _exit(0);
    }

    sigset_t watched;
    sigemptyset(&watched);
    sigaddset(&watched, SIGCHLD);
    sigaddset(&watched, SIGTERM);
    sigprocmask(SIG_BLOCK, &watched, NULL);
    int signals = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals < 0) {
        say_error(client, errno, "no signalfd");
        _exit(1);
    }
    pid_t program = launch(client, &order);
    if (program < 0) end_all(0);

    char line[LINE_BYTES_MAX];
    size_t line_length = 0;
    struct pollfd watch[] = {{client, POLLIN, 0}, {signals, POLLIN, 0}};
    for (;;) {
        if (poll(watch, 2, -1) < 0 && errno != EINTR) end_all(program);
        struct signalfd_siginfo signal_info;
        while (read(signals, &signal_info, sizeof signal_info) == (ssize_t)sizeof signal_info)
            if (signal_info.ssi_signo == SIGTERM) end_all(program);
        program = reap(client, program); /* before the client's lines: no signal to a pid that is no longer ours */
        if (watch[0].revents != 0 && obey(client, program, line, &line_length) < 0) end_all(program);
    }
}

/* ---- the agent ------------------------------------------------------------------------------ */

static int listen_at(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        fprintf(stderr, "night-agent: %s: a unix socket's path has %zu bytes at most\n", path, sizeof address.sun_path - 1);
        return -1;
    }
    strcpy(address.sun_path, path);
    unlink(path);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 128) < 0) {
        fprintf(stderr, "night-agent: %s: %s\n", path, strerror(errno));
        return -1;
    }
    return listener;
}

int main(int argc, char **argv) {
    int with_parent = argc == 3 && strcmp(argv[1], "--with-parent") == 0;
    if (argc != 2 + with_parent) {
        fprintf(stderr, "usage: night-agent [--with-parent] SOCKET\n");
        return 2;
    }
    if (with_parent) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() == 1) return 1; /* it ended before we could say so */
    }
    signal(SIGTERM, SIG_DFL);
    signal(SIGCHLD, SIG_IGN); /* keepers are reaped by the kernel */
    int listener = listen_at(argv[argc - 1]);
    if (listener < 0) return 1;
    pid_t agent = getpid();
    for (;;) {
        int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (client < 0) continue; /* EINTR, or a client that went before it was accepted */
        pid_t keeper = fork();
        if (keeper == 0) {
            close(listener);
            keep(client, agent);
        }
        if (keeper < 0) say_error(client, errno, "no process for a keeper");
        close(client);
    }
}
