/* checkkern_amx_emulator.h - lets a CPU without AMX run kernels that use it. */
#ifndef BN_CHECKKERN_AMX_EMULATOR_H
#define BN_CHECKKERN_AMX_EMULATOR_H
#include <stdbool.h>
/* From now on the tile instructions that this CPU does not know are carried out by a handler of SIGILL, slowly: for
 * each thread eight tiles, as configured, with the faults of the real ones (what the manual calls #UD ends the
 * program). False where there is no such CPU to imitate. */
bool amx_emulate(void);
/* Instructions carried out so far; 0 where the CPU does it itself. */
unsigned long amx_emulated(void);
#endif
