/* A local night stays on this machine.
 *
 * With NIGHT_NETWORK=loopback, whatever would leave the loopback interface fails with ENETUNREACH, and says so. */
#define _GNU_SOURCE
#include "preload/preload.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool loopback_only;

void night_loopback_only_start(void) {
    const char *network = getenv("NIGHT_NETWORK");
    loopback_only = network && strcmp(network, "loopback") == 0;
}

bool night_is_loopback_only(void) { return loopback_only; }

static bool v4_stays(uint32_t address) { return address >> 24 == 127 || address == INADDR_ANY; }

static bool stays(const struct sockaddr *to, socklen_t size) {
    if (to->sa_family == AF_INET && size >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in v4;
        memcpy(&v4, to, sizeof v4);
        return v4_stays(ntohl(v4.sin_addr.s_addr));
    }
    if (to->sa_family == AF_INET6 && size >= sizeof(struct sockaddr_in6)) {
        struct sockaddr_in6 v6;
        memcpy(&v6, to, sizeof v6);
        if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
            uint32_t last;
            memcpy(&last, &v6.sin6_addr.s6_addr[12], sizeof last);
            return v4_stays(ntohl(last));
        }
        return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr) || IN6_IS_ADDR_UNSPECIFIED(&v6.sin6_addr);
    }
    return true;
}

bool night_refuses_address(const struct sockaddr *to, socklen_t size) {
    if (!loopback_only || !to || size < sizeof(sa_family_t) || stays(to, size))
        return false;
    char address[INET6_ADDRSTRLEN] = "?";
    if (to->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, to, sizeof v4);
        inet_ntop(AF_INET, &v4.sin_addr, address, sizeof address);
        dprintf(2, "night: connection to %s:%d refused: the local stack reaches loopback only\n", address,
                ntohs(v4.sin_port));
    } else {
        struct sockaddr_in6 v6;
        memcpy(&v6, to, sizeof v6);
        inet_ntop(AF_INET6, &v6.sin6_addr, address, sizeof address);
        dprintf(2, "night: connection to [%s]:%d refused: the local stack reaches loopback only\n", address,
                ntohs(v6.sin6_port));
    }
    errno = ENETUNREACH;
    return true;
}
