/* SPDX-License-Identifier: MIT */
/* Faults at once, at the priority that it was started with. */
int
main(void)
{
    return *(volatile int *)0x30000000;
}
