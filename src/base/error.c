/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A message is one line on somebody's terminal, and its operands come from hostile input. */
static void message_sanitize(Error *err)
{
    if (!str_is_utf8(str_from(err->message)))
        for (char *c = err->message; *c; c++)
            if ((unsigned char)*c >= 0x80)
                *c = '?';
    for (char *c = err->message; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
}

bool error_set_at(Error *err, ErrorCode code, int sys, const char *file, int line,
                  const char *format, ...)
{
    if (!err)
        return false;
    err->code = code;
    err->sys = sys;
    err->file = file;
    err->line = line;
    va_list args;
    va_start(args, format);
    int length = vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    size_t fill = length < 0 ? 0 : (size_t)length;
    if (sys && fill < sizeof err->message)
        snprintf(err->message + fill, sizeof err->message - fill, ": %s", strerror(sys));
    message_sanitize(err);
    return false;
}

bool error_within(Error *err, const char *format, ...)
{
    if (!err)
        return false;
    char inner[sizeof err->message];
    memcpy(inner, err->message, sizeof inner);
    va_list args;
    va_start(args, format);
    int length = vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    size_t fill = length < 0 ? 0 : (size_t)length;
    if (fill < sizeof err->message)
        snprintf(err->message + fill, sizeof err->message - fill, ": %.*s", (int)(sizeof inner - 1),
                 inner);
    message_sanitize(err);
    return false;
}

Str error_message(const Error *err)
{
    return str_from(err->message);
}
