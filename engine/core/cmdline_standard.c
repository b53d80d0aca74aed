/* cmdline_standard.c - the standard streams of a program, from its first line to its last. Only programs call this. */
#include "engine/files.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void bn_cmd_begin(const char *program)
{
    signal(SIGPIPE, SIG_IGN);
    for (int fd = 0; fd < 3; fd++) {
        if (fcntl(fd, F_GETFD) != -1) continue;
        if (fd != 1 && open("/dev/null", O_RDWR) == fd) continue;
        fprintf(stderr, "%s: Standard output is closed; redirect it to a file or to /dev/null.\n", program);
        exit(1);
    }
}

/* Of a write that failed at any time: errno is of whatever failed last. 0: unknown. */
static int cause_of_failure(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO};
    if (fflush(stdout)) return errno; /* what could not be written is tried again */
    if (poll(&out, 1, 0) == 1 && out.revents & POLLERR) return EPIPE;
    return write(STDOUT_FILENO, "", 0) < 0 ? errno : 0;
}

int bn_cmd_finish(const char *program, int code)
{
    if (!ferror(stdout) && !fflush(stdout)) return code;
    int cause = cause_of_failure();
    fprintf(stderr, "%s: Could not write standard output: %s.\n", program,
            cause ? strerror(cause) : "an earlier write failed");
    return 1;
}
