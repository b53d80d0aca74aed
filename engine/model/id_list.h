/* id_list.h - the ids an encoding produces: counts all of them, keeps those the caller has room for. */
#ifndef BN_MODEL_ID_LIST_H
#define BN_MODEL_ID_LIST_H
#include <stddef.h>
#include <stdint.h>

struct bn_id_list {
    int32_t *ids; /* [cap] */
    size_t cap, n;
};

static inline void bn_id_list_add(struct bn_id_list *list, int32_t id)
{
    if (list->n < list->cap) list->ids[list->n] = id;
    list->n++;
}
#endif
