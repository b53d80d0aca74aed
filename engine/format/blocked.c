/* blocked.c - reads and writes NAME.blocked. */
#include "engine/format/blocked.h"
#include "engine/format/fingerprint.h"
#include "engine/format/little_endian.h"
#include "engine/format/owner.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char magic[8] = {'B', 'N', 'B', 'L', 'O', 'C', 'K', 'D'};
enum { HEAD = 64, ENTRY = 120, PAGE = 4096, LINE = 64, MOST_ENTRIES = 1 << 20 };
enum { AT_VERSION = 8, AT_COUNT = 12, AT_FINGERPRINT = 16, AT_SIZE = 24, AT_TIME = 32, AT_LAYOUT = 40, AT_HASH = 56 };
enum { AT_OFFSET = 96, AT_BYTES = 104, AT_ROWS = 112, AT_COLS = 116 };

/* What tells a file from another one without reading it; zeros for a folder. */
struct identity {
    uint64_t bytes, changed_ns;
};
static struct identity identity_of(const char *model)
{
    struct stat st;
    if (stat(model, &st) || !S_ISREG(st.st_mode)) return (struct identity){0};
    return (struct identity){(uint64_t)st.st_size,
                             (uint64_t)st.st_mtim.tv_sec * 1000000000u + (uint64_t)st.st_mtim.tv_nsec};
}

bool bn_blocked_path(char path[4096], const char *model)
{
    size_t n = strlen(model);
    while (n > 1 && model[n - 1] == '/') n--;
    return snprintf(path, 4096, "%.*s.blocked", (int)n, model) < 4096;
}

/* ---- reading ---- */
static const uint8_t *entry_at(const struct bn_blocked *b, int i) { return b->bytes + HEAD + (size_t)i * ENTRY; }

static bool ends_in_zeros(const uint8_t *text, size_t cap)
{
    size_t n = strnlen((const char *)text, cap);
    if (n == 0 || n == cap) return false;
    for (size_t i = n; i < cap; i++)
        if (text[i]) return false;
    return true;
}

/* An entry follows the one before, which ends at *end. */
static bool entry_is_sound(const struct bn_blocked *b, int i, uint64_t *end)
{
    const uint8_t *e = entry_at(b, i);
    uint64_t offset = bn_load_u64(e + AT_OFFSET), bytes = bn_load_u64(e + AT_BYTES);
    if (!ends_in_zeros(e, BN_BLOCKED_NAME) || offset % LINE || offset < *end || offset > b->n) return false;
    if (bytes == 0 || b->n - offset < LINE || bytes > b->n - offset - LINE) return false;
    *end = offset + bytes + LINE;
    return true;
}

static bool header_is_sound(struct bn_blocked *b)
{
    if (b->n < HEAD || memcmp(b->bytes, magic, sizeof magic)) return false;
    uint32_t count = bn_load_u32(b->bytes + AT_COUNT);
    size_t table = HEAD + (size_t)count * ENTRY;
    if (count == 0 || count > MOST_ENTRIES || table + 8 > b->n) return false;
    if (bn_load_u64(b->bytes + table) != bn_fingerprint_bytes(0, b->bytes, table)) return false;
    if (!ends_in_zeros(b->bytes + AT_LAYOUT, BN_BLOCKED_LAYOUT)) return false;
    uint64_t end = table + 8;
    b->n_entries = (int)count;
    b->data_at = bn_load_u64(b->bytes + HEAD + AT_OFFSET);
    for (int i = 0; i < b->n_entries; i++)
        if (!entry_is_sound(b, i, &end)) return false;
    return end == b->n && b->data_at % PAGE == 0;
}

static enum bn_status refuse(const struct bn_blocked *b, const char *why, struct bn_error *err)
{
    return bn_fail(err, BN_ERR_FORMAT, "%s %s; make it anew with bitnet-repack, remove it, or use --blocked off.",
                   b->path, why);
}

static bool is_of_model(const struct bn_blocked *b, const struct bn_source *source, const char *model)
{
    struct identity now = identity_of(model);
    if (now.bytes && now.bytes == bn_load_u64(b->bytes + AT_SIZE) && now.changed_ns == bn_load_u64(b->bytes + AT_TIME))
        return true;
    return bn_load_u64(b->bytes + AT_FINGERPRINT) == bn_source_fingerprint(source);
}

enum bn_status bn_blocked_read(struct bn_blocked *b, struct bn_source *source, const char *path, const char *model,
                               struct bn_error *err)
{
    struct bn_map map;
    *b = (struct bn_blocked){0};
    enum bn_status status = bn_source_map(source, &map, path, err);
    if (status) return status;
    source->file_bytes -= map.n; /* the model's own */
    b->bytes = map.bytes;
    b->n = map.n;
    snprintf(b->path, sizeof b->path, "%s", path);
    if (map.n >= HEAD && !memcmp(map.bytes, magic, sizeof magic) &&
        bn_load_u32(map.bytes + AT_VERSION) != BN_BLOCKED_VERSION)
        return refuse(b, "has a version that this program does not read", err);
    if (!header_is_sound(b)) return refuse(b, "is damaged or cut short", err);
    if (!is_of_model(b, source, model)) return refuse(b, "was made from another model", err);
    b->data_hash = bn_load_u64(b->bytes + AT_HASH);
    memcpy(b->layout, b->bytes + AT_LAYOUT, sizeof b->layout);
    return BN_OK;
}

