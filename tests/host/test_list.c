/* SPDX-License-Identifier: MIT */
/* Lists against arrays: two lists, members that move between them. */
#include "list.h"

#include "check.h"

enum { MEMBERS = 40, OPERATIONS = 20000, LISTS = 2, NOWHERE = -1 };

struct member {
    int number;
    struct list link;
};

static struct member members[MEMBERS];
static struct list heads[LISTS];

/* The model: the numbers in each list in order, and where each member is. */
static int order[LISTS][MEMBERS];
static unsigned lengths[LISTS];
static int places[MEMBERS];

static unsigned
position(int list, int number)
{
    unsigned i = 0;

    while (order[list][i] != number)
        i++;
    return i;
}

static void
model_insert(int list, unsigned at, int number)
{
    for (unsigned i = lengths[list]++; i > at; i--)
        order[list][i] = order[list][i - 1];
    order[list][at] = number;
    places[number] = list;
}

static void
model_remove(int number)
{
    int list = places[number];

    for (unsigned i = position(list, number); i + 1 < lengths[list]; i++)
        order[list][i] = order[list][i + 1];
    lengths[list]--;
    places[number] = NOWHERE;
}

static void
check_lists(void)
{
    for (int list = 0; list < LISTS; list++) {
        unsigned count = 0;

        list_for_each (link, &heads[list]) {
            struct member *m = container_of(link, struct member, link);

            CHECK(count < lengths[list]);
            CHECK(m->number == order[list][count++]);
            CHECK(link->next->prev == link && link->prev->next == link);
        }
        CHECK(count == lengths[list]);
        CHECK(list_is_empty(&heads[list]) == (count == 0));
        if (count > 0)
            CHECK(list_first(&heads[list], struct member, link)->number ==
                  order[list][0]);
    }
}

/* Puts a member that is nowhere in front of another, or at a list's end. */
static void
insert_somewhere(int number)
{
    int list = (int)check_below(LISTS);
    unsigned at = check_below(lengths[list] + 1);
    struct list *place =
        at == lengths[list] ? &heads[list] : &members[order[list][at]].link;

    list_insert(place, &members[number].link);
    model_insert(list, at, number);
}

/* Moves all members of one list in front of a member of the other. */
static void
splice_somewhere(void)
{
    int from = (int)check_below(LISTS), to = 1 - from;
    unsigned at = check_below(lengths[to] + 1);
    struct list *place =
        at == lengths[to] ? &heads[to] : &members[order[to][at]].link;

    list_splice(place, &heads[from]);
    while (lengths[from] > 0) {
        int number = order[from][0];

        model_remove(number);
        model_insert(to, at++, number);
    }
}

int
main(void)
{
    for (int list = 0; list < LISTS; list++)
        list_init(&heads[list]);
    for (int i = 0; i < MEMBERS; i++) {
        members[i].number = i;
        list_init(&members[i].link);
        places[i] = NOWHERE;
    }
    for (unsigned i = 0; i < OPERATIONS; i++) {
        int number = (int)check_below(MEMBERS);

        if (check_below(20) == 0) {
            splice_somewhere();
        } else if (places[number] == NOWHERE) {
            list_remove(&members[number].link); /* twice is once */
            insert_somewhere(number);
        } else {
            list_remove(&members[number].link);
            model_remove(number);
        }
        check_lists();
    }
    return 0;
}
