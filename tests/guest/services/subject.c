/* SPDX-License-Identifier: MIT */
#include "subject.h"

int
main(void)
{
    return subject_run(1);
}
