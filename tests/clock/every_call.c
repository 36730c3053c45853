/* Every wrapped wait and timer once, in two threads and a child: what memory checkers watch the library with. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void rang(int signo) { (void)signo; }

static struct timespec in_a_minute(clockid_t clock) {
    struct timespec at;
    clock_gettime(clock, &at);
    at.tv_sec += 60;
    return at;
}

static void wait_for_files(void) {
    int ends[2];
    if (pipe(ends) < 0)
        return;
    struct pollfd one = {.fd = ends[0], .events = POLLIN};
    struct timespec minute = {.tv_sec = 60};
    sigset_t none;
    sigemptyset(&none);
    poll(&one, 1, 60000);
    ppoll(&one, 1, &minute, &none);
    fd_set set;
    FD_ZERO(&set);
    FD_SET(ends[0], &set);
    select(ends[0] + 1, &set, NULL, NULL, &(struct timeval){.tv_sec = 60});
    FD_SET(ends[0], &set);
    pselect(ends[0] + 1, &set, NULL, NULL, &minute, &none);
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event);
    epoll_wait(epoll, &event, 1, 60000);
    epoll_pwait(epoll, &event, 1, 60000, &none);
    close(epoll);
    close(ends[0]);
    close(ends[1]);
}

static void wait_for_threads(void) {
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
    struct timespec at = in_a_minute(CLOCK_REALTIME);
    pthread_mutex_lock(&mutex);
    pthread_cond_timedwait(&condition, &mutex, &at);
    at = in_a_minute(CLOCK_REALTIME);
    pthread_mutex_timedlock(&mutex, &at);
    pthread_mutex_unlock(&mutex);
    sem_t semaphore;
    sem_init(&semaphore, 0, 0);
    at = in_a_minute(CLOCK_REALTIME);
    sem_timedwait(&semaphore, &at);
    sem_destroy(&semaphore);
}

static void sleep_and_ring(void) {
    struct timespec at = in_a_minute(CLOCK_MONOTONIC), minute = {.tv_sec = 60};
    nanosleep(&minute, NULL);
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
    sleep(1);
    usleep(1000);
    alarm(5);
    pause();
    struct itimerval interval = {.it_value = {.tv_sec = 5}}, left;
    setitimer(ITIMER_REAL, &interval, NULL);
    getitimer(ITIMER_REAL, &left);
    pause();
    struct sigevent how = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    timer_t timer;
    if (timer_create(CLOCK_MONOTONIC, &how, &timer) == 0) {
        struct itimerspec in_five = {.it_value = {.tv_sec = 5}}, now;
        timer_settime(timer, 0, &in_five, NULL);
        timer_gettime(timer, &now);
        pause();
        timer_getoverrun(timer);
        timer_delete(timer);
    }
}

static void *in_a_thread(void *nothing) {
    wait_for_files();
    wait_for_threads();
    return nothing;
}

int main(void) {
    struct timeval day;
    gettimeofday(&day, NULL);
    time_t begins = time(NULL);
    sigaction(SIGALRM, &(struct sigaction){.sa_handler = rang}, NULL);
    sigaction(SIGURG, &(struct sigaction){.sa_handler = rang}, NULL);
    sleep_and_ring(); /* before there is a thread that could take the signal */
    pthread_t thread;
    pthread_create(&thread, NULL, in_a_thread, NULL);
    in_a_thread(NULL);
    pthread_join(thread, NULL);
    pid_t child = fork();
    if (child == 0) {
        in_a_thread(NULL);
        _exit(0);
    }
    waitpid(child, NULL, 0);
    printf("%ld\n", (long)(time(NULL) - begins));
    return 0;
}
