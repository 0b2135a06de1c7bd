/* SPDX-License-Identifier: MIT */
/* The manifest's reader, on manifests that are right, wrong and random. */
#include "../../user/servers/init/manifest.h"
#include "check.h"

#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 5000, TEXT_MAX = 400 };

static unsigned problems;
static unsigned last_line;

static void
note(unsigned line, const char *problem)
{
    CHECK(strlen(problem) > 0 && strchr(problem, '\n') == NULL);
    problems++;
    last_line = line;
}

/* Reads a copy of `text` that the caller frees. */
static char *
read_copy(struct manifest *m, const char *text)
{
    char *copy = check_copy(text, strlen(text) + 1);

    problems = 0;
    manifest_read(m, copy, note);
    return copy;
}

/* Whether each stanza comes behind those that it uses, and each once. */
static void
check_order(const struct manifest *m)
{
    bool is_placed[SERVICES_MAX] = {false};

    for (unsigned i = 0; i < m->count; i++) {
        const struct stanza *s = &m->stanzas[m->order[i]];

        CHECK(m->order[i] < m->count && !is_placed[m->order[i]]);
        is_placed[m->order[i]] = true;
        for (unsigned k = 0; k < s->uses.count && !s->is_bad; k++) {
            unsigned used = manifest_find(m, s->uses.words[k]);

            CHECK(used < m->count && is_placed[used]);
        }
    }
}

static void
test_all_that_there_is(void)
{
    static struct manifest m;
    char *text = read_copy(&m, "# a comment\n"
                               "service one # and another\n"
                               "\tprogram prog\n"
                               "  arguments a=b c\n"
                               "  terminal /dev/console\n"
                               "  device virtio,mmio 2\r\n"
                               "  provides /dev/one /\n"
                               "  uses two three\n"
                               "  grants admin rings power\n"
                               "  priority 62\n  frames 16\n  slots 4096\n"
                               "  stack 64\n  kept 512\n  dma 1\n"
                               "  restart 8 in 3600\n  critical\n  flush\n"
                               "\n"
                               "service two\n  frames rest\n  uses three\n"
                               "service three\n  restart never");
    const struct stanza *one = &m.stanzas[0];
    const struct stanza *three = &m.stanzas[2];

    CHECK(problems == 0 && m.count == 3);
    CHECK(strcmp(one->name, "one") == 0 && strcmp(one->program, "prog") == 0);
    CHECK(one->line == 2 && one->uses.line == 8);
    CHECK(strcmp(one->terminal, "/dev/console") == 0);
    CHECK(one->arguments.count == 2 &&
          strcmp(one->arguments.words[1], "c") == 0 &&
          one->arguments.words[2] == NULL);
    CHECK(strcmp(one->device, "virtio,mmio") == 0 && one->device_kind == 2);
    CHECK(one->paths.count == 2 && strcmp(one->paths.words[1], "/") == 0);
    CHECK(one->grants == (GRANT_ADMIN | GRANT_RINGS | GRANT_POWER));
    CHECK(one->priority == 62 && one->frames == 16 && one->slots == 4096);
    CHECK(one->stack == 64 && one->kept == 512 && one->dma == 1);
    CHECK(one->is_restarted && one->ends == 8 && one->seconds == 3600);
    CHECK(one->is_critical && one->is_flushed && !one->has_rest);
    CHECK(m.stanzas[1].has_rest && !m.stanzas[1].is_critical);
    CHECK(strcmp(three->program, "three") == 0 && three->device == NULL &&
          three->terminal == NULL);
    CHECK(!three->is_restarted && three->priority == 32);
    CHECK(m.order[0] == 2 && m.order[1] == 1 && m.order[2] == 0);
    CHECK(manifest_find(&m, "two") == 1 && manifest_find(&m, "tw") == 3);
    free(text);
}

static void
test_nothing(void)
{
    static struct manifest m;
    char *text = read_copy(&m, "");

    CHECK(problems == 0 && m.count == 0);
    free(text);
    text = read_copy(&m, "\n\n # only\n");
    CHECK(problems == 0 && m.count == 0);
    free(text);
}

static void
test_one_problem(void)
{
    static struct manifest m;
    char *text = read_copy(&m, "service a\nservice b\nkept 513\nservice c\n");

    CHECK(problems == 1 && last_line == 3 && m.count == 3);
    CHECK(!m.stanzas[0].is_bad && m.stanzas[1].is_bad && !m.stanzas[2].is_bad);
    check_order(&m);
    free(text);
}

/* A circle costs one of those in it, and who only uses it is not blamed. */
static void
test_circle(void)
{
    static struct manifest m;
    char *text = read_copy(&m, "service x\nuses w\nservice w\nuses y\n"
                               "service y\nuses z\nservice z\nuses y\n");

    CHECK(problems == 1 && !m.stanzas[0].is_bad && !m.stanzas[1].is_bad);
    CHECK(m.stanzas[2].is_bad != m.stanzas[3].is_bad);
    check_order(&m);
    free(text);
}

/* Lines put together by chance: nothing is read or written that should not
 * be, and what holds for all manifests holds. */
static void
test_random(void)
{
    static const char *const words[] = {
        "service",
        "program",
        "arguments",
        "device",
        "provides",
        "uses",
        "grants",
        "priority",
        "frames",
        "slots",
        "stack",
        "kept",
        "dma",
        "restart",
        "critical",
        "flush",
        "in",
        "never",
        "rest",
        "a",
        "b",
        "c",
        "d",
        "/a",
        "/",
        "1",
        "16",
        "64",
        "-1",
        "%s%n",
        "99999999999999999999999",
        "#",
        "virtio,mmio",
        "admin",
    };
    const unsigned count = sizeof(words) / sizeof(words[0]);

    for (unsigned round = 0; round < ROUNDS; round++) {
        static struct manifest m;
        char text[TEXT_MAX] = "";
        char *copy;

        while (strlen(text) < TEXT_MAX - 60) {
            strcat(text, check_below(3) ? "" : "service ");
            strcat(text, words[check_below(count)]);
            strcat(text, check_below(2) ? " " : "\n");
        }
        copy = read_copy(&m, text);
        CHECK(m.count <= SERVICES_MAX);
        check_order(&m);
        for (unsigned i = 0; i < m.count; i++) {
            CHECK(manifest_find(&m, m.stanzas[i].name) == i);
            CHECK(m.stanzas[i].kept <= SERVICE_KEPT_MAX || m.stanzas[i].is_bad);
            CHECK(m.stanzas[i].ends <= SERVICE_ENDS_MAX || m.stanzas[i].is_bad);
        }
        free(copy);
    }
}

int
main(void)
{
    test_all_that_there_is();
    test_nothing();
    test_one_problem();
    test_circle();
    test_random();
    return 0;
}
