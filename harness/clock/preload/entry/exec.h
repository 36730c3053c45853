/* What the parts share that see to it that a program which is started finds itself in the night, or is named. */
#ifndef NIGHT_EXEC_H
#define NIGHT_EXEC_H

#include "preload/preload.h"

#include <alloca.h>
#include <elf.h>
#include <limits.h>

/* environment.c: NIGHT_CLOCK has this value where a program is to have the machine's clock on purpose. */
#define NIGHT_REAL_CLOCK "real"

void night_environment_start(void); /* once, from the constructor */
const char *night_library(void);   /* the path that it was loaded from; NULL outside of a night */
const char *night_page_path(void); /* NULL where there is none */
const char *night_component(void); /* NULL where nobody has said */

/* How much room the night's variables take beside what is given; 0 when all is as it should be. musl's loader ends a
 * program that is to have a library which it cannot load, so such a program goes without ours. */
size_t night_environment_room(char *const given[], enum night_outside program);
char *const *night_environment(char *const given[], enum night_outside program, void *room, size_t size);
void night_environment_of_process(void);
bool night_wants_real_clock(char *const given[]);

/* scratch.c: what a look at a program needs, off the stack; NULL when there is no memory. */
struct night_scratch {
    char found[PATH_MAX], interpreter[PATH_MAX], loader[PATH_MAX], real[PATH_MAX];
    union {
        Elf64_Ehdr elf;
        char text[4096];
    } head; /* of a file */
};
struct night_scratch *night_scratch_begin(void);
void night_scratch_end(struct night_scratch *room);

/* program.c: why the library cannot enter the program at a path, as openat() finds it. */
enum night_outside night_look_at_program(int at, const char *path, struct night_scratch *room);
/* The file that execvp() would start; NULL when there is none. */
const char *night_find_program(const char *name, struct night_scratch *room);

/* outsiders.c: name it in the clock page, once. */
void night_tell_outside(enum night_outside reason, const char *program);

#endif
