/* served.c - starts and stops a server of the program's own folder. */
#include "suites/stress/served.h"
#include "engine/files.h"
#include "suites/fail.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
enum { START_MS = 120000, MOST_WORDS = 96 };

bool bn_served_find(char *path, size_t cap)
{
    char own[BN_PATH_BYTES];
    bn_own_folder(own, sizeof own);
    int n = snprintf(path, cap, "%s/bitnet-serve", own);
    return n > 0 && (size_t)n < cap && access(path, X_OK) == 0;
}

/* argv of the server; `threads` keeps the text of that number. */
static void words_of(char *words[MOST_WORDS], const char *program, const struct bn_stress_options *o, char threads[16])
{
    int n = 0;
    const char *own[] = {program, "--model", o->model_path, "--port", "0", "--quiet"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) words[n++] = (char *)own[i];
    snprintf(threads, 16, "%d", o->n_threads);
    words[n++] = "--threads", words[n++] = threads;
    if (o->model.tokenizer_path) words[n++] = "--tokenizer", words[n++] = (char *)o->model.tokenizer_path;
    if (o->model.pretokenizer) words[n++] = "--pretokenizer", words[n++] = (char *)o->model.pretokenizer;
    for (int i = 0; i < o->n_engine_words && n < MOST_WORDS - 1; i++) words[n++] = (char *)o->engine_words[i];
    words[n] = NULL;
}

/* Reads its log until it tells the port; `line` gets the last line it wrote. */
static int wait_for_port(int log, char *line, size_t cap)
{
    size_t n = 0;
    int port = 0;
    char c;
    struct pollfd readable = {log, POLLIN, 0};
    line[0] = 0;
    while (poll(&readable, 1, START_MS) > 0 && read(log, &c, 1) == 1) {
        if (c == '\n') {
            const char *colon = strrchr(line, ':');
            if (strstr(line, "listening on") && colon && (port = (int)strtol(colon + 1, NULL, 10)) > 0) return port;
            n = 0;
        } else if (n + 1 < cap) {
            line[n++] = c, line[n] = 0;
        }
    }
    return 0;
}

enum bn_status bn_served_start(struct bn_served *served, const char *program, const struct bn_stress_options *options,
                               struct bn_error *err)
{
    char *words[MOST_WORDS], threads[16], line[256];
    int ends[2];
    posix_spawn_file_actions_t actions;
    if (pipe2(ends, O_CLOEXEC)) return bn_suites_fail(err, BN_ERR_IO, "No pipe: %s.", strerror(errno));
    words_of(words, program, options, threads);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
    int failed = posix_spawn(&served->pid, program, &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    served->log = ends[0];
    if (failed) {
        close(ends[0]);
        return bn_suites_fail(err, BN_ERR_IO, "Could not start %s: %s.", BN_PRINTABLE(program), strerror(failed));
    }
    served->port = wait_for_port(served->log, line, sizeof line);
    if (served->port) return BN_OK;
    bn_served_stop(served);
    return bn_suites_fail(err, BN_ERR_IO, "bitnet-serve did not start: %s", BN_PRINTABLE(line));
}

bool bn_served_stop(struct bn_served *served)
{
    int status = 0;
    pid_t ended;
    kill(served->pid, SIGTERM);
    do ended = waitpid(served->pid, &status, 0);
    while (ended < 0 && errno == EINTR);
    close(served->log);
    return ended == served->pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int bn_served_connect(const struct bn_served *served)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)served->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address)) close(fd), fd = -1;
    return fd;
}
