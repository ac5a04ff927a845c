/* Breaks one call of the program under test: the Nth call of a kind kills the process, as a power cut would, or fails
   with an error, as a bad disk would. It also shifts the clock. The library is preloaded and set by the environment:
     FAULT_CALL  the call: pwrite, pread, fsync, fdatasync, ftruncate, unlink, fsyncdir (of a folder)
     FAULT_AT    the number of the call, from 1
     FAULT_DOES  kill, EIO or ENOSPC
     FAULT_STAYS set if all later calls fail too
     FAULT_MARK  a file that is created when the fault strikes
     CLOCK_SHIFT the seconds by which the clock is wrong
     CLOCK_AT    the time that the clock shows instead, in Unix seconds
   It sees only what SQLite and the program do to files; standard output is not changed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static int broken(const char *name) {
    static long count = 0;
    const char *call = getenv("FAULT_CALL"), *at = getenv("FAULT_AT"), *does = getenv("FAULT_DOES");
    if (!call || !at || !does || strcmp(call, name) != 0) return 0;
    long number = __sync_add_and_fetch(&count, 1), first = atol(at);
    if (number < first || (number > first && !getenv("FAULT_STAYS"))) return 0;
    const char *mark = getenv("FAULT_MARK");
    if (mark) {
        int fd = open(mark, O_CREAT | O_WRONLY, 0600);
        if (fd >= 0) close(fd);
    }
    if (strcmp(does, "kill") == 0) kill(getpid(), SIGKILL);
    errno = strcmp(does, "ENOSPC") == 0 ? ENOSPC : EIO;
    return 1;
}

#define NEXT(name) static __typeof__(name) *next = 0; if (!next) next = dlsym(RTLD_NEXT, #name)

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) {
    NEXT(pwrite);
    return broken("pwrite") ? -1 : next(fd, bytes, size, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
    NEXT(pwrite64);
    return broken("pwrite") ? -1 : next(fd, bytes, size, at);
}

ssize_t pread(int fd, void *bytes, size_t size, off_t at) {
    NEXT(pread);
    return broken("pread") ? -1 : next(fd, bytes, size, at);
}

ssize_t pread64(int fd, void *bytes, size_t size, off64_t at) {
    NEXT(pread64);
    return broken("pread") ? -1 : next(fd, bytes, size, at);
}

int fsync(int fd) {
    NEXT(fsync);
    struct stat about;
    if (fstat(fd, &about) == 0 && S_ISDIR(about.st_mode) && broken("fsyncdir")) return -1;
    return broken("fsync") ? -1 : next(fd);
}

int fdatasync(int fd) {
    NEXT(fdatasync);
    return broken("fdatasync") ? -1 : next(fd);
}

int ftruncate(int fd, off_t size) {
    NEXT(ftruncate);
    return broken("ftruncate") ? -1 : next(fd, size);
}

int ftruncate64(int fd, off64_t size) {
    NEXT(ftruncate64);
    return broken("ftruncate") ? -1 : next(fd, size);
}

int unlink(const char *path) {
    NEXT(unlink);
    return broken("unlink") ? -1 : next(path);
}

static time_t shifted(time_t seconds) {
    const char *shift = getenv("CLOCK_SHIFT"), *at = getenv("CLOCK_AT");
    return at ? atoll(at) : shift ? seconds + atoll(shift) : seconds;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    NEXT(gettimeofday);
    int result = next(now, zone);
    if (result == 0 && now) now->tv_sec = shifted(now->tv_sec);
    return result;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    NEXT(clock_gettime);
    int result = next(clock, now);
    if (result == 0 && clock == CLOCK_REALTIME) now->tv_sec = shifted(now->tv_sec);
    return result;
}
