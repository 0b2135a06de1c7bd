/* SPDX-License-Identifier: MIT */
/* A service that is a client of another: each process of it looks subject up
 * and asks how many clients are gone, before it is ready. It must be served
 * under its number only when the process before it is forgotten. */
#include "subject.h"

#include <proto/names.h>

int
main(void)
{
    struct message m = {.header = SUBJECT_GONE};
    char detail[SERVICE_DETAIL_BYTES];
    handle_t subject;
    size_t bytes;

    if (name_lookup(startup_handle("names"), "/svc/subject", &bytes,
                    &subject) != OK ||
        call_retry(subject, &m, 0, NULL, 0) != OK)
        return EXIT_FAILURE;
    snprintf(detail, sizeof(detail), "%lu gone before me",
             (unsigned long)m.words[0]);
    printf("visitor sees %lu gone\n", (unsigned long)m.words[0]);
    if (service_ready(startup_handle("init"), detail) != OK)
        return EXIT_FAILURE;
    for (;;)
        (void)!sys_endpoint_recv(startup_handle("service"), 0, &m);
}
