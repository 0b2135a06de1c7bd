/* SPDX-License-Identifier: MIT */
/* poweroff [STATUS]: brings all that was written to the disk and switches the
 * machine off. STATUS is what QEMU ends with.
 *
 * Grants: "admin", which init listens to. */
#include <lib/error.h>
#include <lib/startup.h>
#include <proto/service.h>

#include <stdio.h>
#include <stdlib.h>

int
main(int argc, char **argv)
{
    uint64_t status = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    err_t error =
        service_power(startup_handle("admin"), SERVICE_POWER_OFF, status);

    fprintf(stderr, "poweroff: %s\n", error_text(error));
    return 1;
}
