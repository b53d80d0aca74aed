/* foreign_text.h - does another build of the same engine write the same greedy text? */
#ifndef BN_GATE_FOREIGN_TEXT_H
#define BN_GATE_FOREIGN_TEXT_H
#include "engine/bitnet.h"
#include <stdbool.h>

struct bn_foreign;
struct bn_foreign_texts {
    bool compared, changed;
    char hash[2][32]; /* of what base and head wrote */
    char reason[512]; /* why nothing was compared; "" */
};
/* Runs llama-completion or llama-cli beside both programs. Without one of them, or where it fails, nothing is compared
 * and the reason says so. */
enum bn_status bn_foreign_texts(struct bn_foreign_texts *texts, struct bn_foreign *foreign, struct bn_error *err);
#endif
