/* checkkern_amx_emulator.h - lets a CPU without AMX run kernels that use it. */
#ifndef BN_CHECKKERN_AMX_EMULATOR_H
#define BN_CHECKKERN_AMX_EMULATOR_H
#include <stdbool.h>
/* From now on a SIGILL handler executes the tile instructions that this CPU lacks, slowly: eight tiles for each
 * thread, as configured, with the faults of the real ones (what the manual calls #UD ends the
 * program). False if this CPU cannot emulate AMX. */
bool amx_emulate(void);
/* Instructions emulated so far; 0 if the CPU has AMX. */
unsigned long amx_emulated(void);
#endif
