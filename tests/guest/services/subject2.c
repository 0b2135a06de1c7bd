/* SPDX-License-Identifier: MIT */
/* What subject is replaced with. */
#include "subject.h"

int
main(void)
{
    return subject_run(2);
}
