/* Linked statically, so that nothing is preloaded into it: tries to reach each KIND ADDRESS PORT that it is given. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static socklen_t address_of(struct sockaddr_storage *to, const char *kind, const char *address, int port) {
    memset(to, 0, sizeof *to);
    if (strcmp(kind, "unix") == 0) {
        struct sockaddr_un *file = (struct sockaddr_un *)to;
        file->sun_family = AF_UNIX;
        size_t length = strlen(address);
        memcpy(file->sun_path, address, length);
        if (address[0] == '@')
            file->sun_path[0] = '\0';
        return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (address[0] != '@'));
    }
    if (strchr(address, ':')) {
        struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)to;
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons((unsigned short)port);
        inet_pton(AF_INET6, address, &v6->sin6_addr);
        return sizeof *v6;
    }
    struct sockaddr_in *v4 = (struct sockaddr_in *)to;
    v4->sin_family = AF_INET;
    v4->sin_port = htons((unsigned short)port);
    inet_pton(AF_INET, address, &v4->sin_addr);
    return sizeof *v4;
}

static int reaches(const char *kind, const char *address, int port) {
    struct sockaddr_storage to;
    socklen_t size = address_of(&to, kind, address, port);
    int udp = strcmp(kind, "udp") == 0, raw = strcmp(kind, "raw") == 0;
    int made = socket(to.ss_family, raw ? SOCK_RAW : udp ? SOCK_DGRAM : SOCK_STREAM, raw ? IPPROTO_ICMP : 0);
    struct timeval patience = {10, 0};
    if (made < 0 || setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) < 0)
        return -1;
    if (connect(made, (struct sockaddr *)&to, size) < 0)
        return -1;
    if (!udp && !raw)
        return 0;
    struct icmphdr ask = {.type = ICMP_ECHO, .checksum = htons(0xf7ff)};
    char answer[128];
    return send(made, &ask, sizeof ask, 0) < 0 || recv(made, answer, sizeof answer, 0) < 0 ? -1 : 0;
}

int main(int count, char **given) {
    for (int i = 1; i + 2 < count; i += 3)
        puts(reaches(given[i], given[i + 1], atoi(given[i + 2])) == 0 ? "reached" : strerror(errno));
    return 0;
}
