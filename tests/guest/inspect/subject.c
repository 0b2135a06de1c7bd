/* SPDX-License-Identifier: MIT */
/* Something to look at: faults, or exits, as its argument says. */
#include <lib/startup.h>
#include <lib/test.h>

int
main(void)
{
    if (test_parameter("fault", 0))
        *(volatile int *)0 = 1;
    return 0;
}
