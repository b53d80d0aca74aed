/* fingerprint.c - stores what was measured on, with and from. */
#include "harness/store/seal.h"
#include "harness/core/error.h"
#include "harness/core/fnv.h"
#include <inttypes.h>
#include <stdio.h>

static uint64_t fnv(uint64_t h, const char *text)
{
    for (const char *p = text ? text : "\1"; *p; p++) h = bn_fnv_add(h, (unsigned char)*p);
    return bn_fnv_add(h, 0x1f); /* a separator between fields */
}

static void identity_hash(const struct bn_field *fields, size_t n, char *hash, size_t cap)
{
    uint64_t h = BN_FNV_BASIS;
    for (size_t i = 0; i < n; i++)
        if (fields[i].identity) h = fnv(fnv(h, fields[i].name), fields[i].value);
    snprintf(hash, cap, "fnv1a64:%016" PRIx64, h);
}

enum bn_status bn_store_fingerprint(struct bn_store *store, const char *kind, const char *label, const char *hash,
                                    const struct bn_field *fields, size_t n, int64_t *id, struct bn_error *err)
{
    char own[32];
    if (!hash) identity_hash(fields, n, own, sizeof own), hash = own;
    enum bn_status status = bn_sql_run(
        store, err, "INSERT OR IGNORE INTO fingerprint (kind, hash, label) VALUES (?, ?, ?)", "sss", kind, hash, label);
    if (status) return status;
    status = bn_sql_int(store, err, id, "SELECT fingerprint_id FROM fingerprint WHERE kind = ? AND hash = ?", "ss",
                        kind, hash);
    for (size_t i = 0; !status && i < n; i++)
        status = bn_sql_run(store, err,
                            "INSERT OR IGNORE INTO fingerprint_field (fingerprint_id, name, value, reason, identity) "
                            "VALUES (?, ?, ?, ?, ?)",
                            "isssi", *id, fields[i].name, fields[i].value,
                            fields[i].value    ? NULL
                            : fields[i].reason ? fields[i].reason
                                               : "not given",
                            (int64_t)fields[i].identity);
    return status ? status : bn_seal(store, "fingerprint", *id, err);
}

enum bn_status bn_store_fingerprint_find(struct bn_store *store, const char *kind, const struct bn_field *fields,
                                         size_t n, int64_t *id, struct bn_error *err)
{
    char hash[32];
    identity_hash(fields, n, hash, sizeof hash);
    *id = 0;
    return bn_sql_int(store, err, id, "SELECT fingerprint_id FROM fingerprint WHERE kind = ? AND hash = ?", "ss", kind,
                      hash);
}

void bn_store_fingerprint_hash(struct bn_store *store, int64_t id, char *text, size_t cap)
{
    struct bn_error err;
    text[0] = 0;
    if (bn_sql_text(store, &err, text, cap, "SELECT hash FROM fingerprint WHERE fingerprint_id = ?", "i", id) &&
        !store->unread.status)
        store->unread = err;
}
