/* SPDX-License-Identifier: MIT */
/* floor and ceil: those of picolibc 1.8 are wrong for negative numbers beyond
 * 2 to the 20th, where they carry in the wrong word (docs/adr/0010). Its trunc
 * is right, signs of zero included. */
#include <math.h>

double
floor(double x)
{
    double whole = trunc(x);

    return whole > x ? whole - 1 : whole;
}

double
ceil(double x)
{
    double whole = trunc(x);

    return whole < x ? whole + 1 : whole;
}
