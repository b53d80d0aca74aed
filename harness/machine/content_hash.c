/* content_hash.c - FNV-1a in eight lanes over memory and files. */
#include "harness/machine/content_hash.h"
#include "engine/files.h"
#include "harness/error.h"
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint64_t prime = 0x100000001b3u, basis = 0xcbf29ce484222325u;

void bn_content_hash_init(struct bn_content_hash *h)
{
    for (int i = 0; i < 8; i++) h->lane[i] = basis + (uint64_t)i;
    h->n_bytes = 0;
}

void bn_content_hash_add(struct bn_content_hash *h, const void *bytes, size_t n)
{
    const char *p = bytes;
    h->n_bytes += n;
    uint64_t words[8];
    for (; n; p += sizeof words) {
        size_t k = n < sizeof words ? n : sizeof words;
        if (k < sizeof words) memset(words, 0, sizeof words);
        memcpy(words, p, k); /* native order: hashes of one model differ between little- and big-endian machines */
        for (int i = 0; i < 8; i++) h->lane[i] = (h->lane[i] ^ words[i]) * prime;
        n -= k;
    }
}

void bn_content_hash_text(const struct bn_content_hash *h, char text[BN_CONTENT_HASH_CHARS])
{
    uint64_t x = basis;
    for (int i = 0; i < 8; i++)
        for (int b = 0; b < 64; b += 8) x = (x ^ (h->lane[i] >> b & 255)) * prime;
    for (int b = 0; b < 64; b += 8) x = (x ^ (h->n_bytes >> b & 255)) * prime;
    snprintf(text, BN_CONTENT_HASH_CHARS, "fnv1a64x8:%016" PRIx64, x);
}

static enum bn_status add_file(struct bn_content_hash *h, const char *path, struct bn_error *err)
{
    enum { CHUNK = 1 << 20 };
    int fd;
    enum bn_status status = bn_input_open(&fd, NULL, path, err);
    if (status) return status;
    FILE *f = fdopen(fd, "rb");
    if (!f) return close(fd), bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate a buffer to read %s.", path);
    char *buffer = malloc(CHUNK);
    size_t n = 0;
    while (buffer && (n = fread(buffer, 1, CHUNK, f)) > 0) bn_content_hash_add(h, buffer, n);
    bool bad = !buffer || ferror(f);
    free(buffer);
    fclose(f);
    return bad ? bn_harness_fail(err, BN_ERR_IO, "Could not read %s.", path) : BN_OK;
}

static enum bn_status add_folder(struct bn_content_hash *h, const char *path, struct bn_error *err)
{
    struct dirent **entries;
    int n = scandir(path, &entries, NULL, alphasort);
    if (n < 0) return bn_harness_fail(err, BN_ERR_IO, "Could not read the folder %s: %m.", path);
    enum bn_status status = BN_OK;
    for (int i = 0; i < n; i++) {
        char file[4096];
        struct stat st;
        snprintf(file, sizeof file, "%s/%s", path, entries[i]->d_name);
        if (!status && !stat(file, &st) && S_ISREG(st.st_mode)) status = add_file(h, file, err);
        free(entries[i]);
    }
    free(entries);
    return status;
}

enum bn_status bn_content_hash_file(const char *path, char text[BN_CONTENT_HASH_CHARS], uint64_t *n_bytes,
                                    struct bn_error *err)
{
    struct bn_content_hash h;
    struct stat st;
    if (stat(path, &st)) return bn_harness_fail(err, BN_ERR_IO, "Could not open %s: %m.", path);
    bn_content_hash_init(&h);
    enum bn_status status = S_ISDIR(st.st_mode) ? add_folder(&h, path, err) : add_file(&h, path, err);
    if (status) return status;
    bn_content_hash_text(&h, text);
    if (n_bytes) *n_bytes = h.n_bytes;
    return BN_OK;
}

static uint64_t stamp_file(uint64_t stamp, const struct stat *st)
{
    const uint64_t parts[] = {st->st_dev, st->st_ino, (uint64_t)st->st_size, (uint64_t)st->st_mtim.tv_sec,
                              (uint64_t)st->st_mtim.tv_nsec};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) stamp = (stamp ^ parts[i]) * prime;
    return stamp;
}

uint64_t bn_content_stamp(const char *path)
{
    uint64_t stamp = basis;
    struct stat st;
    if (stat(path, &st)) return 0;
    if (!S_ISDIR(st.st_mode)) return stamp_file(stamp, &st);
    struct dirent **entries;
    int n = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        char file[4096];
        snprintf(file, sizeof file, "%s/%s", path, entries[i]->d_name);
        if (!stat(file, &st) && S_ISREG(st.st_mode)) stamp = stamp_file(stamp, &st);
        free(entries[i]);
    }
    if (n >= 0) free(entries);
    return stamp;
}
