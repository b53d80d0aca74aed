/* room.h - memory that grows without moving: addresses are reserved at once, pages are taken ahead of the writer, so
 * that recording takes no page fault. */
#ifndef BN_PROFILE_ROOM_H
#define BN_PROFILE_ROOM_H
#include "engine/bitnet.h"

struct bn_room {
    char *at;
    size_t used, ready, reserved; /* bytes: written, with pages, with addresses */
    int64_t n_faults;             /* page faults that taking pages has cost the process */
};
enum bn_status bn_room_open(struct bn_room *room, size_t most_bytes, struct bn_error *err);
void bn_room_close(struct bn_room *room);
/* Makes at least `bytes` after those used ready, where the reservation has them. True if pages were taken. Another
 * thread than the writer's may call it meanwhile. */
bool bn_room_ahead(struct bn_room *room, size_t bytes);
/* The next `bytes`, or NULL: there are none left. */
static inline void *bn_room_take(struct bn_room *room, size_t bytes)
{
    size_t used = room->used; /* only the writer moves it */
    if (used + bytes > __atomic_load_n(&room->ready, __ATOMIC_RELAXED)) return NULL;
    __atomic_store_n(&room->used, used + bytes, __ATOMIC_RELAXED);
    return room->at + used;
}
#endif
