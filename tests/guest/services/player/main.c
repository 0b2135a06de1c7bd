/* SPDX-License-Identifier: MIT */
/* Plays scenarios with the services of this image, then switches off; or, if
 * an argument says end=reset, resets the machine. The argument play=NAME has it
 * play that one only; play=none has it wait until all services are ready. */
#include "player.h"

const char *scenario;
bool is_ok;

void
check(bool claim, const char *what)
{
    if (!claim) {
        printf("scenario %s FAILED: %s\n", scenario, what);
        is_ok = false;
    }
}

void
check_error(err_t got, err_t expected, const char *what)
{
    if (got != expected) {
        printf("scenario %s FAILED: %s: got %s, expected %s\n", scenario, what,
               error_name(got), error_name(expected));
        is_ok = false;
    }
}

handle_t
names(void)
{
    return startup_handle("names");
}

handle_t
admin(void)
{
    return startup_handle("admin");
}

handle_t
look_up(handle_t client, const char *path)
{
    handle_t handle = HANDLE_NONE;
    size_t bytes;

    check_error(name_lookup(client, path, &bytes, &handle), OK, path);
    return handle;
}

struct message
ask(handle_t subject, enum subject_label label)
{
    struct message m = {.header = label};

    check_error(call_retry(subject, &m, 0, NULL, 0), OK, "asking");
    return m;
}

struct service_status
status_of(const char *name)
{
    struct service_status s;
    uint64_t position = 0;

    while (service_list(admin(), &position, &s) == OK)
        if (strcmp(s.name, name) == 0)
            return s;
    check(false, "a service is missing from the list");
    return (struct service_status){.state = SERVICE_IS_STOPPED};
}

void
await_state(const char *name, enum service_state state)
{
    while (status_of(name).state != state)
        sys_thread_yield();
}

static const struct {
    const char *name;
    void (*play)(void);
} scenarios[] = {
    {"register", scenario_register},
    {"match", scenario_match},
    {"wait", scenario_wait},
    {"clients", scenario_clients},
    {"list", scenario_list},
    {"names-killed", scenario_names_killed},
    {"crash", scenario_crash},
    {"kill", scenario_kill},
    {"stop", scenario_stop},
    {"replace", scenario_replace},
    {"visitor", scenario_visitor},
    {"give-up", scenario_give_up},
    {"orders", scenario_orders},
    {"bin", scenario_bin},
    {"gone-killed", scenario_gone_killed},
    {"pushed-handles", scenario_pushed_handles},
};

/* Waits until no service is about to get ready. */
static void
await_all(void)
{
    struct service_status s;
    uint64_t position = 0;

    while (service_list(admin(), &position, &s) == OK)
        if (s.state == SERVICE_IS_STARTING || s.state == SERVICE_IS_WAITING) {
            sys_thread_yield();
            position = 0;
        }
}

int
main(void)
{
    const char *chosen = startup_argument("play");
    unsigned failures = 0;

    if (service_ready(startup_handle("init"), "") != OK)
        return EXIT_FAILURE;
    for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
        scenario = scenarios[i].name;
        if (chosen && strcmp(chosen, scenario) != 0)
            continue;
        is_ok = true;
        scenarios[i].play();
        if (is_ok)
            printf("scenario %s ok\n", scenario);
        failures += !is_ok;
    }
    if (chosen && strcmp(chosen, "none") == 0)
        await_all();

    /* A reset has no status: QEMU ends with 0 then. */
    const char *end = startup_argument("end");
    bool is_reset = end && strcmp(end, "reset") == 0;

    return service_power(admin(), is_reset ? SERVICE_REBOOT : SERVICE_POWER_OFF,
                         failures + is_reset) != OK;
}
