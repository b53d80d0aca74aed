/* variant.h - the program file of one worker process: the same build at another place.
 *
 * Where code, stack and pages of a program lie moves its time by some percent (Mytkowicz, Diwan, Hauswirth and Sweeney,
 * "Producing wrong data without doing anything obviously wrong!", ASPLOS 2009), and stays for as long as its file stays
 * in the page cache, so that two equal builds may differ for minutes. So every timed process starts from a file of its
 * own in an environment of its own size, which moves the stack: newly linked, its objects in a random order, where
 * both builds say how (`relink-worker`, which make writes); else a copy, which moves its pages only. The verdict is
 * over what was drawn (Curtsinger and Berger, "Stabilizer", ASPLOS 2013, do the same while the program runs). */
#ifndef BN_GATE_VARIANT_H
#define BN_GATE_VARIANT_H
#include "engine/bitnet.h"

enum { BN_VARIANT_PATH = 4200, BN_VARIANT_ENVIRONMENT = 4096 + 32, BN_VARIANT_SEEDS = 1 << 30 };
struct bn_variant {
    char path[BN_VARIANT_PATH], environment[BN_VARIANT_ENVIRONMENT]; /* "NAME=value" */
};
/* Makes a folder for files of the gate in $TMPDIR, else /tmp. */
enum bn_status bn_variant_folder(char folder[BN_VARIANT_PATH], struct bn_error *err);
struct bn_variant_source {
    const char *program, *relink; /* relink: the script that links it anew; NULL: it is copied */
    uint64_t seed;                /* of its places; equal seeds link equal files */
};
/* Makes a program file of each side in that folder, both at the same time. Remove both also after an error. */
enum bn_status bn_variants_make(struct bn_variant variants[2], const char *folder,
                                const struct bn_variant_source sources[2], struct bn_error *err);
void bn_variant_remove(const struct bn_variant *variant); /* once it runs, nobody needs the name */
/* The script that links `program` anew: relink-worker in its folder or the one above; false where there is none. */
bool bn_variant_script(const char *program, char path[BN_VARIANT_PATH]);
#endif
