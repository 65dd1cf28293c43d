/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "base/http.h"
#include "fuzz.h"

/* A reply's body is no longer than what came. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    DripStream in;
    HttpReply reply CLEANUP(http_reply_close) = {0};
    Buf body CLEANUP(buf_fini) = {0};
    Error err = {0};
    drip_stream_init(&in, str_of(data, size), size % 2 ? 4096 : 5);
    if (!http_reply_read(&reply, &in.stream, &err))
        return 0;
    assert(http_reply_field(&reply, STR("content-type")).len <= size);
    if (stream_read_all(&reply.stream, size, &body, &err))
        assert(body.len <= size);
    return 0;
}
