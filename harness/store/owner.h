/* owner.h - names a process so that others can tell whether it is still running: boot id, pid, start time. */
#ifndef BN_STORE_OWNER_H
#define BN_STORE_OWNER_H
#include <stdbool.h>
#include <stddef.h>

void bn_owner_self(char *text, size_t cap);
/* False only when it certainly ended: same boot of this machine, and no such process. */
bool bn_owner_alive(const char *owner);
#endif
