/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/buf.h"

/* A writer of JSON. Output is always valid UTF-8: other bytes become U+FFFD. Deterministic: the
 * same calls give the same bytes. */
typedef struct JsonOut {
    Buf *buf;
    int indent; /* spaces a level; 0: one line */
    unsigned depth;
    bool empty[64];
    bool after_key;
} JsonOut;

void json_out_init(JsonOut *o, Buf *buf, int indent);
void json_put_object(JsonOut *o); /* opens; json_put_end closes */
void json_put_array(JsonOut *o);
void json_put_end(JsonOut *o, char closing); /* '}' or ']' */
void json_put_key(JsonOut *o, const char *key);
void json_put_key_str(JsonOut *o, Str key);

void json_put_str(JsonOut *o, Str value);
void json_put_int(JsonOut *o, int64_t value);
void json_put_number(JsonOut *o, double value);              /* shortest that reads back the same */
void json_put_fixed(JsonOut *o, double value, int decimals); /* rounded; 12.30 is written 12.3 */
void json_put_bool(JsonOut *o, bool value);
void json_put_null(JsonOut *o);
void json_put_raw(JsonOut *o, Str json); /* must be valid JSON */

/* key and value in one call */
void json_field_str(JsonOut *o, const char *key, Str value);
void json_field_int(JsonOut *o, const char *key, int64_t value);
void json_field_bool(JsonOut *o, const char *key, bool value);
void json_field_fixed(JsonOut *o, const char *key, double value, int decimals);
/* nothing at all for the empty slice */
void json_field_str_if(JsonOut *o, const char *key, Str value);
