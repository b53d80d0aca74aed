/* lock.c - record locks in one file. A CPU owns the bytes from CPU << 33: the first 2^32 represent queues, of which a
 * process read-locks its own, and the next byte is the turn. A process enters while it write-locks the door, byte
 * 0 of the last CPU's successor, so that two cannot check and enter at the same time. */
#include "harness/machine/lock.h"
#include "harness/core/error.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const off_t queues = 1ll << 32, per_cpu = 1ll << 33;
static const char file_name[] = "bitnet-bench.lock";

/* In folders that everybody may write to, opening another user's file with O_CREAT is refused even to root. */
static int open_in(const char *folder)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, file_name);
    for (int i = 0; i < 3; i++) {
        int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
        if (fd >= 0 || errno != ENOENT) return fd;
        fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (fd < 0 && errno == EEXIST) continue; /* another process was faster */
        if (fd >= 0 && fchmod(fd, 0666) < 0) return close(fd), -1;
        return fd;
    }
    return -1;
}

static enum bn_status open_file(struct bn_lock *lock, struct bn_error *err)
{
    const char *own = getenv("BITNET_LOCK_DIR"), *folders[] = {"/run/lock", "/tmp"};
    int n = 2;
    if (own && *own) folders[0] = own, n = 1;
    for (int i = 0; i < n && lock->file < 0; i++) lock->file = open_in(folders[i]);
    if (lock->file >= 0) return BN_OK;
    return bn_harness_fail(err, BN_ERR_IO,
                           "Could not open %s/%s, which keeps two measurements apart: %m; name another folder in "
                           "BITNET_LOCK_DIR, or add --no-lock.",
                           folders[n - 1], file_name);
}

/* How: F_SETLK, F_SETLKW or F_GETLK; -1 with errno. */
static int record(const struct bn_lock *lock, int how, struct flock *answer, short type, off_t start, off_t n)
{
    struct flock f = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = n};
    int result = fcntl(lock->file, how, &f);
    if (answer) *answer = f;
    return result;
}

static int next_cpu(const struct bn_lock *lock, int cpu)
{
    while (++cpu < CPU_SETSIZE)
        if (CPU_ISSET(cpu, &lock->cpus)) return cpu;
    return -1;
}

/* The process of another queue on one of our CPUs: its id, -1 where it is in another container; 0: none. */
static pid_t other_queue(const struct bn_lock *lock, int *cpu)
{
    for (*cpu = next_cpu(lock, -1); *cpu >= 0; *cpu = next_cpu(lock, *cpu)) {
        const off_t first = *cpu * per_cpu, parts[2][2] = {{0, lock->queue}, {(off_t)lock->queue + 1, queues}};
        for (int i = 0; i < 2; i++) {
            struct flock f;
            if (parts[i][0] == parts[i][1]) continue;
            record(lock, F_GETLK, &f, F_WRLCK, first + parts[i][0], parts[i][1] - parts[i][0]);
            if (f.l_type != F_UNLCK) return f.l_pid > 0 ? f.l_pid : -1;
        }
    }
    return 0;
}

/* "process 4711 (bitnet-bench sweep plan.yaml)" */
static void describe(pid_t pid, char *text, size_t cap)
{
    char path[64], words[300] = "", shown[300];
    snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
    FILE *f = pid > 0 ? fopen(path, "r") : NULL;
    size_t n = f ? fread(words, 1, sizeof words - 1, f) : 0;
    if (f) fclose(f);
    for (size_t i = 0; i + 1 < n; i++)
        if (!words[i]) words[i] = ' ';
    if (pid > 0)
        snprintf(text, cap, "process %d%s%.200s%s", pid, n ? " (" : "", bn_printable(shown, sizeof shown, words),
                 n ? ")" : "");
    else
        snprintf(text, cap, "a process of another container");
}

static void sign_in(const struct bn_lock *lock)
{
    for (int cpu = next_cpu(lock, -1); cpu >= 0; cpu = next_cpu(lock, cpu))
        record(lock, F_SETLK, NULL, F_RDLCK, cpu * per_cpu + lock->queue, 1);
}

/* The id of the blocking process, 0 after entering. */
static pid_t try_to_enter(const struct bn_lock *lock, int *cpu)
{
    const off_t door = CPU_SETSIZE * per_cpu;
    record(lock, F_SETLKW, NULL, F_WRLCK, door, 1);
    pid_t other = other_queue(lock, cpu);
    if (!other) sign_in(lock);
    record(lock, F_SETLK, NULL, F_UNLCK, door, 1);
    return other;
}

enum bn_status bn_lock_enter(struct bn_lock *lock, enum bn_lock_policy policy, uint32_t queue,
                             const volatile sig_atomic_t *stop, struct bn_error *err)
{
    *lock = (struct bn_lock){.file = -1, .queue = queue ? queue : (uint32_t)getpid()};
    if (policy == BN_LOCK_NONE) return BN_OK;
    sched_getaffinity(0, sizeof lock->cpus, &lock->cpus);
    enum bn_status status = open_file(lock, err);
    bool told = false;
    for (int cpu; !status;) {
        char who[256];
        pid_t other = try_to_enter(lock, &cpu);
        if (!other) return BN_OK;
        describe(other, who, sizeof who);
        if (policy == BN_LOCK_REFUSE)
            status = bn_harness_fail(err, BN_ERR_IO,
                                     "CPU %d is being measured by %s; add --wait to wait for its end, or --no-lock to "
                                     "measure both at once.",
                                     cpu, who);
        else if (*stop)
            status = bn_harness_fail(err, BN_ERR_IO, "Interrupted while waiting for %s.", who);
        else if (!told)
            fprintf(stderr, "waiting for %s, which measures on CPU %d\n", who, cpu), told = true;
        if (!status) nanosleep(&(struct timespec){0, 100000000}, NULL);
    }
    bn_lock_leave(lock);
    return status;
}

/* Another process serves the same queue. */
static bool has_company(const struct bn_lock *lock)
{
    struct flock f = {.l_type = F_UNLCK};
    if (lock->file >= 0) record(lock, F_GETLK, &f, F_WRLCK, next_cpu(lock, -1) * per_cpu + lock->queue, 1);
    return f.l_type != F_UNLCK;
}

void bn_lock_turn(struct bn_lock *lock, bool take, const volatile sig_atomic_t *stop)
{
    for (int cpu = next_cpu(lock, -1); lock->file >= 0 && cpu >= 0; cpu = next_cpu(lock, cpu))
        while (record(lock, take ? F_SETLKW : F_SETLK, NULL, take ? F_WRLCK : F_UNLCK, cpu * per_cpu + queues, 1) &&
               errno == EINTR && !*stop) {
        }
    if (!take && has_company(lock)) nanosleep(&(struct timespec){0, 5000000}, NULL); /* lets a waiting process enter */
}

void bn_lock_leave(struct bn_lock *lock)
{
    if (lock->file >= 0) close(lock->file);
    lock->file = -1;
}

uint32_t bn_lock_queue(const char *path)
{
    struct stat st;
    if (stat(path, &st)) return 0;
    uint64_t x = ((uint64_t)st.st_dev * 0x9e3779b97f4a7c15u) ^ ((uint64_t)st.st_ino * 0xbf58476d1ce4e5b9u);
    return (uint32_t)(x >> 32) | 1u << 31; /* the lower half is for processes without a shared queue */
}
