/* The night's own variables: as this process was started with them, and put into every environment that lacks them.
 *
 * A cleared environment, or an LD_PRELOAD of its own, would start a program with the machine's clock, and nobody would
 * know. So each exec gets our library, before what the program preloads itself, and the variables below. What a
 * program says otherwise stays where it may: another NIGHT_COMPONENT, a wrong clock of its own, and another night's
 * page with all that belongs to it. Everything here may be called in a child of vfork: nothing is allocated, and what
 * is changed lies in room that the caller gives, on its stack. */
#define _GNU_SOURCE
#include "preload/entry/exec.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__GLIBC__) && defined(__x86_64__) /* its oldest version, as for dlsym */
__asm__(".symver dladdr, dladdr@GLIBC_2.2.5");
#elif defined(__GLIBC__) && defined(__aarch64__)
__asm__(".symver dladdr, dladdr@GLIBC_2.17");
#endif

#define PRELOAD "LD_PRELOAD"
#define CLOCK "NIGHT_CLOCK"

/* What the library reads, and what the stack knows a process by. `fixed`: no other value is taken. */
static struct own {
    const char *name;
    bool fixed;
    const char *entry; /* NAME=VALUE; NULL when this process was started without */
} owns[] = {
    {.name = CLOCK, .fixed = true},
    {.name = "NIGHT_NETWORK", .fixed = true},
    {.name = "NIGHT_STACK", .fixed = true},
    {.name = "NIGHT_COMPONENT"},
    {.name = "NIGHT_SKEW"},
    {.name = "NIGHT_LANDING"},
    {.name = "NIGHT_PLACES"},
    {.name = "NIGHT_SHORT_SLEEPS"},
};
#define OWNS (sizeof owns / sizeof owns[0])

/* Programs write over the environment that they were started with (a server's title), so there is a copy. */
static char kept[32768];
static const char *library; /* NULL: this process was not started in a night */
static const char *leading; /* what LD_PRELOAD begins with: our library, after those that were put before it for us */

static const char *value_in(const char *entry, const char *name) {
    size_t length = strlen(name);
    return strncmp(entry, name, length) == 0 && entry[length] == '=' ? entry + length + 1 : NULL;
}

/* The first is what getenv() gives, and the loader too. */
static const char *value_of(char *const given[], const char *name) {
    for (; given && *given; given++) {
        const char *value = value_in(*given, name);
        if (value)
            return value;
    }
    return NULL;
}

static char *keep(const char *text) {
    static size_t used;
    size_t size = strlen(text) + 1;
    if (size > sizeof kept - used)
        return NULL;
    char *copy = memcpy(kept + used, text, size);
    used += size;
    return copy;
}

void night_environment_start(void) {
    Dl_info self;
    for (char **entry = environ; *entry; entry++)
        for (struct own *own = owns; own < owns + OWNS; own++)
            if (!own->entry && value_in(*entry, own->name))
                own->entry = keep(*entry);
    if (!dladdr(kept, &self) || !self.dli_fname || !strchr(self.dli_fname, '/'))
        return;
    library = keep(self.dli_fname);
    const char *preload = getenv(PRELOAD), *at = preload && library ? strstr(preload, library) : NULL;
    leading = at ? keep(preload) : library; /* a sanitizer's runtime has to be the very first */
    if (at && leading)
        kept[leading - kept + (at - preload) + (long)strlen(library)] = '\0';
}

const char *night_library(void) { return library; }

const char *night_component(void) {
    for (struct own *own = owns; own < owns + OWNS; own++)
        if (strcmp(own->name, "NIGHT_COMPONENT") == 0 && own->entry)
            return value_in(own->entry, own->name);
    return NULL;
}

const char *night_page_path(void) { return owns[0].entry ? value_in(owns[0].entry, CLOCK) : NULL; }

/* ---- what is given -------------------------------------------------------------------------------- */

static bool is_a_page(const char *path) {
    uint64_t magic = 0;
    long fd = night_syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return false;
    bool read = night_syscall(SYS_read, fd, &magic, sizeof magic) == (long)sizeof magic;
    night_syscall(SYS_close, fd);
    return read && magic == NIGHT_MAGIC;
}

