/* foreign_text.h - does another build of the same engine write the same greedy text? */
#ifndef BN_GATE_FOREIGN_TEXT_H
#define BN_GATE_FOREIGN_TEXT_H
#include "engine/bitnet.h"
#include <stdbool.h>

struct bn_foreign;
enum { BN_FOREIGN_HASH = 32 };
struct bn_foreign_texts {
    bool compared, changed;
    bool silent;                   /* changed: base writes a text, and head's program fails or writes none */
    char hash[2][BN_FOREIGN_HASH]; /* of what base and head wrote; "": nothing */
    char reason[512];              /* why nothing was compared; "" */
};
/* Runs llama-completion or llama-cli beside both programs. Nothing is compared, and the reason says why, where one of
 * them is not there, where base's writes no text, and where base's does not write the same text twice. */
enum bn_status bn_foreign_texts(struct bn_foreign_texts *texts, struct bn_foreign *foreign, struct bn_error *err);
#endif
