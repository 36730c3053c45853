/* Starts `date` in the way that it is told, with an environment that knows nothing of the night. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wordexp.h>

#define DATE "/bin/date"

static char *argv[] = {"date", "-u", "+%s", NULL};
static char *nothing[] = {NULL};
static char *foreign[] = {"LD_PRELOAD=/nowhere.so", "NIGHT_CLOCK=/nowhere", "NIGHT_COMPONENT=its own", "A=b", NULL};
static char *partly[] = {"LD_PRELOAD=", "PATH=/usr/bin:/bin", NULL};

static int is(const char *way, const char *name) { return strcmp(way, name) == 0; }

static void print_what(FILE *from) {
    char line[256];
    while (fgets(line, sizeof line, from))
        fputs(line, stdout);
}

static int finished(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return status;
}

int main(int count, char **given) {
    const char *way = count > 1 ? given[1] : "", *which = count > 2 ? given[2] : "";
    char **env = is(which, "foreign") ? foreign : is(which, "partly") ? partly : is(which, "null") ? NULL : nothing;
    int file = open(DATE, O_RDONLY | O_CLOEXEC);
    pid_t child;
    environ = env;
    if (is(way, "execve"))
        execve(DATE, argv, env);
    else if (is(way, "execv"))
        execv(DATE, argv);
    else if (is(way, "execvp"))
        execvp("date", argv);
    else if (is(way, "execvpe"))
        execvpe("date", argv, env);
    else if (is(way, "execl"))
        execl(DATE, "date", "-u", "+%s", NULL);
    else if (is(way, "execlp"))
        execlp("date", "date", "-u", "+%s", NULL);
    else if (is(way, "execle"))
        execle(DATE, "date", "-u", "+%s", NULL, env);
    else if (is(way, "fexecve"))
        fexecve(file, argv, env ? env : nothing);
    else if (is(way, "execveat"))
        execveat(AT_FDCWD, DATE, argv, env, 0);
    else if (is(way, "execveat_file"))
        execveat(file, "", argv, env, AT_EMPTY_PATH);
    else if (is(way, "SYS_execve"))
        syscall(SYS_execve, DATE, argv, env);
    else if (is(way, "SYS_execveat"))
        syscall(SYS_execveat, AT_FDCWD, DATE, argv, env, 0);
    else if (is(way, "posix_spawn"))
        return posix_spawn(&child, DATE, NULL, NULL, argv, env) || finished(child);
    else if (is(way, "posix_spawnp"))
        return posix_spawnp(&child, "date", NULL, NULL, argv, env) || finished(child);
    else if (is(way, "system"))
        return system("exec " DATE " -u +%s");
    else if (is(way, "popen")) {
        FILE *from = popen(DATE " -u +%s", "r");
        print_what(from);
        return pclose(from);
    } else if (is(way, "wordexp")) {
        wordexp_t words;
        if (wordexp("$(" DATE " -u +%s)", &words, 0) != 0)
            return 1;
        puts(words.we_wordv[0]);
        wordfree(&words);
        return 0;
    } else if (is(way, "vfork")) {
        /* The child has its parent's memory: when it has started its program, all is as it was. */
        volatile int mine = 4711;
        errno = 0;
        child = vfork();
        if (child == 0) {
            execve("/nowhere", argv, env);
            execve(DATE, argv, env);
            _exit(127);
        }
        return finished(child) || mine != 4711 || environ != env;
    } else if (is(way, "nowhere")) {
        int result = execve("/nowhere", argv, env);
        return printf("%d %d\n", result, errno == ENOENT) < 0;
    }
    perror(way);
    return 1;
}
