/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/map.h"

/* A reader of TOML 1.0 (https://toml.io/en/v1.0.0) for files that a user writes: policy, context,
 * masks. It builds a small tree in the arena. */
typedef enum TomlKind {
    TOML_STRING,
    TOML_INTEGER,
    TOML_FLOAT,
    TOML_BOOLEAN,
    TOML_DATE, /* a date, a time or both; `string` holds it as written */
    TOML_ARRAY,
    TOML_TABLE,
} TomlKind;

enum { TOML_DEPTH = 32, TOML_LIMIT = 4 << 20 };

typedef struct TomlValue TomlValue;
struct TomlValue {
    TomlKind kind;
    unsigned line; /* where it stands, from 1 */
    Str key;       /* its name in its table; empty in an array */
    Str string;
    int64_t integer;
    double number; /* of floats and of integers */
    bool boolean;
    const TomlValue *first; /* members of a table or items of an array, in the file's order */
    const TomlValue *next;
    size_t count;
    /* what the parser remembers of it */
    TomlValue *last;
    Map *members;
    unsigned char origin;
};

/* Errors are ERR_USAGE and name the line. Strings without escapes are slices of `text`, which has
 * to outlive the tree; text longer than TOML_LIMIT is ERR_LIMIT. */
MUST_USE bool toml_parse(Str text, Arena *arena, const TomlValue **out, Error *err);

/* The member called `key`; NULL if it is absent or `table` is no table (or NULL). */
const TomlValue *toml_find(const TomlValue *table, Str key);
Str toml_kind_name(TomlKind kind); /* "a string", for messages */
