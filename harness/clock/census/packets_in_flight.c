/* Packets that are on their way while both ends sleep: no thread works, and yet one is about to.
 *
 * On one kernel, a packet that is sent is mostly a thread made runnable before the sender goes on. Two kinds are not:
 * those that a softirq has put off, or that another CPU is to deliver, wait in a CPU's backlog; and those that a full
 * backlog has dropped are sent again by TCP, on a timer of the kernel's own. */
#define _GNU_SOURCE
#include "census/census_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How long after a drop TCP is asked whether it still has to send something again: its first timers are of 0.2 s. What
 * has been lost again is another drop; what waits longer has lost its other end. */
#define SENT_AGAIN_NS NIGHT_SECOND_NS

#define NAMESPACES 16

/* The fields of a line that this file reads, counted from 0 (softnet_seq_show() and get_tcp4_sock() in the kernel). */
enum { SOFTNET_DROPPED = 1, SOFTNET_BACKLOG = 11, TCP_TIMER = 5 };

static const char *field_of(const char *line, int field) {
    line += strspn(line, " ");
    for (; field > 0; field--) {
        line += strcspn(line, " \n");
        line += strspn(line, " ");
    }
    return line;
}

/* Whether a list of TCP sockets has one whose retransmission timer runs: the timer's kind is 01. */
static bool one_sends_again(const char *path) {
    FILE *sockets = fopen(path, "re");
    char line[256];
    bool found = false;
    while (sockets && !found && fgets(line, sizeof line, sockets))
        found = strncmp(field_of(line, TCP_TIMER), "01:", 3) == 0;
    if (sockets)
        fclose(sockets);
    return found;
}

/* Asks each network namespace of the night once. */
static bool night_sends_again(const struct night_census *census) {
    char asked[NAMESPACES][32]; /* as the kernel names them: net:[4026531840] */
    int count = 0;
    for (const struct process *process = census->processes; process; process = process->next) {
        if (count == NAMESPACES)
            break;
        char path[64], *name = asked[count];
        snprintf(path, sizeof path, "/proc/%d/ns/net", process->pid);
        ssize_t size = readlink(path, name, sizeof *asked - 1);
        if (size < 0)
            continue;
        name[size] = 0;
        int known = 0;
        while (strcmp(asked[known], name) != 0)
            known++;
        if (known < count)
            continue;
        count++;
        for (int kind = 0; kind < 2; kind++) {
            snprintf(path, sizeof path, "/proc/%d/net/%s", process->pid, kind ? "tcp6" : "tcp");
            if (one_sends_again(path))
                return true;
        }
    }
    return false;
}

bool night_packets_in_flight(struct night_census *census) {
    if (census->planted & NIGHT_PLANTED_NO_BACKLOG)
        return false;
    char text[32768];
    if (census->softnet < 0 || night_read_at_start(census->softnet, text, sizeof text) <= 0)
        return false;
    uint64_t dropped = 0;
    for (const char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
        dropped += strtoul(field_of(line, SOFTNET_DROPPED), NULL, 16);
        if (strtoul(field_of(line, SOFTNET_BACKLOG), NULL, 16) != 0)
            return true;
    }
    if (dropped == census->dropped)
        return false;
    int64_t real_ns = night_real_monotonic();
    if (dropped != census->dropping) {
        census->dropping = dropped;
        census->dropped_at_ns = real_ns;
    }
    if (real_ns - census->dropped_at_ns < SENT_AGAIN_NS && night_sends_again(census))
        return true;
    census->dropped = dropped;
    return false;
}
