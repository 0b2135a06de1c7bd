/* SPDX-License-Identifier: MIT */
/* What all kernel objects have in common, and who pays for them. */
#pragma once

#include "list.h"
#include "types.h"

struct object;
struct slot;

/* What differs from type to type, called from rooms below. */
struct object_class {
    /* The last handle and mapping are gone. NULL: the object lives on. */
    void (*unreferenced)(struct object *object);
    /* A handle is about to go: finish what waits through it, a step's worth
     * a call; false while there is more. NULL: nothing ever waits. */
    bool (*release)(struct object *object, struct slot *slot);
    /* The class of such an object when its payer ends: then no handle to it is
     * copied and nothing of it is mapped any more. NULL: it is never retired,
     * or it is. */
    const struct object_class *retired;
    bool is_retired;
};

/* The header of every object: the root of the tree of its handles. */
struct object {
    struct list handles;
    const struct object_class *class;
};

static inline void
object_init(struct object *object, const struct object_class *class)
{
    list_init(&object->handles);
    object->class = class;
}

/* The payer of the object ends; twice is once. */
static inline void
object_retire(struct object *object)
{
    if (object->class->retired)
        object->class = object->class->retired;
}

/* Records of a kind share pages of their own. */
enum record_kind {
    RECORD_ENDPOINT,
    RECORD_MEMORY,
    RECORD_MAPPING,
    RECORD_IRQ,
    RECORD_THREAD,
    RECORD_PROCESS,
    RECORD_KINDS,
};

enum {
    RECORD_SMALL_BYTES = 64,  /* endpoint, memory, mapping, irq */
    RECORD_LARGE_BYTES = 512, /* thread, process */
};

/* A process as the one who pays. */
struct payer {
    uint64_t quota;                  /* frames it may still take */
    struct list pages[RECORD_KINDS]; /* those with room are in front */
};

/* The payer may take `quota` frames, which its creator gave up. */
void payer_init(struct payer *payer, uint64_t quota);

/* `count` frames in a row, zeroed, at the payer's cost. FRAME_NONE when the
 * quota is too small or no run of that length is free. A single frame is
 * always there while the quota is not 0: quotas add up to the free frames. */
MUST_CHECK paddr_t payer_take(struct payer *payer, unsigned count);
void payer_give_back(struct payer *payer, paddr_t start, unsigned count);

/* Whether a page of the payer's has room for another record of `kind`. */
bool record_has_room(const struct payer *payer, enum record_kind kind);

/* Frames that the next record of `kind` takes: 1 when all pages are full. */
static inline unsigned record_cost(const struct payer *payer,
                                   enum record_kind kind);

/* A zeroed record of `kind` at the payer's cost; its quota must be at least
 * record_cost. */
void *record_alloc(struct payer *payer, enum record_kind kind);

/* Gives a record back; its page follows when it was the last one in it. */
void record_free(void *record);

/* Who pays for a record. */
struct payer *record_payer(const void *record);

/* Some record of `kind` that the payer pays for, or NULL. */
void *record_any(const struct payer *payer, enum record_kind kind);

/* Calls `visit` for the payer's records of `kind` until it returns true;
 * returns that record, or NULL. */
void *record_find(const struct payer *payer, enum record_kind kind,
                  bool (*visit)(const void *record, uint64_t wanted),
                  uint64_t wanted);

/* Whether records of `kind` fill `limit` pages, so that one more would take
 * another page. */
bool record_is_full(const struct payer *payer, enum record_kind kind,
                    unsigned limit);

static inline unsigned
record_cost(const struct payer *payer, enum record_kind kind)
{
    return record_has_room(payer, kind) ? 0 : 1;
}
