/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/codec.h"
#include "archive/pack.h"
#include "test.h"

/* Gives at most `step` bytes at a time, as a slow network does. */
typedef struct Drip {
    Stream stream;
    Str rest;
    size_t step;
} Drip;

static bool drip_read(Stream *self, void *into, size_t cap, size_t *got, Error *err)
{
    Drip *d = (Drip *)self;
    MemoryStream s;
    memory_stream_init(&s, d->rest);
    bool ok = stream_read(&s.stream, into, cap < d->step ? cap : d->step, got, err);
    d->rest = s.rest;
    return ok;
}

static bool drip_lend(Stream *self, Str *bytes, Error *err)
{
    Drip *d = (Drip *)self;
    (void)err;
    *bytes = str_head(d->rest, d->step);
    d->rest = str_from_pos(d->rest, bytes->len);
    return true;
}

static bool unpack_from(Drip drip, const Limits *limits, Buf *out, const Codec **which, Error *err)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Stream *stream = NULL;
    buf_clear(out);
    bool ok = codec_open(&arena, &drip.stream, limits, &stream, which, err) &&
              stream_read_all(stream, UINT64_MAX, out, err);
    stream_close(stream);
    return ok;
}

/* Whether it reads what is packed or is lent it, the same comes of it. */
static bool unpack(Str bytes, size_t step, const Limits *limits, Buf *out, const Codec **which,
                   Error *err)
{
    Buf other CLEANUP(buf_fini) = {0};
    Error why = {0};
    Drip drip = {.stream = {.read = drip_read}, .rest = bytes, .step = step};
    bool ok = unpack_from(drip, limits, out, which, err);
    drip.stream.lend = drip_lend;
    CHECK_INT(unpack_from(drip, limits, &other, NULL, &why), ok);
    CHECK_STR(buf_str(&other), buf_str(out));
    CHECK_STR(error_message(&why), error_message(err));
    return ok;
}

/* Text that packs, but not to nothing. */
static void text_put(Buf *out, size_t len)
{
    uint64_t x = 88172645463325252u;
    while (out->len < len) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        buf_printf(out, "usr/share/doc/package-%llu/copyright\n", (unsigned long long)(x % 5000));
    }
}

static const struct {
    const char *name;
    void (*pack)(Buf *out, Str bytes);
} packers[] = {{"gzip", pack_gzip}, {"zstd", pack_zstd}, {"xz", pack_xz}, {"bzip2", pack_bzip2}};

static Limits limits;

__attribute__((constructor)) static void limits_set(void)
{
    limits = LIMITS_DEFAULT;
}

TEST(truncated_input_is_an_error)
{
    Buf text CLEANUP(buf_fini) = {0}, out CLEANUP(buf_fini) = {0};
    text_put(&text, 300000);
    for (size_t i = 0; i < COUNT_OF(packers); i++) {
        Buf packed CLEANUP(buf_fini) = {0};
        packers[i].pack(&packed, buf_str(&text));
        for (size_t cut = 1; cut < packed.len - 7; cut += packed.len / 9) {
            Error err = {0};
            CHECK(!unpack(str_head(buf_str(&packed), packed.len - cut), 4096, &limits, &out, NULL,
                          &err));
            CHECK_INT(err.code, ERR_FORMAT);
            CHECK(str_ends(error_message(&err), STR("ends early")));
            CHECK(str_starts(error_message(&err), str_from(packers[i].name)));
        }
    }
}

TEST(damaged_input_is_an_error)
{
    Buf text CLEANUP(buf_fini) = {0}, out CLEANUP(buf_fini) = {0};
    text_put(&text, 300000);
    for (size_t i = 0; i < COUNT_OF(packers); i++) {
        Buf packed CLEANUP(buf_fini) = {0};
        Error err = {0};
        packers[i].pack(&packed, buf_str(&text));
        packed.ptr[packed.len / 2] ^= 0x55;
        bool ok = unpack(buf_str(&packed), 4096, &limits, &out, NULL, &err);
        CHECK(!ok || packers[i].pack == pack_zstd); /* its command line adds a checksum */
        CHECK(ok || err.code == ERR_FORMAT);
    }
}

