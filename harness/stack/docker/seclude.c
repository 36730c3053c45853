/* Secludes a container's network: names are only those in /etc/hosts, and addresses only its own network's.

   An internal network drops what would leave it, which a client sees as silence; and the engine answers for names from
   outside the PID namespace, where the controller cannot see that anybody is at work. After this, an unknown
   name and a foreign address fail at once, with "temporary failure in name resolution" and "network is unreachable".

   It keeps the network namespace that the containers of jobs join, and with it their /etc/resolv.conf: so their
   images need nothing for it, and they themselves no right to change a network. Says "secluded", and stays.

   night-seclude */

#include <errno.h>
#include <fcntl.h>
#include <net/route.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* No program listens there, and on loopback that is known at once. */
static const char names[] = "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n";

static int forget_name_servers(void) {
    int file = open("/etc/resolv.conf", O_WRONLY | O_TRUNC | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0)
        return -1;
    ssize_t written = write(file, names, sizeof names - 1);
    return close(file) == 0 && written == (ssize_t)(sizeof names - 1) ? 0 : -1;
}

static int remove_ways_out(void) {
    struct rtentry everywhere;
    struct sockaddr_in any = {.sin_family = AF_INET};
    memset(&everywhere, 0, sizeof everywhere);
    memcpy(&everywhere.rt_dst, &any, sizeof any);
    memcpy(&everywhere.rt_genmask, &any, sizeof any);
    everywhere.rt_flags = RTF_UP;
    int any_socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    while (any_socket >= 0 && ioctl(any_socket, SIOCDELRT, &everywhere) == 0)
        continue;
    int error = any_socket < 0 ? errno : errno == ESRCH ? 0 : errno; /* ESRCH: no such route is left */
    close(any_socket);
    errno = error;
    return error ? -1 : 0;
}

int main(void) {
    if (forget_name_servers() < 0) {
        perror("night-seclude: /etc/resolv.conf");
        return 1;
    }
    if (remove_ways_out() < 0) {
        perror("night-seclude: the default route");
        return 1;
    }
    if (printf("secluded\n") < 0 || fflush(stdout) != 0)
        return 1;
    for (;;)
        pause(); /* without a limit: no program waits for it, and time passes over it */
}
