/* SPDX-License-Identifier: Apache-2.0 */
#include "base/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MemoryStream memory;
    HttpReply reply CLEANUP(http_reply_close) = {0};
    Buf body CLEANUP(buf_fini) = {0};
    Error err = {0};
    memory_stream_init(&memory, str_of(data, size));
    if (http_reply_read(&reply, &memory.stream, &err)) {
        Str type = http_reply_field(&reply, STR("content-type"));
        if (type.len > size)
            __builtin_trap();
        if (stream_read_all(&reply.stream, size, &body, &err) && body.len > size)
            __builtin_trap();
    }
    return 0;
}
