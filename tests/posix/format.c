/* SPDX-License-Identifier: MIT */
/* Numbers as text and back, mathematics, characters, the locale. */
#include "check.h"

#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static char text[200];

/* Whether printf makes `expected` of the rest. */
static int
prints(const char *expected, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (strcmp(text, expected) == 0 && length == (int)strlen(expected))
        return 1;
    printf("expected <%s>, got <%s>\n", expected, text);
    return 0;
}

static void
integers_check(void)
{
    check("%d", prints("-17 +17 00017 |   17|17   |", "%d %+d %05d |%5d|%-5d|",
                       -17, 17, 17, 17, 17));
    check("%u %o %x",
          prints("17 021 0xff FF", "%u %#o %#x %X", 17u, 17u, 255u, 255u));
    check("%ld %lld", prints("-9223372036854775808 9223372036854775807",
                             "%ld %lld", LONG_MIN, LLONG_MAX));
    check("%zu %jd %hhd",
          prints("7 -7 1", "%zu %jd %hhd", (size_t)7, (intmax_t)-7, 257));
    check("%c %s %%", prints("x string %", "%c %s %%", 'x', "string"));
    check("%.*s %*d", prints("str   42", "%.*s %*d", 3, "string", 4, 42));
    check("snprintf counts",
          snprintf(text, 4, "123456") == 6 && strcmp(text, "123") == 0);
    check("sprintf", sprintf(text, "%s", "abc") == 3);
}

static void
floats_check(void)
{
    check("%f", prints("3.140000 -0.5 1000000.000000", "%f %.1f %f", 3.14, -0.5,
                       1e6));
    check("%e", prints("3.140000e+00 1.5E-10", "%e %.1E", 3.14, 1.5e-10));
    check("%g", prints("0.0001 1e-05 100000 1e+06", "%g %g %g %g", 1e-4, 1e-5,
                       1e5, 1e6));
    check("%.14g", prints("3.1415926535898 0.1 1e+15 123456789012.5",
                          "%.14g %.14g %.14g %.14g", 3.14159265358979, 0.1,
                          1e15, 123456789012.5));
    snprintf(text, sizeof(text), "%.17g", 1.0 / 3);
    check("%.17g comes back", strtod(text, NULL) == 1.0 / 3);
    check("inf and nan", prints("inf -inf nan", "%f %g %f", (double)INFINITY,
                                (double)-INFINITY, fabs((double)NAN)));
    check("%5.2f|%-8.3g|",
          prints(" 3.14|2.5     |", "%5.2f|%-8.3g|", 3.14159, 2.5));
    check("%a", prints("0x1.8p+1", "%a", 3.0));
    check("the largest", prints("1.79769e+308", "%g", DBL_MAX));
    check("%.0f rounds to even", prints("2 4", "%.0f %.0f", 2.5, 3.5));
}

static void
conversion_check(void)
{
    char *end;

    check("strtol", strtol("  -42x", &end, 10) == -42 && *end == 'x');
    check("strtol of hexadecimal",
          strtol("0x1fg", &end, 0) == 31 && *end == 'g');
    check("strtoul", strtoul("777", NULL, 8) == 511);
    errno = 0;
    check("strtol out of range",
          strtol("99999999999999999999", NULL, 10) == LONG_MAX &&
              errno == ERANGE);
    check("strtod",
          strtod("3.25e2abc", &end) == 325.0 && strcmp(end, "abc") == 0);
    check("strtod of nothing", strtod("abc", &end) == 0 && *end == 'a');
    check("strtod is exact",
          strtod("0.1", NULL) == 0.1 && strtod("1e308", NULL) == 1e308 &&
              strtod("123456789.12345678", NULL) == 123456789.12345678);
    check("strtod of too much", strtod("1e999", NULL) == HUGE_VAL);
    check("atoi, atol, atof",
          atoi("12") == 12 && atol("-3") == -3 && atof("2.5") == 2.5);
    check("abs, labs, div", abs(-3) == 3 && labs(-4L) == 4 &&
                                div(7, 2).quot == 3 && div(-7, 2).rem == -1);
}

