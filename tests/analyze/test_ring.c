/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/ring.h"

#include "test.h"

/* Bytes that tell their own position, given in pieces of `step`, with an error at `fails`. */
typedef struct Source {
    Stream stream;
    uint64_t pos, end, fails;
    size_t step;
} Source;

static unsigned char byte_at(uint64_t pos)
{
    return (unsigned char)((pos * 2654435761U) >> 13);
}

static bool source_read(Stream *self, void *into, size_t cap, size_t *got, Error *err)
{
    Source *s = (Source *)self;
    unsigned char *bytes = into;
    *got = 0;
    if (s->fails && s->pos >= s->fails)
        return error_set(err, ERR_FORMAT, "the source fails");
    while (*got < cap && *got < s->step && s->pos < s->end)
        bytes[(*got)++] = byte_at(s->pos++);
    return true;
}

static Source source_of(uint64_t len, size_t step)
{
    return (Source){.stream = {.read = source_read}, .end = len, .step = step};
}

/* Reads to the end in pieces of `step`; how many bytes came before the end or the failure. */
static bool read_through(Stream *stream, size_t step, uint64_t *count, Error *err)
{
    unsigned char bytes[5000];
    size_t got = 1;
    for (*count = 0; got; *count += got) {
        if (!stream_read(stream, bytes, step, &got, err))
            return false;
        for (size_t i = 0; i < got; i++)
            if (bytes[i] != byte_at(*count + i)) {
                CHECK_INT(bytes[i], byte_at(*count + i));
                return true;
            }
    }
    return true;
}

TEST(bytes_come_whole_and_in_order)
{
    static const uint64_t lengths[] = {0,      1,       65535,   65536,  65537,
                                       524288, 2097152, 2097153, 9000001};
    static const size_t steps[] = {977, 5000};
    for (size_t i = 0; i < COUNT_OF(lengths); i++)
        for (size_t k = 0; k < COUNT_OF(steps); k++) {
            Arena arena CLEANUP(arena_fini) = {0};
            Error err = {0};
            uint64_t count;
            size_t got;
            char more[1];
            Source source = source_of(lengths[i], k ? 1 << 20 : 4093);
            Stream *ring = ring_open(&arena, &source.stream);
            REQUIRE_OK(read_through(ring, steps[k], &count, &err));
            CHECK_INT(count, lengths[i]);
            REQUIRE_OK(stream_read(ring, more, 1, &got, &err)); /* the end stays the end */
            CHECK_INT(got, 0);
            stream_close(ring);
        }
}

TEST(a_failure_comes_through)
{
    static const uint64_t places[] = {1, 65536, 1000000, 5000000};
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        Arena arena CLEANUP(arena_fini) = {0};
        Error err = {0};
        uint64_t count;
        Source source = source_of(6000000, 4093);
        source.fails = places[i];
        Stream *ring = ring_open(&arena, &source.stream);
        CHECK(!read_through(ring, 5000, &count, &err));
        CHECK_STR(error_message(&err), STR("the source fails"));
        CHECK(count <= source.pos);
        stream_close(ring);
    }
}

/* Whoever stops early leaves nobody waiting. */
TEST(a_reader_may_stop_anywhere)
{
    for (int reads = 0; reads < 40; reads++) {
        Arena arena CLEANUP(arena_fini) = {0};
        Error err = {0};
        char bytes[4096];
        size_t got;
        Source source = source_of(UINT64_C(1) << 40, 65536);
        Stream *ring = ring_open(&arena, &source.stream);
        for (int i = 0; i < reads * 20; i++)
            REQUIRE_OK(stream_read(ring, bytes, sizeof bytes, &got, &err));
        stream_close(ring);
        CHECK(source.pos < UINT64_C(64) << 20); /* memory is bounded */
    }
}
