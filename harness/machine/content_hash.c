/* content_hash.c - FNV-1a in eight words over memory and files. */
#include "harness/machine/content_hash.h"
#include "engine/files.h"
#include "harness/core/error.h"
#include "harness/core/fnv.h"
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void bn_content_hash_init(struct bn_content_hash *h)
{
    for (int i = 0; i < 8; i++) h->word[i] = BN_FNV_BASIS + (uint64_t)i;
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
        for (int i = 0; i < 8; i++) h->word[i] = bn_fnv_add(h->word[i], words[i]);
        n -= k;
    }
}

/* FNV-1a over the bytes of a word, lowest first. */
static uint64_t fold(uint64_t x, uint64_t word)
{
    for (int b = 0; b < 64; b += 8) x = bn_fnv_add(x, word >> b & 255);
    return x;
}

void bn_content_hash_text(const struct bn_content_hash *h, char text[BN_CONTENT_HASH_CHARS])
{
    uint64_t x = BN_FNV_BASIS;
    for (int i = 0; i < 8; i++) x = fold(x, h->word[i]);
    snprintf(text, BN_CONTENT_HASH_CHARS, "fnv1a64x8:%016" PRIx64, fold(x, h->n_bytes));
}

typedef enum bn_status visitor(void *self, const char *path, const struct stat *st, struct bn_error *err);

static enum bn_status visit_folder(const char *path, visitor *visit, void *self, struct bn_error *err)
{
    struct dirent **entries;
    int n = scandir(path, &entries, NULL, alphasort);
    if (n < 0) return bn_harness_fail(err, BN_ERR_IO, "Could not read the folder %s: %m.", path);
    enum bn_status status = BN_OK;
    for (int i = 0; i < n; i++) {
        char file[4096];
        struct stat st;
        snprintf(file, sizeof file, "%s/%s", path, entries[i]->d_name);
        if (!status && !stat(file, &st) && S_ISREG(st.st_mode)) status = visit(self, file, &st, err);
        free(entries[i]);
    }
    free(entries);
    return status;
}

/* A file, or all regular files of a folder in name order. */
static enum bn_status visit_all(const char *path, visitor *visit, void *self, struct bn_error *err)
{
    struct stat st;
    if (stat(path, &st)) return bn_harness_fail(err, BN_ERR_IO, "Could not open %s: %m.", path);
    return S_ISDIR(st.st_mode) ? visit_folder(path, visit, self, err) : visit(self, path, &st, err);
}

static enum bn_status add_file(void *self, const char *path, const struct stat *st, struct bn_error *err)
{
    enum { CHUNK = 1 << 20 };
    int fd;
    (void)st;
    enum bn_status status = bn_input_open(&fd, NULL, path, err);
    if (status) return status;
    FILE *f = fdopen(fd, "rb");
    if (!f) return close(fd), bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate a buffer to read %s.", path);
    char *buffer = malloc(CHUNK);
    size_t n = 0;
    while (buffer && (n = fread(buffer, 1, CHUNK, f)) > 0) bn_content_hash_add(self, buffer, n);
    bool bad = !buffer || ferror(f);
    free(buffer);
    fclose(f);
    return bad ? bn_harness_fail(err, BN_ERR_IO, "Could not read %s.", path) : BN_OK;
}

enum bn_status bn_content_hash_file(const char *path, char text[BN_CONTENT_HASH_CHARS], uint64_t *n_bytes,
                                    struct bn_error *err)
{
    struct bn_content_hash h;
    bn_content_hash_init(&h);
    enum bn_status status = visit_all(path, add_file, &h, err);
    if (status) return status;
    bn_content_hash_text(&h, text);
    if (n_bytes) *n_bytes = h.n_bytes;
    return BN_OK;
}

static enum bn_status add_looks(void *self, const char *path, const struct stat *st, struct bn_error *err)
{
    struct bn_content_looks *looks = self;
    const uint64_t words[] = {(uint64_t)st->st_dev, (uint64_t)st->st_ino, (uint64_t)st->st_size,
                              (uint64_t)st->st_ctim.tv_sec, (uint64_t)st->st_ctim.tv_nsec};
    (void)path, (void)err;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) looks->stamp = fold(looks->stamp, words[i]);
    if (st->st_ctim.tv_sec > looks->changed_at_s) looks->changed_at_s = st->st_ctim.tv_sec;
    return BN_OK;
}

enum bn_status bn_content_look(const char *path, struct bn_content_looks *looks, struct bn_error *err)
{
    *looks = (struct bn_content_looks){.stamp = BN_FNV_BASIS};
    enum bn_status status = visit_all(path, add_looks, looks, err);
    looks->stamp |= !looks->stamp;
    return status;
}
