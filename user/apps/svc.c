/* SPDX-License-Identifier: MIT */
/* Looks after services.
 *
 *     svc list                  what there is, and how it is
 *     svc start NAME            one that was stopped or given up
 *     svc stop NAME
 *     svc kill NAME             it is started again at once
 *     svc replace NAME FILE     with another program, while it is used
 *
 * Grants: "admin", to give init orders. */
#include <lib/error.h>
#include <lib/startup.h>
#include <proto/service.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES_MAX = 4 << 20 };

static int
usage(void)
{
    fputs("usage: svc list\n"
          "       svc start|stop|kill NAME\n"
          "       svc replace NAME FILE\n",
          stderr);
    return EXIT_FAILURE;
}

/* Says what became of an order. */
static int
order_report(const char *name, err_t error)
{
    if (error == OK)
        return EXIT_SUCCESS;
    if (error == ERR_ARGUMENT)
        fprintf(stderr, "svc: %s: no such service or program\n", name);
    else if (error == ERR_BUSY)
        fprintf(stderr, "svc: %s: not now: see svc list\n", name);
    else if (error == ERR_DEAD)
        fprintf(stderr, "svc: %s: it has ended\n", name);
    else
        fprintf(stderr, "svc: %s: %s\n", name, error_text(error));
    return EXIT_FAILURE;
}

static int
services_list(handle_t init)
{
    static const char *const states[] = {
        [SERVICE_IS_STOPPED] = "stopped", [SERVICE_IS_STARTING] = "starting",
        [SERVICE_IS_RUNNING] = "running", [SERVICE_IS_WAITING] = "waiting",
        [SERVICE_IS_LOST] = "LOST",
    };
    struct service_status s;
    uint64_t position = 0;
    err_t error;

    printf("%-16s %-9s %8s %8s\n", "service", "state", "restarts", "process");
    while ((error = service_list(init, &position, &s)) == OK)
        printf("%-16s %-9s %8lu %8lu\n", s.name,
               s.state <= SERVICE_IS_LOST ? states[s.state] : "?",
               (unsigned long)s.restarts, (unsigned long)s.process);
    return error == ERR_ARGUMENT ? EXIT_SUCCESS : order_report("init", error);
}

/* Reads all of `file` into memory; NULL if that is not possible. */
static char *
program_read(FILE *file, size_t *bytes)
{
    size_t room = 1 << 16;
    char *image = malloc(room);

    *bytes = 0;
    while (image) {
        size_t done = fread(image + *bytes, 1, room - *bytes, file);
        char *larger;

        *bytes += done;
        if (done == 0)
            break;
        if (*bytes < room)
            continue;
        larger = room < FILE_BYTES_MAX ? realloc(image, 2 * room) : NULL;
        if (!larger)
            free(image);
        image = larger;
        room *= 2;
    }
    if (image && ferror(file)) {
        free(image);
        return NULL;
    }
    return image;
}

static int
replace(handle_t init, const char *name, const char *path)
{
    FILE *file = fopen(path, "rb");
    char *image = NULL;
    size_t bytes;

    if (file) {
        image = program_read(file, &bytes);
        fclose(file);
    }
    if (!image) {
        perror(path);
        return EXIT_FAILURE;
    }
    return order_report(name, service_swap(init, name, image, bytes));
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *word;
        enum service_label label;
    } orders[] = {
        {"start", SERVICE_START},
        {"stop", SERVICE_STOP},
        {"kill", SERVICE_KILL},
    };
    handle_t init = startup_handle("admin");

    if (init == HANDLE_NONE) {
        fputs("svc: nobody gave me \"admin\", so I may not\n", stderr);
        return EXIT_FAILURE;
    }
    if (argc == 2 && strcmp(argv[1], "list") == 0)
        return services_list(init);
    if (argc == 4 && strcmp(argv[1], "replace") == 0)
        return replace(init, argv[2], argv[3]);
    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
        if (argc == 3 && strcmp(argv[1], orders[i].word) == 0)
            return order_report(argv[2],
                                service_order(init, orders[i].label, argv[2]));
    return usage();
}
