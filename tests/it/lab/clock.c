/* The clocks of one program, set ahead by so many seconds as the file CLOCKS says: "WALL MONOTONIC".
 * The kernel knows nothing of that, so a moment until which a thread wants to wait is set back again. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long (*real)(long, ...);

__attribute__((constructor)) static void find(void)
{
    real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
}

static void ahead(long *wall, long *monotonic)
{
    char text[64] = "";
    char *rest = text;
    int file = open(getenv("CLOCKS"), O_RDONLY);
    if (file >= 0) {
        if (read(file, text, sizeof text - 1) < 0)
            text[0] = 0;
        close(file);
    }
    *wall = strtol(text, &rest, 10);
    *monotonic = strtol(rest, NULL, 10);
}

int clock_gettime(clockid_t id, struct timespec *at)
{
    long wall, monotonic;
    int done = (int)real(SYS_clock_gettime, id, at);
    ahead(&wall, &monotonic);
    if (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)
        at->tv_sec += wall;
    if (id == CLOCK_MONOTONIC || id == CLOCK_MONOTONIC_COARSE || id == CLOCK_BOOTTIME)
        at->tv_sec += monotonic;
    return done;
}

long syscall(long number, ...)
{
    va_list list;
    long a[6];
    va_start(list, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(list, long);
    va_end(list);
    if (number == SYS_futex && (a[1] & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET && a[3] != 0) {
        long wall, monotonic;
        struct timespec until = *(struct timespec *)a[3];
        ahead(&wall, &monotonic);
        until.tv_sec -= a[1] & FUTEX_CLOCK_REALTIME ? wall : monotonic;
        if (until.tv_sec < 0)
            until.tv_sec = 0;
        return real(number, a[0], a[1], a[2], &until, a[4], a[5]);
    }
    return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
