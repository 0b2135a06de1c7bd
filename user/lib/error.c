/* SPDX-License-Identifier: MIT */
/* Both tables come from the one list of errors in abi/error.h. */
#include <lib/error.h>

#include <stddef.h>

static const struct {
    const char *name, *text;
} errors[] = {
#define ERROR_ROW(name, number, text) [number] = {#name, text},
    ERROR_LIST(ERROR_ROW)
#undef ERROR_ROW
};

static const size_t error_count = sizeof(errors) / sizeof(errors[0]);

const char *
error_text(err_t error)
{
    return (size_t)error < error_count ? errors[error].text : "unknown error";
}

const char *
error_name(err_t error)
{
    return (size_t)error < error_count ? errors[error].name : "?";
}
