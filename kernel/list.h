/* SPDX-License-Identifier: MIT */
/* A circular doubly linked list whose links live in the members.
 *
 * A list head and a member's link are the same struct; an empty list, and a
 * link that is in no list, points at itself. So removal needs no head and
 * may be done twice. Memory that is all zero is not yet a list. */
#pragma once

#include "types.h"

struct list {
    struct list *next, *prev;
};

static inline void
list_init(struct list *l)
{
    l->next = l->prev = l;
}

static inline bool
list_is_empty(const struct list *l)
{
    return l->next == l;
}

/* Puts `link`, which is in no list, in front of `place`; in front of the head
 * is the end of the list. */
static inline void
list_insert(struct list *place, struct list *link)
{
    link->next = place;
    link->prev = place->prev;
    place->prev->next = link;
    place->prev = link;
}

static inline void
list_remove(struct list *link)
{
    link->next->prev = link->prev;
    link->prev->next = link->next;
    list_init(link);
}

/* Puts all members of `from`, in their order, in front of `place`. */
static inline void
list_splice(struct list *place, struct list *from)
{
    if (list_is_empty(from))
        return;
    from->next->prev = place->prev;
    place->prev->next = from->next;
    from->prev->next = place;
    place->prev = from->prev;
    list_init(from);
}

#define list_first(head, type, member) container_of((head)->next, type, member)

#define list_for_each(link, head)                                              \
    for (struct list *link = (head)->next; link != (head); link = link->next)
