/* fields.h - a growing list of named facts, each with a value or the reason for its absence. */
#ifndef BN_MACHINE_FIELDS_H
#define BN_MACHINE_FIELDS_H
#include "harness/machine/watch.h"
#include "harness/store/store.h"

enum { BN_FIELDS_MAX = 64 };
struct bn_fields {
    struct bn_field at[BN_FIELDS_MAX];
    size_t n;
};
/* Copies value; if it is NULL, reason says why. */
void bn_fields_add(struct bn_fields *fields, bool identity, const char *name, const char *value, const char *reason);
void bn_fields_number(struct bn_fields *fields, bool identity, const char *name, uint64_t value);
/* First line of a file, or the reason it cannot be read. */
void bn_fields_file(struct bn_fields *fields, bool identity, const char *name, const char *path);
const char *bn_fields_find(const struct bn_fields *fields, const char *name); /* NULL: absent or no value */
void bn_fields_release(struct bn_fields *fields);

/* What this machine is: CPU, caches, kernel, governor, turbo, SMT, ASLR, ... Fields that make results incomparable are
 * marked. */
void bn_machine_fields(struct bn_fields *fields);
/* What names it: CPU and cores. */
void bn_machine_label(const struct bn_fields *fields, char *label, size_t cap);
/* Its row of a database, if it is there; else *id is 0. */
enum bn_status bn_machine_find(struct bn_store *store, int64_t *id, struct bn_error *err);
/* Its row of a database. */
enum bn_status bn_machine_fingerprint(struct bn_store *store, int64_t *id, struct bn_error *err);
/* A model's row: its bytes tell it apart, its file's name is its label. */
enum bn_status bn_model_file_fingerprint(struct bn_store *store, const struct bn_watch *model, int64_t *id,
                                         struct bn_error *err);
/* What could disturb a point at this moment: load, runnable tasks, frequency, steal, throttling, temperature. at:
 * "before", "after". */
enum { BN_MOMENT_MAX = 16 };
size_t bn_moment_read(const char *at, struct bn_moment moments[BN_MOMENT_MAX]);
#endif
