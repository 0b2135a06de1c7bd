/* SPDX-License-Identifier: MIT */
/* Arguments, environment, signals, time, and the ways to end. Called with the
 * arguments "one", "two words" and "", with GREETING=hello. */
#include "check.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STATUS = 7 };

static void
arguments_check(int argc, char **argv)
{
    check("argc", argc == 4);
    check("argv", argc == 4 && strcmp(argv[0], "process") == 0 &&
                      strcmp(argv[1], "one") == 0 &&
                      strcmp(argv[2], "two words") == 0 && !*argv[3] &&
                      !argv[4]);
}

static void
environment_check(void)
{
    const char *greeting = getenv("GREETING");

    check("getenv", greeting && strcmp(greeting, "hello") == 0);
    check("getenv of nothing", !getenv("GREET") && !getenv("NOBODY"));
    check("an empty variable", getenv("EMPTY") && !*getenv("EMPTY"));
    check("setenv", setenv("NEW", "value", 1) == 0 &&
                        strcmp(getenv("NEW"), "value") == 0);
    check("setenv of what is there",
          setenv("NEW", "other", 0) == 0 &&
              strcmp(getenv("NEW"), "value") == 0 &&
              setenv("NEW", "much longer than it was", 1) == 0 &&
              strcmp(getenv("NEW"), "much longer than it was") == 0);
    check("unsetenv",
          unsetenv("NEW") == 0 && !getenv("NEW") && getenv("GREETING") != NULL);
}

static volatile sig_atomic_t last_signal;

static void
signal_note(int number)
{
    last_signal = number;
}

static void
signals_check(void)
{
    check("signal", signal(SIGINT, signal_note) == SIG_DFL);
    check("raise", raise(SIGINT) == 0 && last_signal == SIGINT);
    check("a signal that is ignored",
          signal(SIGTERM, SIG_IGN) == SIG_DFL && raise(SIGTERM) == 0);
    check("no such signal", signal(1000, signal_note) == SIG_ERR);
}

static void
time_check(void)
{
    struct tm t = {0}, *now;
    time_t seconds = time(NULL), later;
    clock_t start = clock();
    char text[60];
    volatile unsigned n;

    check("time", seconds > 0 && time(&later) >= seconds && later >= seconds);
    check("difftime", difftime(1000, 400) == 600.0);
    for (n = 0; n < 100000; n++)
        ;
    check("clock", clock() > start && start != (clock_t)-1);

    t.tm_year = 126;
    t.tm_mon = 1;
    t.tm_mday = 30; /* which is March the 2nd */
    t.tm_hour = 12;
    t.tm_isdst = -1;
    seconds = mktime(&t);
    check("mktime", seconds == 1772452800 && t.tm_mon == 2 && t.tm_mday == 2 &&
                        t.tm_wday == 1 && t.tm_yday == 60);
    now = gmtime(&seconds);
    check("gmtime",
          now->tm_hour == 12 && now->tm_mday == 2 && now->tm_year == 126);
    now = localtime(&seconds);
    check("localtime", now->tm_mon == 2);
    check("strftime",
          strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %a %b %j", now) > 0 &&
              strcmp(text, "2026-03-02 12:00:00 Mon Mar 061") == 0);
    check("asctime", strcmp(asctime(now), "Mon Mar  2 12:00:00 2026\n") == 0);
    check("ctime", strcmp(ctime(&seconds), "Mon Mar  2 12:00:00 2026\n") == 0);
}

static void
last(void)
{
    printf("the first is called last\n");
    fflush(stdout);
}

static void
before(void)
{
    printf("the last is called first\n");
}

int
main(int argc, char **argv)
{
    arguments_check(argc, argv);
    environment_check();
    signals_check();
    time_check();
    errno = 0;
    check("no command processor", system(NULL) == 0 && system("ls") == -1);
    check("atexit", atexit(last) == 0 && atexit(before) == 0);
    assert(argc > 0);
    checks_end("process");
    exit(failures ? EXIT_FAILURE : STATUS);
}