/* A member with all that its header may have: extra field, name, comment, checksum. */
static const uint8_t full_member[] = {
    0x1f, 0x8b, 0x08, 0x1e, 0x01, 0x02, 0x03, 0x04, 0x00, 0x03, 0x03, 0x00, 0x78, 0x79, 0x7a,
    0x6e, 0x61, 0x6d, 0x65, 0x00, 0x6e, 0x6f, 0x74, 0x65, 0x00, 0x33, 0x31, 0xcb, 0x48, 0xcd,
    0xc9, 0xc9, 0xe7, 0x02, 0x00, 0x20, 0x30, 0x3a, 0x36, 0x06, 0x00, 0x00, 0x00,
};
enum { FULL_HEADER = 27 };

TEST(gzip_headers_come_in_pieces)
{
    Buf bytes CLEANUP(buf_fini) = {0}, out CLEANUP(buf_fini) = {0};
    Error err = {0};
    for (int i = 0; i < 3; i++)
        buf_put(&bytes, str_of(full_member, sizeof full_member));
    for (size_t step = 1; step < bytes.len; step++) {
        CHECK(unpack(buf_str(&bytes), step, &limits, &out, NULL, &err));
        CHECK_STR(buf_str(&out), STR("hello\nhello\nhello\n"));
    }
    bytes.ptr[sizeof full_member + FULL_HEADER - 1] ^= 1;
    for (size_t step = 1; step < bytes.len; step++) {
        CHECK(!unpack(buf_str(&bytes), step, &limits, &out, NULL, &err));
        CHECK_INT(err.code, ERR_FORMAT);
    }
    for (size_t len = 2; len < sizeof full_member; len++)
        CHECK(!unpack(str_of(full_member, len), 3, &limits, &out, NULL, &err));
}

TEST(an_error_stays)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Buf text CLEANUP(buf_fini) = {0}, packed CLEANUP(buf_fini) = {0};
    Error err = {0}, again = {0};
    Stream *stream = NULL;
    MemoryStream in;
    static char into[1 << 20];
    size_t got;
    text_put(&text, 300000);
    pack_gzip(&packed, buf_str(&text));
    memory_stream_init(&in, str_head(buf_str(&packed), packed.len / 2));
    REQUIRE_OK(codec_open(&arena, &in.stream, &limits, &stream, NULL, &err));
    CHECK(!stream_read_full(stream, into, sizeof into, &got, &err));
    CHECK(!stream_read(stream, into, sizeof into, &got, &again));
    CHECK_INT(again.code, ERR_FORMAT);
}

TEST(every_codec_round_trips_in_any_portion)
{
    Buf text CLEANUP(buf_fini) = {0}, out CLEANUP(buf_fini) = {0};
    static const size_t steps[] = {1, 7, 4096, 1 << 20};
    Error err = {0};
    text_put(&text, 300000);
    for (size_t i = 0; i < COUNT_OF(packers); i++) {
        Buf packed CLEANUP(buf_fini) = {0};
        const Codec *which = NULL;
        packers[i].pack(&packed, buf_str(&text));
        for (size_t s = 0; s < COUNT_OF(steps); s++) {
            REQUIRE_OK(unpack(buf_str(&packed), steps[s], &limits, &out, &which, &err));
            CHECK(str_eq(buf_str(&out), buf_str(&text)));
            CHECK_STR(str_from(which->name), str_from(packers[i].name));
        }
    }
}

TEST(members_follow_each_other_with_zeros_between)
{
    Buf out CLEANUP(buf_fini) = {0};
    static const size_t steps[] = {1, 3, 1 << 20};
    Error err = {0};
    for (size_t i = 0; i < COUNT_OF(packers); i++) {
        Buf packed CLEANUP(buf_fini) = {0};
        packers[i].pack(&packed, STR("first "));
        packers[i].pack(&packed, STR(""));
        packers[i].pack(&packed, STR("second"));
        buf_put(&packed, STR("\0\0\0\0\0\0\0\0"));
        packers[i].pack(&packed, STR(" third"));
        buf_put(&packed, STR("\0\0\0\0"));
        for (size_t s = 0; s < COUNT_OF(steps); s++) {
            REQUIRE_OK(unpack(buf_str(&packed), steps[s], &limits, &out, NULL, &err));
            CHECK_STR(buf_str(&out), STR("first second third"));
        }
    }
}

