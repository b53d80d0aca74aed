/* calibration_state.c - what an interrupted calibration has collected so far, as a file: a head and the sites. */
#include "engine/core/status.h"
#include "engine/files.h"
#include "engine/fit/calibration.h"
#include "engine/format/fingerprint.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct head {
    char format[24];
    uint64_t run, done, sum; /* sum: of all else, in the file's byte order */
};
static const char format[24] = "bitnet-calibration 1";

static size_t site_bytes(const struct bn_calibration *c) { return (size_t)c->n_sites * sizeof *c->sites; }

static uint64_t sum_of(const struct head *head, const struct bn_site_seen *sites, size_t n)
{
    return bn_fingerprint_bytes(bn_fingerprint_bytes(head->run, &head->done, sizeof head->done), sites, n);
}

enum bn_status bn_calibration_save(const struct bn_calibration *c, const char *path, struct bn_error *err)
{
    struct bn_output *output;
    struct head head = {.run = c->run, .done = (uint64_t)c->done};
    memcpy(head.format, format, sizeof format);
    head.sum = sum_of(&head, c->sites, site_bytes(c));
    enum bn_status status = bn_output_open(&output, path, err);
    if (status != BN_OK) return status;
    status = bn_output_write(output, &head, sizeof head, err);
    if (status == BN_OK) status = bn_output_write(output, c->sites, site_bytes(c), err);
    if (status == BN_OK) return bn_output_commit(output, err);
    bn_output_discard(output);
    return status;
}

static bool read_all(int fd, void *bytes, size_t n)
{
    for (char *at = bytes; n;) {
        ssize_t got = read(fd, at, n);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        at += got, n -= (size_t)got;
    }
    return true;
}

static enum bn_status take(struct bn_calibration *c, int fd, const struct stat *st, const char *path,
                           struct bn_error *err)
{
    struct head head;
    size_t n = site_bytes(c);
    if (!read_all(fd, &head, sizeof head) || memcmp(head.format, format, sizeof format))
        return bn_fail(err, BN_ERR_FORMAT, "%s is no state of a calibration.", BN_PRINTABLE(path));
    if (head.run != c->run)
        return bn_fail(err, BN_ERR_FORMAT, "%s belongs to a calibration of another model, text or choice of windows.",
                       BN_PRINTABLE(path));
    struct bn_site_seen *sites = malloc(n);
    if (!sites) return bn_fail_memory(err, "the state of the calibration", n);
    bool sound = (uint64_t)st->st_size == sizeof head + n && read_all(fd, sites, n) &&
                 sum_of(&head, sites, n) == head.sum && head.done <= (uint64_t)c->n_steps;
    if (sound) memcpy(c->sites, sites, n), c->done = (int)head.done;
    free(sites);
    return sound ? BN_OK : bn_fail(err, BN_ERR_FORMAT, "%s is damaged.", BN_PRINTABLE(path));
}

enum bn_status bn_calibration_resume(struct bn_calibration *c, const char *path, struct bn_error *err)
{
    struct stat st;
    int fd;
    if (stat(path, &st) && errno == ENOENT) return BN_OK;
    if (bn_input_open(&fd, &st, path, err) != BN_OK) {
        if (err) err->status = BN_ERR_IO;
        return BN_ERR_IO;
    }
    enum bn_status status = take(c, fd, &st, path, err);
    close(fd);
    bn_input_forget(&st); /* it is written again */
    return status;
}
