/* SPDX-License-Identifier: Apache-2.0 */
/* What an engine answers: the input is its replies, parted by NUL bytes, one for each question.
 * Linked with --wrap=http_unix_get, so that no socket is asked. */
#include <assert.h>
#include <fcntl.h>

#include "engines/engine.h"
#include "fuzz.h"

static Str replies;
static DripStream stream;

bool __wrap_http_unix_get(Str socket, Str target, HttpReply *out, Error *err);
bool __wrap_http_unix_get(Str socket, Str target, HttpReply *out, Error *err)
{
    Str reply;
    (void)socket;
    assert(str_starts(target, STR("/")));
    str_cut(replies, '\0', &reply, &replies);
    drip_stream_init(&stream, reply, 4096);
    *out = (HttpReply){.fd = -1};
    return http_reply_read(out, &stream.stream, err);
}

static void folders_check(const EngineImage *image, size_t size)
{
    size_t bytes = 0;
    for (size_t i = 0; i < image->folders.len; i++)
        bytes += image->folders.at[i].len;
    assert(bytes <= 2 * size); /* JSON's escapes shrink, but for what is no UTF-8 */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *arena = fuzz_arena(64 << 10);
    Limits limits = LIMITS_DEFAULT;
    const Engine engine = {.socket = STR("/run/engine.sock")};
    Engine found;
    Str history;
    bool answered;
    EngineImage image;
    StrVec names = {0};
    Error err = {0};
    limits.document_bytes = 64 << 10;
    replies = str_of(data, size);
    static Fd nowhere = -1;
    if (nowhere < 0)
        nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    switch (fuzz_choice(&replies, 5)) {
    case 0:
        if (engine_image(&engine, STR("a b/c:d"), &limits, arena, &image, &err))
            folders_check(&image, size);
        break;
    case 1:
        (void)!engine_save(&engine, STR("a"), nowhere, &err);
        break;
    case 2:
        if (!engine_find(arena, &found, &err))
            assert(err.message[0]);
        break;
    case 4:
        if (engine_find_image(STR("a"), &limits, arena, &found, &image, &answered, &err))
            (void)!engine_history(&found, image.id, &limits, arena, &history, &err);
        else
            assert(err.message[0]);
        break;
    default:
        if (engine_images(&engine, &limits, arena, &names, &err))
            for (size_t i = 1; i < names.len; i++)
                assert(str_cmp(names.at[i - 1], names.at[i]) <= 0);
    }
    return 0;
}
