/* cmdline_standard.c - the standard streams of a program, from its first line to its last. Only programs call this. */
#include "engine/files.h"
#include <errno.h>
#include <fcntl.h>
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

int bn_cmd_finish(const char *program, int code)
{
    int cause = ferror(stdout) ? errno : 0; /* when the write that failed was the last thing done */
    if (fflush(stdout)) cause = errno;
    if (!cause && !ferror(stdout)) return code;
    fprintf(stderr, "%s: Could not write standard output: %s.\n", program,
            cause ? strerror(cause) : "an earlier write failed");
    return 1;
}
