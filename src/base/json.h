/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/reader.h"

/* A pull reader of JSON (RFC 8259) over bytes in memory; it builds no tree. Strings without escapes
 * are slices of the input, others are decoded into the arena.
 *
 *     if (json_enter_object(&j))
 *         while (json_next_key(&j, &key))
 *             if (str_eq(key, STR("id")))
 *                 id = json_take_str(&j);
 *             else
 *                 json_skip(&j);
 *
 * A value of another type than asked for is passed over and gives the fallback: whoever must tell
 * asks json_peek first. A syntax error is sticky, ends every loop, and is asked for once with
 * json_finish. Every key's value must be taken or skipped before the next key. */
typedef enum JsonKind {
    JSON_END, /* nothing left, or failed */
    JSON_OBJECT,
    JSON_ARRAY,
    JSON_STRING,
    JSON_NUMBER,
    JSON_BOOL,
    JSON_NULL,
} JsonKind;

enum { JSON_DEPTH = 64 };

typedef struct Json {
    Reader in;
    Arena *arena;
    unsigned depth;
    bool fresh[JSON_DEPTH]; /* the container has not had a member yet */
    const char *why;        /* what is wrong, at in.pos */
    size_t where;
} Json;

void json_init(Json *j, Str text, Arena *arena);
JsonKind json_peek(Json *j);
bool json_enter_object(Json *j);
bool json_next_key(Json *j, Str *key); /* leaves the object when it gives false */
bool json_enter_array(Json *j);
bool json_next_item(Json *j); /* leaves the array when it gives false */
/* The next item that is an object, entered; others are passed over. */
bool json_next_object(Json *j);

Str json_take_str(Json *j); /* empty if it is no string */
double json_take_number(Json *j, double fallback);
int64_t json_take_int(Json *j, int64_t fallback); /* of 1, 1.0 and 1e0, if it fits */
bool json_take_bool(Json *j, bool fallback);
/* Adds every item of an array; what is no string gives an empty one, so that places are kept. */
void json_take_strings(Json *j, StrVec *out);
Str json_take_raw(Json *j); /* the value's own text */
void json_skip(Json *j);
void json_fail(Json *j, const char *why); /* for a caller that finds a value it cannot accept */

/* True if no error was met and nothing but white space is left; else ERR_FORMAT with the offset. */
MUST_USE bool json_finish(Json *j, Error *err);
