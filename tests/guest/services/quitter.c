/* SPDX-License-Identifier: MIT */
/* A program that never gets ready: it ends at once. */
int
main(void)
{
    return 7;
}
