/* A program that is about to be started, as its file shows it: whether the library can enter it.
 *
 * It is followed as the kernel follows it, through `#!` lines. harness/clock/reach tells the same before a night; here
 * it is told of whatever a program of the night starts, in the moment in which it does, a few system calls each. */
#define _GNU_SOURCE
#include "preload/entry/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define INTERPRETERS_MAX 5 /* as the kernel */
#define SEGMENTS_MAX 64
#define UNMAPPED 65534 /* an owner whom this user namespace does not know, and as whom nothing runs in it */
#define GO_BUILD_ID 4 /* the type of Go's note */

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#elif defined(__aarch64__)
#define MACHINE EM_AARCH64
#else
#define MACHINE EM_NONE
#endif

static bool may_be_started(int at, const char *path) { return night_syscall(SYS_faccessat, at, path, X_OK) == 0; }

/* ---- its rights ----------------------------------------------------------------------------------- */

/* A loader takes no library from a starter that has fewer rights, or other ones (ld.so(8)). */
static bool has_more_rights(int fd, const struct stat *file) {
    struct statfs system;
    uid_t user = geteuid();
    gid_t group = getegid();
    bool as_owner = file->st_mode & S_ISUID && file->st_uid != UNMAPPED;
    bool as_group = (file->st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) && file->st_gid != UNMAPPED;
    bool by_file = user != 0 && night_syscall(SYS_fgetxattr, fd, "security.capability", NULL, 0) > 0;
    if ((as_owner || as_group || by_file) &&
        (night_syscall(SYS_prctl, PR_GET_NO_NEW_PRIVS) == 1 ||
         (night_syscall(SYS_fstatfs, fd, &system) == 0 && system.f_flags & ST_NOSUID)))
        as_owner = as_group = by_file = false;
    return by_file || (as_owner ? file->st_uid : user) != getuid() || (as_group ? file->st_gid : group) != getgid();
}

/* ---- its format ----------------------------------------------------------------------------------- */

struct program {
    int fd;
    size_t size; /* of what has been read of its beginning, in which the tables of most programs lie */
    struct night_scratch *room;
};

static bool read_at(const struct program *program, void *to, size_t size, uint64_t at) {
    if (at <= program->size && size <= program->size - at) {
        memcpy(to, program->room->head.text + at, size);
        return true;
    }
    return night_syscall(SYS_pread64, program->fd, to, size, at) == (long)size;
}

static bool has_note_of_go(const struct program *program, const Elf64_Phdr *segment) {
    char notes[512];
    size_t size = segment->p_filesz < sizeof notes ? segment->p_filesz : sizeof notes;
    if (!read_at(program, notes, size, segment->p_offset))
        return false;
    for (size_t at = 0; at + sizeof(Elf64_Nhdr) + 4 <= size;) {
        Elf64_Nhdr note;
        memcpy(&note, notes + at, sizeof note);
        if (note.n_namesz == 4 && note.n_type == GO_BUILD_ID && memcmp(notes + at + sizeof note, "Go\0", 4) == 0)
            return true;
        at += sizeof note + (((size_t)note.n_namesz + 3) & ~3UL) + (((size_t)note.n_descsz + 3) & ~3UL);
    }
    return false;
}

