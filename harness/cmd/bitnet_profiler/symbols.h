/* symbols.h - names of addresses of this process (libdw): function, and where it lives. */
#ifndef BN_CMD_SYMBOLS_H
#define BN_CMD_SYMBOLS_H
#include "engine/bitnet.h"

struct bn_symbols;
/* Reads which files are mapped now. BN_ERR_IO: libdw cannot. */
enum bn_status bn_symbols_open(struct bn_symbols **symbols, struct bn_error *err);
void bn_symbols_close(struct bn_symbols *symbols);
/* "gemv [gemv_i2_i8_avx2.c]", "memcpy [libc.so.6]", "[libc.so.6]" where there is no name: valid until close. NULL:
 * without memory. `address` is inside an instruction: for a return address, one less. */
const char *bn_symbols_name(void *symbols, uint64_t address);
#endif
