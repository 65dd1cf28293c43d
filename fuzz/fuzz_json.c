/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "base/json_out.h"
#include "fuzz.h"

/* Writes again what it reads. */
static void copy(Json *j, JsonOut *o)
{
    Str key;
    if (j->depth == JSON_DEPTH - 1) {
        json_skip(j);
        json_put_null(o);
        return;
    }
    switch (json_peek(j)) {
    case JSON_OBJECT:
        json_enter_object(j);
        json_put_object(o);
        while (json_next_key(j, &key)) {
            json_put_key_str(o, key);
            copy(j, o);
        }
        json_put_end(o, '}');
        break;
    case JSON_ARRAY:
        json_enter_array(j);
        json_put_array(o);
        while (json_next_item(j))
            copy(j, o);
        json_put_end(o, ']');
        break;
    case JSON_STRING:
        json_put_str(o, json_take_str(j));
        break;
    case JSON_NUMBER:
        json_put_number(o, json_take_number(j, 0));
        break;
    case JSON_BOOL:
        json_put_bool(o, json_take_bool(j, false));
        break;
    default:
        json_skip(j);
        json_put_null(o);
    }
}

/* Pulling and skipping agree on what is valid, and what was written is read back. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Buf buf CLEANUP(buf_fini) = {0};
    Error err = {0};
    Json j;
    JsonOut o;
    json_init(&j, str_of(data, size), &arena);
    json_skip(&j);
    bool valid = json_finish(&j, &err);
    json_init(&j, str_of(data, size), &arena);
    json_out_init(&o, &buf, (int)(size % 3));
    copy(&j, &o);
    if (json_finish(&j, &err) != valid)
        __builtin_trap();
    if (!valid)
        return 0;
    json_init(&j, buf_str(&buf), &arena);
    json_skip(&j);
    if (!json_finish(&j, &err))
        __builtin_trap();
    return 0;
}