static const char *last_part(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool begins(const char *text, const char *with) { return strncmp(text, with, strlen(with)) == 0; }

static bool is_loader_of_glibc(const char *path) {
    const char *name = last_part(path);
    return begins(name, "ld-linux") || begins(name, "ld64") || begins(name, "ld-2") || strcmp(name, "ld.so") == 0;
}

static enum night_outside look_at_elf(const struct program *program, const char *path) {
    const Elf64_Ehdr *head = &program->room->head.elf;
    char *loader = program->room->loader, *real = program->room->real, link[32];
    *loader = '\0';
    if (head->e_ident[EI_CLASS] != ELFCLASS64 || head->e_machine != MACHINE)
        return NIGHT_OUTSIDE_MACHINE;
    for (unsigned i = 0; i < head->e_phnum && i < SEGMENTS_MAX; i++) {
        Elf64_Phdr segment;
        if (!read_at(program, &segment, sizeof segment, head->e_phoff + (uint64_t)i * head->e_phentsize))
            break;
        if (segment.p_type == PT_NOTE && has_note_of_go(program, &segment))
            return NIGHT_OUTSIDE_GO;
        if (segment.p_type == PT_INTERP && segment.p_filesz > 0 && segment.p_filesz < sizeof program->room->loader &&
            read_at(program, loader, segment.p_filesz, segment.p_offset))
            loader[segment.p_filesz] = '\0';
    }
    if (*loader)
        return is_loader_of_glibc(loader)              ? NIGHT_INSIDE
               : begins(last_part(loader), "ld-musl") ? NIGHT_OUTSIDE_MUSL
                                                       : NIGHT_OUTSIDE_LOADER;
    snprintf(link, sizeof link, "/proc/self/fd/%d", program->fd); /* the loader may be started itself, by a link to it too */
    ssize_t size = readlink(link, real, sizeof program->room->real - 1);
    real[size > 0 ? size : 0] = '\0';
    return is_loader_of_glibc(path) || is_loader_of_glibc(real) ? NIGHT_INSIDE : NIGHT_OUTSIDE_STATIC;
}

/* ---- from file to file ---------------------------------------------------------------------------- */

/* The program of a `#!` line, in place; NULL when there is none. */
static char *interpreter_in(char *head) {
    if (head[0] != '#' || head[1] != '!')
        return NULL;
    char *name = head + 2 + strspn(head + 2, " \t");
    name[strcspn(name, " \t\n")] = '\0';
    return *name ? name : NULL;
}

/* Another root folder, or another user: what the new program's loader cannot open, it goes on without. access() asks as
 * the real user and without the capabilities that end with an exec. */
static bool is_out_of_sight(void) {
    return night_syscall(SYS_faccessat, AT_FDCWD, night_library(), R_OK) != 0 ||
           night_syscall(SYS_faccessat, AT_FDCWD, night_page_path(), R_OK | W_OK) != 0;
}

static enum night_outside look_at(int at, const char *path, struct night_scratch *room) {
    struct program program = {.room = room};
    struct stat file;
    for (int turn = 0; turn <= INTERPRETERS_MAX; turn++) {
        long fd = night_syscall(SYS_openat, at, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (fd < 0)
            return errno == EACCES ? NIGHT_OUTSIDE_UNREADABLE : NIGHT_INSIDE;
        enum night_outside found = NIGHT_INSIDE;
        const char *next = NULL;
        if (night_syscall(SYS_fstat, fd, &file) == 0 && S_ISREG(file.st_mode)) {
            long size = night_syscall(SYS_pread64, fd, room->head.text, sizeof room->head - 1, 0);
            program.fd = (int)fd;
            program.size = size > 0 ? (size_t)size : 0;
            room->head.text[program.size] = '\0';
            if (program.size >= sizeof room->head.elf && memcmp(room->head.text, ELFMAG, SELFMAG) == 0)
                found = has_more_rights(program.fd, &file) ? NIGHT_OUTSIDE_RIGHTS : look_at_elf(&program, path);
            else
                next = interpreter_in(room->head.text);
        }
        night_syscall(SYS_close, fd);
        if (!next || strlen(next) >= sizeof room->interpreter)
            return found;
        at = AT_FDCWD;
        path = strcpy(room->interpreter, next);
    }
    return NIGHT_INSIDE;
}

enum night_outside night_look_at_program(int at, const char *path, struct night_scratch *room) {
    int error = errno;
    enum night_outside found = room ? NIGHT_INSIDE : NIGHT_OUTSIDE_UNREADABLE; /* inside: also if it will not start */
    if (room && may_be_started(at, path)) {
        found = look_at(at, path, room);
        if (found == NIGHT_INSIDE && is_out_of_sight())
            found = NIGHT_OUTSIDE_SIGHT;
    }
    errno = error;
    return found;
}

const char *night_find_program(const char *name, struct night_scratch *room) {
    if (strchr(name, '/') || !*name || !room)
        return name;
    const char *path = getenv("PATH");
    int error = errno;
    for (path = path ? path : "/bin:/usr/bin";; path++) {
        size_t length = strcspn(path, ":");
        int written = snprintf(room->found, sizeof room->found, "%.*s%s%s", (int)length, path, length ? "/" : "", name);
        if (written > 0 && (size_t)written < sizeof room->found && may_be_started(AT_FDCWD, room->found)) {
            errno = error;
            return room->found;
        }
        path += length;
        if (!*path)
            break;
    }
    errno = error;
    return NULL;
}
