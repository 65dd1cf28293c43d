/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/compiler.h"
#include "base/str.h"

/* What went wrong on our side or with what the user named. Malformed content inside an image is no
 * Error: it is a note or a line in `incomplete`, and the work goes on. */
typedef enum ErrorCode {
    ERR_NONE,
    ERR_IO,          /* the system refused; `sys` holds errno */
    ERR_FORMAT,      /* the input as a whole is not what it claims to be */
    ERR_LIMIT,       /* a bound in Limits was met */
    ERR_DIGEST,      /* content does not have the digest it is named by */
    ERR_USAGE,       /* the command line or a file the user wrote */
    ERR_ABSENT,      /* what the user named is not there */
    ERR_UNSUPPORTED, /* known but not handled; the message says what */
    ERR_INTERNAL,    /* a child died, a protocol was broken */
} ErrorCode;

/* Owned by the caller, of fixed size; zero-initialise it. The message is one line that a user can
 * act on: it names the operation, its operand and the reason. */
typedef struct Error {
    ErrorCode code;
    int sys;          /* errno where the system spoke, else 0 */
    const char *file; /* where in our source */
    int line;
    char message[600];
} Error;

/* All return false, so that a leaf can `return error_set(err, ...)`. `err` may be NULL. */
#define error_set(err, code, ...) error_set_at((err), (code), 0, __FILE__, __LINE__, __VA_ARGS__)
/* Adds ": strerror(errno)". */
#define error_sys(err, ...) error_set_at((err), ERR_IO, errno, __FILE__, __LINE__, __VA_ARGS__)
bool error_set_at(Error *err, ErrorCode code, int sys, const char *file, int line,
                  const char *format, ...) PRINTF_LIKE(6, 7);
/* Puts "where: " before the message, as a caller's only contribution. */
bool error_within(Error *err, const char *format, ...) PRINTF_LIKE(2, 3);
/* The message with control characters and bytes that are not UTF-8 shown as '?'. */
Str error_message(const Error *err);
