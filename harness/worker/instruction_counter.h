/* instruction_counter.h - user-mode instructions of this process and the threads it starts later
 * (perf_event_open). */
#ifndef BN_WORKER_INSTRUCTION_COUNTER_H
#define BN_WORKER_INSTRUCTION_COUNTER_H
#include <stdint.h>

struct bn_instruction_counter {
    int fd;
    char reason[160]; /* why there is none, with errno's name; "" when it counts */
};
void bn_instruction_counter_open(struct bn_instruction_counter *counter);
uint64_t
bn_instruction_counter_read(struct bn_instruction_counter *counter); /* 0 where it does not count: see reason */
void bn_instruction_counter_close(struct bn_instruction_counter *counter);
#endif
