/* SPDX-License-Identifier: MIT */
/* What the player's scenarios share. */
#pragma once

#include "../subject.h"

#include <lib/error.h>
#include <lib/startup.h>
#include <lib/syscall.h>
#include <proto/names.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

extern const char *scenario;
extern bool is_ok;

void check(bool claim, const char *what);
void check_error(err_t got, err_t expected, const char *what);

/* The handles that most scenarios need. */
handle_t names(void);
handle_t admin(void);

/* Looks a path up as the client of `client`; HANDLE_NONE if there is none. */
handle_t look_up(handle_t client, const char *path);

/* What SUBJECT_COUNT or SUBJECT_GONE tells. */
struct message ask(handle_t subject, enum subject_label label);

/* The state of a service, and how often it was started again. */
struct service_status status_of(const char *name);

/* Waits until the service is in the state. */
void await_state(const char *name, enum service_state state);

void scenario_register(void);
void scenario_match(void);
void scenario_wait(void);
void scenario_clients(void);
void scenario_gone_killed(void);
void scenario_pushed_handles(void);
void scenario_list(void);
void scenario_names_killed(void);

void scenario_crash(void);
void scenario_kill(void);
void scenario_stop(void);
void scenario_replace(void);
void scenario_visitor(void);
void scenario_give_up(void);
void scenario_orders(void);
void scenario_bin(void);
