/* The calls that start a program: each gives it the night's variables, whatever environment it was to have, and names
 * a program that the library cannot enter.
 *
 * They are also called in a child of vfork, which shares its parent's memory: what they need lies on their stack, or is
 * gone before the call (scratch.c). */
#define _GNU_SOURCE
#include "preload/entry/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <wordexp.h>

/* The environment for the new program, on the stack of who starts it. */
#define IN_THE_NIGHT(name, given, look)                                                                      \
    enum night_outside name##_outside = look;                                                                \
    size_t name##_size = night_environment_room(given, name##_outside);                                      \
    char *const *name = night_environment(given, name##_outside, alloca(name##_size + 1), name##_size)

static enum night_outside told(char *const given[], int at, const char *path, const char *program,
                               struct night_scratch *room) {
    enum night_outside found =
        night_wants_real_clock(given) ? NIGHT_OUTSIDE_ASKED : night_look_at_program(at, path, room);
    night_tell_outside(found, program);
    return found;
}

static enum night_outside look(int at, const char *path, char *const given[]) {
    if (!night_page || !path)
        return NIGHT_INSIDE;
    struct night_scratch *room = night_scratch_begin();
    enum night_outside found = told(given, at, path, path, room);
    night_scratch_end(room);
    return found;
}

static enum night_outside look_on_path(const char *name, char *const given[]) {
    if (!night_page || !name)
        return NIGHT_INSIDE;
    struct night_scratch *room = night_scratch_begin();
    const char *path = night_find_program(name, room);
    enum night_outside found = path ? told(given, AT_FDCWD, path, path, room) : NIGHT_INSIDE;
    night_scratch_end(room);
    return found;
}

static enum night_outside look_at_file(int fd, char *const given[]) {
    char link[32];
    if (!night_page)
        return NIGHT_INSIDE;
    struct night_scratch *room = night_scratch_begin();
    int error = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = room ? readlink(link, room->found, sizeof room->found - 1) : -1;
    errno = error;
    if (room)
        room->found[size > 0 ? size : 0] = '\0';
    enum night_outside found = told(given, AT_FDCWD, link, room ? room->found : link, room);
    night_scratch_end(room);
    return found;
}

/* ---- exec ----------------------------------------------------------------------------------------- */

NIGHT_EXPORT int execve(const char *path, char *const argv[], char *const given[]) {
    NIGHT_REAL(execve);
    IN_THE_NIGHT(made, given, look(AT_FDCWD, path, given));
    return real(path, argv, made);
}

NIGHT_EXPORT int execv(const char *path, char *const argv[]) { return execve(path, argv, environ); }

NIGHT_EXPORT int execvpe(const char *name, char *const argv[], char *const given[]) {
    NIGHT_REAL(execvpe);
    IN_THE_NIGHT(made, given, look_on_path(name, given));
    return real(name, argv, made);
}

NIGHT_EXPORT int execvp(const char *name, char *const argv[]) { return execvpe(name, argv, environ); }

NIGHT_EXPORT int fexecve(int fd, char *const argv[], char *const given[]) {
    NIGHT_REAL(fexecve);
    IN_THE_NIGHT(made, given, look_at_file(fd, given));
    return real(fd, argv, made);
}

int execveat(int at, const char *path, char *const argv[], char *const given[], int flags);

NIGHT_EXPORT int execveat(int at, const char *path, char *const argv[], char *const given[], int flags) {
    bool is_open = flags & AT_EMPTY_PATH && !*path;
    IN_THE_NIGHT(made, given, is_open ? look_at_file(at, given) : look(at, path, given));
    return (int)night_syscall(SYS_execveat, at, path, argv, made, flags); /* the C library has it since 2.34 */
}

/* Those that take the arguments one by one: as many as there are before a NULL, after which execle has more. */
#define COLLECTED(argv, first, rest)                                                                         \
    int argv##_count = 1;                                                                                    \
    va_list rest;                                                                                            \
    va_start(rest, first);                                                                                   \
    while (va_arg(rest, char *))                                                                             \
        argv##_count++;                                                                                      \
    va_end(rest);                                                                                            \
    char *argv[argv##_count + 1];                                                                            \
    va_start(rest, first);                                                                                   \
    argv[0] = (char *)(uintptr_t)first;                                                                      \
    for (int i = 1; i <= argv##_count; i++)                                                                  \
        argv[i] = va_arg(rest, char *)

NIGHT_EXPORT int execl(const char *path, const char *first, ...) {
    COLLECTED(argv, first, rest);
    va_end(rest);
    return execve(path, argv, environ);
}

NIGHT_EXPORT int execlp(const char *name, const char *first, ...) {
    COLLECTED(argv, first, rest);
    va_end(rest);
    return execvpe(name, argv, environ);
}

NIGHT_EXPORT int execle(const char *path, const char *first, ...) {
    COLLECTED(argv, first, rest);
    char *const *given = va_arg(rest, char *const *);
    va_end(rest);
    return execve(path, argv, given);
}

/* ---- spawn ---------------------------------------------------------------------------------------- */

NIGHT_EXPORT int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                             const posix_spawnattr_t *attributes, char *const argv[], char *const given[]) {
    NIGHT_REAL(posix_spawn);
    IN_THE_NIGHT(made, given, look(AT_FDCWD, path, given));
    return real(pid, path, actions, attributes, argv, made);
}

NIGHT_EXPORT int posix_spawnp(pid_t *pid, const char *name, const posix_spawn_file_actions_t *actions,
                              const posix_spawnattr_t *attributes, char *const argv[], char *const given[]) {
    NIGHT_REAL(posix_spawnp);
    IN_THE_NIGHT(made, given, look_on_path(name, given));
    return real(pid, name, actions, attributes, argv, made);
}

/* Since glibc 2.39; a program that asks an older one for them is told that it has none. */
typedef int pidfd_spawn_call(int *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *,
                             char *const[], char *const[]);
pidfd_spawn_call pidfd_spawn, pidfd_spawnp;

NIGHT_EXPORT int pidfd_spawn(int *pidfd, const char *path, const posix_spawn_file_actions_t *actions,
                             const posix_spawnattr_t *attributes, char *const argv[], char *const given[]) {
    pidfd_spawn_call *real = (pidfd_spawn_call *)(uintptr_t)night_symbol_or_null("pidfd_spawn");
    IN_THE_NIGHT(made, given, look(AT_FDCWD, path, given));
    return real ? real(pidfd, path, actions, attributes, argv, made) : ENOSYS;
}

NIGHT_EXPORT int pidfd_spawnp(int *pidfd, const char *name, const posix_spawn_file_actions_t *actions,
                              const posix_spawnattr_t *attributes, char *const argv[], char *const given[]) {
    pidfd_spawn_call *real = (pidfd_spawn_call *)(uintptr_t)night_symbol_or_null("pidfd_spawnp");
    IN_THE_NIGHT(made, given, look_on_path(name, given));
    return real ? real(pidfd, name, actions, attributes, argv, made) : ENOSYS;
}

/* ---- a shell, from inside the C library ------------------------------------------------------------ */

NIGHT_EXPORT int system(const char *command) {
    NIGHT_REAL(system);
    night_environment_of_process();
    return real(command);
}

NIGHT_EXPORT FILE *popen(const char *command, const char *mode) {
    NIGHT_REAL(popen);
    night_environment_of_process();
    return real(command, mode);
}

NIGHT_EXPORT int wordexp(const char *restrict words, wordexp_t *restrict into, int flags) {
    NIGHT_REAL(wordexp);
    night_environment_of_process();
    return real(words, into, flags);
}