TEST(garbage_behind_the_last_member_is_treated_as_the_tools_do)
{
    Buf out CLEANUP(buf_fini) = {0};
    for (size_t i = 0; i < COUNT_OF(packers); i++) {
        Buf packed CLEANUP(buf_fini) = {0};
        Error err = {0};
        bool lenient = packers[i].pack == pack_gzip || packers[i].pack == pack_bzip2;
        packers[i].pack(&packed, STR("content"));
        buf_put(&packed, STR("garbage"));
        CHECK_INT(unpack(buf_str(&packed), 5, &limits, &out, NULL, &err), lenient);
        CHECK_STR(buf_str(&out), STR("content"));
    }
}

TEST(a_thousandfold_bomb_meets_the_ratio)
{
    Buf zeros CLEANUP(buf_fini) = {0}, out CLEANUP(buf_fini) = {0};
    for (size_t i = 0; i < 4 << 20; i++)
        buf_put_char(&zeros, 0);
    Limits tight = limits;
    tight.ratio_floor = 1 << 20;
    for (size_t i = 0; i < COUNT_OF(packers); i++) {
        Buf packed CLEANUP(buf_fini) = {0};
        Error err = {0};
        packers[i].pack(&packed, buf_str(&zeros));
        CHECK(!unpack(buf_str(&packed), 1 << 20, &tight, &out, NULL, &err));
        CHECK_INT(err.code, ERR_LIMIT);
        CHECK(str_contains(error_message(&err), STR("inflates more than 250-fold")));
        CHECK(out.len <= 2 << 20);
    }
}

TEST(a_layer_larger_than_the_limit_is_refused)
{
    Buf text CLEANUP(buf_fini) = {0}, packed CLEANUP(buf_fini) = {0}, out CLEANUP(buf_fini) = {0};
    Limits tight = limits;
    tight.layer_bytes = 200000;
    text_put(&text, 300000);
    pack_gzip(&packed, buf_str(&text));
    const Str inputs[] = {buf_str(&packed), buf_str(&text)};
    for (size_t i = 0; i < 2; i++) {
        Error err = {0};
        CHECK(!unpack(inputs[i], 4096, &tight, &out, NULL, &err));
        CHECK_INT(err.code, ERR_LIMIT);
    }
}

TEST(what_no_codec_knows_is_plain)
{
    Buf out CLEANUP(buf_fini) = {0};
    static const char *const inputs[] = {"", "x", "BZ", "plain text that is longer than any magic"};
    Error err = {0};
    for (size_t i = 0; i < COUNT_OF(inputs); i++) {
        const Codec *which = NULL;
        REQUIRE_OK(unpack(str_from(inputs[i]), 3, &limits, &out, &which, &err));
        CHECK_STR(buf_str(&out), str_from(inputs[i]));
        CHECK_STR(str_from(which->name), STR("plain"));
    }
}

TEST(plain_streams_skip_without_reading)
{
    Arena arena CLEANUP(arena_fini) = {0};
    MemoryStream in;
    Stream *stream = NULL;
    Error err = {0};
    char into[8];
    size_t got;
    memory_stream_init(&in, STR("0123456789abcdef"));
    REQUIRE_OK(codec_open(&arena, &in.stream, &limits, &stream, NULL, &err));
    REQUIRE_OK(stream_skip(stream, 10, &err));
    REQUIRE_OK(stream_read_full(stream, into, sizeof into, &got, &err));
    CHECK_STR(str_of(into, got), STR("abcdef"));
}

TEST(a_real_layer_inflates)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    Buf out CLEANUP(buf_fini) = {0};
    Str bytes;
    Str path = test_shared(&arena, "fixtures/images/alpine-minirootfs-3.20.3-x86_64.tar.gz");
    REQUIRE_OK(file_read(path, 64 << 20, &arena, &bytes, &err));
    REQUIRE_OK(unpack(bytes, 1 << 20, &limits, &out, NULL, &err));
    CHECK_INT(out.len % 512, 0);
    CHECK(out.len > bytes.len);
}