enum bn_status bn_blocked_open(struct bn_blocked *b, struct bn_source *source, const char *model, struct bn_error *err)
{
    char path[sizeof b->path];
    struct stat st;
    *b = (struct bn_blocked){0};
    if (!bn_blocked_path(path, model) || (lstat(path, &st) && errno == ENOENT)) return BN_OK;
    return bn_blocked_read(b, source, path, model, err);
}

enum bn_status bn_blocked_find(const uint8_t **data, const struct bn_blocked *b, const struct bn_tensor *t,
                               size_t bytes, struct bn_error *err)
{
    *data = NULL;
    for (int i = 0; i < b->n_entries && !*data; i++) {
        const uint8_t *e = entry_at(b, i);
        if (strcmp((const char *)e, t->name)) continue;
        if (bn_load_u64(e + AT_BYTES) != bytes || bn_load_u32(e + AT_ROWS) != (uint32_t)t->rows ||
            bn_load_u32(e + AT_COLS) != (uint32_t)t->cols)
            return refuse(b, "has a tensor of another size than the model's", err);
        *data = b->bytes + bn_load_u64(e + AT_OFFSET);
    }
    return BN_OK;
}

enum bn_status bn_blocked_verify(const struct bn_blocked *b, struct bn_error *err)
{
    uint64_t hash = 0;
    for (int i = 0; i < b->n_entries; i++) {
        const uint8_t *e = entry_at(b, i);
        hash = bn_fingerprint_bytes(hash, b->bytes + bn_load_u64(e + AT_OFFSET), bn_load_u64(e + AT_BYTES));
    }
    return hash == b->data_hash ? BN_OK : refuse(b, "holds other data than were written", err);
}

/* ---- writing ---- */
static uint64_t round_up(uint64_t n, uint64_t to) { return (n + to - 1) / to * to; }

static void fill_entry(uint8_t *e, const struct bn_blocked_entry *from, uint64_t offset)
{
    strncpy((char *)e, from->name, BN_BLOCKED_NAME - 1);
    bn_store_u64(e + AT_OFFSET, offset);
    bn_store_u64(e + AT_BYTES, from->bytes);
    bn_store_u32(e + AT_ROWS, (uint32_t)from->rows);
    bn_store_u32(e + AT_COLS, (uint32_t)from->cols);
}

/* Header, entries and the zeros up to the data. */
static void fill_header(uint8_t *header, const struct bn_source *source, const char *model, const char *layout,
                        const struct bn_blocked_entry *entries, int n)
{
    struct identity identity = identity_of(model);
    size_t table = HEAD + (size_t)n * ENTRY;
    uint64_t offset = round_up(table + 8, PAGE), hash = 0;
    memcpy(header, magic, sizeof magic);
    bn_store_u32(header + AT_VERSION, BN_BLOCKED_VERSION);
    bn_store_u32(header + AT_COUNT, (uint32_t)n);
    bn_store_u64(header + AT_FINGERPRINT, bn_source_fingerprint(source));
    bn_store_u64(header + AT_SIZE, identity.bytes);
    bn_store_u64(header + AT_TIME, identity.changed_ns);
    strncpy((char *)header + AT_LAYOUT, layout, BN_BLOCKED_LAYOUT - 1);
    for (int i = 0; i < n; i++) {
        fill_entry(header + HEAD + (size_t)i * ENTRY, &entries[i], offset);
        hash = bn_fingerprint_bytes(hash, entries[i].data, entries[i].bytes);
        offset = i + 1 < n ? round_up(offset + entries[i].bytes + LINE, LINE) : offset;
    }
    bn_store_u64(header + AT_HASH, hash);
    bn_store_u64(header + table, bn_fingerprint_bytes(0, header, table));
}

enum bn_status bn_blocked_save(struct bn_output *output, const struct bn_source *source, const char *model,
                               const char *layout, const struct bn_blocked_entry *entries, int n, struct bn_error *err)
{
    static const uint8_t zeros[2 * LINE];
    size_t bytes = round_up(HEAD + (size_t)n * ENTRY + 8, PAGE);
    uint8_t *header = calloc(1, bytes);
    if (!header) return bn_fail_memory(err, "the header", bytes);
    fill_header(header, source, model, layout, entries, n);
    enum bn_status status = bn_output_write(output, header, bytes, err);
    free(header);
    uint64_t at = bytes;
    for (int i = 0; i < n && !status; i++) {
        uint64_t end = at + entries[i].bytes + LINE, next = i + 1 < n ? round_up(end, LINE) : end;
        status = bn_output_write(output, entries[i].data, entries[i].bytes, err);
        if (!status) status = bn_output_write(output, zeros, next - at - entries[i].bytes, err);
        at = next;
    }
    return status;
}