/* Another night's page, or the machine's clock by name: who says so knows of the night, and gives the rest as well. */
static bool chooses_another_clock(char *const given[]) {
    const char *value = value_of(given, CLOCK), *ours = night_page_path();
    if (!value || !*value || (ours && strcmp(value, ours) == 0))
        return false;
    return night_wants_real_clock(given) || is_a_page(value);
}

bool night_wants_real_clock(char *const given[]) {
    const char *value = value_of(given, CLOCK);
    return value && strcmp(value, NIGHT_REAL_CLOCK) == 0;
}

static bool begins_with_ours(const char *preload) {
    size_t length = strlen(leading);
    return preload && strncmp(preload, leading, length) == 0 && strchr(": ", preload[length]); /* or its end */
}

static bool is_right(const struct own *own, char *const given[]) {
    const char *value = own->entry ? value_of(given, own->name) : NULL;
    return !own->entry || (value && (!own->fixed || strcmp(value, value_in(own->entry, own->name)) == 0));
}

static bool is_complete(char *const given[]) {
    if (!begins_with_ours(value_of(given, PRELOAD)))
        return false;
    for (struct own *own = owns; own < owns + OWNS; own++)
        if (!is_right(own, given))
            return false;
    return true;
}

/* ---- what is made of it --------------------------------------------------------------------------- */

static size_t length_of(const char *text) { return text ? strlen(text) : 0; }

size_t night_environment_room(char *const given[], enum night_outside program) {
    int error = errno;
    bool as_it_is = !leading || !night_page_path() || chooses_another_clock(given) ||
                    (program != NIGHT_OUTSIDE_MUSL && is_complete(given));
    errno = error;
    if (as_it_is)
        return 0;
    size_t entries = 0;
    while (given && given[entries])
        entries++;
    size_t preload = sizeof PRELOAD + strlen(leading) + 1 + length_of(value_of(given, PRELOAD)) + 1;
    return (entries + OWNS + 2) * sizeof(char *) + preload;
}

static bool is_replaced(const char *entry, char *const given[]) {
    for (struct own *own = owns; own < owns + OWNS; own++)
        if (value_in(entry, own->name) && !is_right(own, given))
            return true;
    return value_in(entry, PRELOAD) != NULL;
}

/* Ours first, and the program's own behind it; for musl, its own alone. */
static void write_preload(char *to, const char *theirs, enum night_outside program) {
    if (begins_with_ours(theirs))
        theirs += strlen(leading) + strspn(theirs + strlen(leading), ": ");
    to = stpcpy(to, program == NIGHT_OUTSIDE_MUSL ? "" : leading);
    if (theirs && *theirs)
        stpcpy(stpcpy(to, program == NIGHT_OUTSIDE_MUSL ? "" : ":"), theirs);
}

char *const *night_environment(char *const given[], enum night_outside program, void *room, size_t size) {
    if (size == 0)
        return given;
    char **made = room, **next = made;
    for (char *const *entry = given; entry && *entry; entry++)
        if (!is_replaced(*entry, given))
            *next++ = *entry;
    for (struct own *own = owns; own < owns + OWNS; own++)
        if (!is_right(own, given))
            *next++ = (char *)(uintptr_t)own->entry;
    char *preload = (char *)(next + 2);
    write_preload(stpcpy(preload, PRELOAD "="), value_of(given, PRELOAD), program);
    next[0] = preload;
    next[1] = NULL;
    return made;
}

/* system(), popen() and their kin start a shell inside the C library, with the environment of the process. */
void night_environment_of_process(void) {
    if (night_environment_room(environ, NIGHT_INSIDE) == 0)
        return;
    int error = errno;
    const char *theirs = value_of(environ, PRELOAD);
    char *preload = malloc(strlen(leading) + 1 + length_of(theirs) + 1);
    if (preload) {
        write_preload(preload, theirs, NIGHT_INSIDE);
        setenv(PRELOAD, preload, 1);
        free(preload);
    }
    for (struct own *own = owns; own < owns + OWNS; own++)
        if (!is_right(own, environ))
            setenv(own->name, value_in(own->entry, own->name), 1);
    errno = error;
}