static void
scanning_check(void)
{
    int n, m;
    unsigned u;
    long l;
    double d;
    float f;
    char word[20], letters[20], c;

    check("sscanf of integers",
          sscanf("12 -7 ff 1234567890123", "%d %d %x %ld", &n, &m, &u, &l) ==
                  4 &&
              n == 12 && m == -7 && u == 255 && l == 1234567890123);
    check("sscanf of floats",
          sscanf("2.5 1e3", "%lf %f", &d, &f) == 2 && d == 2.5 && f == 1000.0f);
    check("sscanf of words",
          sscanf("key=value;", "%19[a-z]=%19[^;]%c", word, letters, &c) == 3 &&
              strcmp(word, "key") == 0 && strcmp(letters, "value") == 0 &&
              c == ';');
    check("sscanf with a width",
          sscanf("12345", "%2d%3d", &n, &m) == 2 && n == 12 && m == 345);
    check("sscanf leaves out", sscanf("1 2 3", "%*d %d", &n) == 1 && n == 2);
    check("sscanf counts",
          sscanf("abc 5", "%19s %d%n", word, &m, &n) == 2 && n == 5);
    check("sscanf of nothing", sscanf("", "%d", &n) == EOF);
    check("sscanf of something else", sscanf("x", "%d", &n) == 0);
}

static int
is_near(double a, double b)
{
    return fabs(a - b) <= 1e-14 * fabs(b) + 1e-300;
}

static void
mathematics_check(void)
{
    double whole;
    int exponent;

    check("floor and ceil", floor(-2.5) == -3 && ceil(-2.5) == -2 &&
                                floor(2.5) == 2 && ceil(2.1) == 3);
    check("floor and ceil of large numbers",
          floor(-4628719.614910381) == -4628720 &&
              ceil(4628719.614910381) == 4628720 &&
              floor(-21127295.654270917) == -21127296 &&
              ceil(-21127295.5) == -21127295 && floor(1e18) == 1e18 &&
              signbit(ceil(-0.5)) && floor(-0.5) == -1);
    check("fmod", fmod(7.5, 2) == 1.5 && fmod(-7, 3) == -1);
    check("pow",
          pow(2, 10) == 1024 && is_near(pow(2, 0.5), 1.4142135623730951));
    check("sqrt", sqrt(2.25) == 1.5 && isnan(sqrt(-1)));
    check("exp and log", is_near(exp(1), 2.718281828459045) &&
                             is_near(log(10), 2.302585092994046) &&
                             is_near(log10(1000), 3) && log2(8) == 3);
    check("sin, cos, tan", is_near(sin(1), 0.8414709848078965) &&
                               is_near(cos(1), 0.5403023058681398) &&
                               is_near(tan(1), 1.5574077246549023));
    check("asin, acos, atan, atan2",
          is_near(asin(1), 1.5707963267948966) && acos(1) == 0 &&
              is_near(atan(1), 0.7853981633974483) &&
              is_near(atan2(-1, -1), -2.356194490192345));
    check("sinh, cosh, tanh", is_near(sinh(1), 1.1752011936438014) &&
                                  is_near(cosh(1), 1.543080634815244) &&
                                  is_near(tanh(1), 0.7615941559557649));
    check("modf", modf(-3.25, &whole) == -0.25 && whole == -3);
    check("frexp and ldexp", frexp(12, &exponent) == 0.75 && exponent == 4 &&
                                 ldexp(0.75, 4) == 12);
    check("whole numbers of floats",
          (long)1e15 == 1000000000000000 &&
              (double)LONG_MAX == 9.2233720368547758e18 && (int)-2.9 == -2);
}

static void
characters_check(void)
{
    unsigned classes = 0;
    int c;

    for (c = 0; c < 128; c++)
        classes += (isalpha(c) != 0) + 2 * (isdigit(c) != 0) +
                   4 * (isspace(c) != 0) + 8 * (ispunct(c) != 0) +
                   16 * (isxdigit(c) != 0) + 32 * (iscntrl(c) != 0) +
                   64 * (isupper(c) != 0);
    check("classes", classes == 52 + 20 + 24 + 256 + 352 + 1056 + 1664);
    check("toupper and tolower",
          toupper('q') == 'Q' && tolower('Q') == 'q' && toupper('1') == '1');
    check("setlocale", strcmp(setlocale(LC_ALL, NULL), "C") == 0 &&
                           setlocale(LC_ALL, "") != NULL &&
                           setlocale(LC_NUMERIC, "C") != NULL);
    check("localeconv", strcmp(localeconv()->decimal_point, ".") == 0);
}

int
main(void)
{
    integers_check();
    floats_check();
    conversion_check();
    scanning_check();
    mathematics_check();
    characters_check();
    return checks_end("format");
}
