/* A program that is linked statically: it sleeps in real time, or serves as a database does. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <time.h>
#include <unistd.h>

int main(int count, char **given) {
    (void)count;
    struct timespec span = {0, atol(given[2]) * 1000000L};
    if (given[1][0] == 's')
        nanosleep(&span, NULL);
    if (given[1][0] == 'p')
        poll(NULL, 0, (int)atol(given[2]));
    if (given[1][0] == 'd') { /* as a database does: it serves, and looks after itself now and then */
        int server = socket(AF_INET, SOCK_STREAM, 0);
        struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
        socklen_t size = sizeof at;
        bind(server, (struct sockaddr *)&at, size);
        listen(server, 5);
        getsockname(server, (struct sockaddr *)&at, &size);
        printf("%d\n", ntohs(at.sin_port));
        fflush(stdout);
        for (;;) {
            struct pollfd one = {server, POLLIN, 0};
            if (poll(&one, 1, (int)atol(given[2])) == 0)
                continue;
            int line = accept(server, NULL, NULL);
            volatile long sum = 0;
            for (long i = 0; i < 50000000; i++)
                sum += i;
            if (write(line, "done", 4) < 0)
                return 1;
            close(line);
        }
    }
    puts("woke");
    return 0;
}
