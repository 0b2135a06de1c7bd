/* SPDX-License-Identifier: MIT */
/* reboot: brings all that was written to the disk and starts the machine anew.
 *
 * Grants: "admin", which init listens to. */
#include <lib/error.h>
#include <lib/startup.h>
#include <proto/service.h>

#include <stdio.h>

int
main(void)
{
    err_t error = service_power(startup_handle("admin"), SERVICE_REBOOT, 0);

    fprintf(stderr, "reboot: %s\n", error_text(error));
    return 1;
}
