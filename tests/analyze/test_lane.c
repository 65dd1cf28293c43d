/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/lane.h"

#include "test.h"

/* Bytes that tell their own position, given in pieces of `step`, with an error at `fails`. */
typedef struct Source {
    Stream stream;
    uint64_t pos, end, fails;
    size_t step;
} Source;

static char byte_at(uint64_t pos)
{
    return (char)((pos * 2654435761U) >> 13);
}

static bool source_read(Stream *self, void *into, size_t cap, size_t *got, Error *err)
{
    Source *s = (Source *)self;
    char *bytes = into;
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

static Digest digest_of(uint64_t len)
{
    Source source = source_of(len, 4096);
    Error err = {0};
    Hash hash;
    HashStream hashed;
    REQUIRE_OK(hash_init(&hash, HASH_SHA256, &err));
    hash_stream_init(&hashed, &source.stream, &hash);
    REQUIRE_OK(stream_drain(&hashed.stream, &err));
    return hash_final(&hash);
}

/* Reads to the end in pieces of `step`; how many bytes came before the end or the failure. */
static bool read_through(Stream *stream, size_t step, uint64_t *count, Error *err)
{
    char bytes[5000];
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

typedef struct Scene {
    Lanes lanes;
    Arena arena;
    Lane lane;
    pthread_t helpers[3];
    size_t count;
} Scene;

static void *help(void *context)
{
    lanes_enter(context);
    lanes_help(context);
    lanes_leave(context);
    return NULL;
}

static void scene_init(Scene *scene, size_t helpers)
{
    *scene = (Scene){.count = helpers};
    lanes_init(&scene->lanes, helpers + 1);
    lanes_enter(&scene->lanes);
    lane_init(&scene->lane, &scene->lanes, LANE_SLOTS, &scene->arena);
    for (size_t i = 0; i < helpers; i++)
        if (pthread_create(&scene->helpers[i], NULL, help, &scene->lanes) != 0)
            abort();
}

static void scene_fini(Scene *scene)
{
    lanes_end(&scene->lanes);
    lanes_leave(&scene->lanes);
    for (size_t i = 0; i < scene->count; i++)
        pthread_join(scene->helpers[i], NULL);
    lane_fini(&scene->lane);
    lanes_fini(&scene->lanes);
    arena_fini(&scene->arena);
}

/* One lane, opened for one stream after the other. */
TEST(bytes_come_whole_and_hashed)
{
    static const uint64_t lengths[] = {0, 1, 65535, 65536, 65537, 524288, 1100001};
    static const size_t steps[] = {977, 5000};
    for (size_t helpers = 0; helpers < 3; helpers++) {
        Scene scene;
        scene_init(&scene, helpers);
        for (size_t i = 0; i < COUNT_OF(lengths); i++)
            for (size_t k = 0; k < COUNT_OF(steps); k++) {
                Error err = {0};
                Digest got, want = digest_of(lengths[i]);
                uint64_t count;
                size_t more;
                char c[1];
                Source source = source_of(lengths[i], k ? 1 << 20 : 4093);
                REQUIRE_OK(lane_open(&scene.lane, &source.stream, &err));
                REQUIRE_OK(read_through(&scene.lane.stream, steps[k], &count, &err));
                CHECK_INT(count, lengths[i]);
                REQUIRE_OK(stream_read(&scene.lane.stream, c, 1, &more, &err));
                CHECK_INT(more, 0); /* the end stays the end */
                REQUIRE_OK(lane_finish(&scene.lane, &got, &err));
                CHECK(digest_eq(&got, &want));
            }
        scene_fini(&scene);
    }
}

TEST(what_is_skipped_or_left_is_hashed)
{
    static const uint64_t len = 3000000;
    Digest want = digest_of(len), got;
    for (size_t helpers = 0; helpers < 2; helpers++) {
        Scene scene;
        Error err = {0};
        char c[1];
        size_t count;
        Source source = source_of(len, 1 << 20);
        scene_init(&scene, helpers);
        REQUIRE_OK(lane_open(&scene.lane, &source.stream, &err));
        REQUIRE_OK(stream_skip(&scene.lane.stream, 1234567, &err));
        REQUIRE_OK(stream_read(&scene.lane.stream, c, 1, &count, &err));
        CHECK_INT(c[0], byte_at(1234567));
        REQUIRE_OK(lane_finish(&scene.lane, &got, &err));
        CHECK(digest_eq(&got, &want));
        source = source_of(100, 100);
        REQUIRE_OK(lane_open(&scene.lane, &source.stream, &err));
        CHECK(!stream_skip(&scene.lane.stream, 101, &err));
        CHECK_STR(error_message(&err), STR("ends early: 1 bytes are missing"));
        lane_close(&scene.lane);
        scene_fini(&scene);
    }
}

/* What came before the failure is read, and the failure stays. */
TEST(a_failure_comes_through)
{
    static const uint64_t places[] = {1, 65536, 1000000};
    for (size_t helpers = 0; helpers < 2; helpers++) {
        Scene scene;
        scene_init(&scene, helpers);
        for (size_t i = 0; i < COUNT_OF(places); i++) {
            Error err = {0};
            Digest digest;
            uint64_t count;
            Source source = source_of(1500000, 4093);
            source.fails = places[i];
            REQUIRE_OK(lane_open(&scene.lane, &source.stream, &err));
            CHECK(!read_through(&scene.lane.stream, 5000, &count, &err));
            CHECK_STR(error_message(&err), STR("the source fails"));
            CHECK_INT(count, source.pos);
            CHECK(!lane_finish(&scene.lane, &digest, &err));
            CHECK_STR(error_message(&err), STR("the source fails"));
        }
        scene_fini(&scene);
    }
}

/* Whoever stops early leaves nobody waiting, and may begin anew. */
TEST(a_reader_may_stop_anywhere)
{
    for (size_t helpers = 0; helpers < 3; helpers++) {
        Scene scene;
        scene_init(&scene, helpers);
        for (int reads = 0; reads < 25; reads++) {
            Error err = {0};
            char bytes[4096];
            size_t got;
            Source source = source_of(UINT64_C(1) << 40, 65536);
            REQUIRE_OK(lane_open(&scene.lane, &source.stream, &err));
            for (int i = 0; i < reads * 12; i++)
                REQUIRE_OK(stream_read(&scene.lane.stream, bytes, sizeof bytes, &got, &err));
            lane_close(&scene.lane);
            lane_close(&scene.lane); /* twice is fine */
            CHECK(source.pos < UINT64_C(8) << 20);
        }
        scene_fini(&scene);
    }
}

/* Two lanes, one behind the other, the upper one read by a helper. */
typedef struct Pair {
    Scene scene;
    Lane above;
} Pair;

typedef struct Far {
    Pair *pair;
    uint64_t stop;  /* where it reads no further; 0: nowhere */
    uint64_t count; /* bytes that it read */
    Digest above, below;
    Error err;
    bool ok;
} Far;

static void pair_init(Pair *pair, size_t helpers)
{
    scene_init(&pair->scene, helpers);
    lane_init(&pair->above, &pair->scene.lanes, LANE_SLOTS, &pair->scene.arena);
    pair->scene.lanes.helpers = helpers;
}

static void pair_fini(Pair *pair)
{
    scene_fini(&pair->scene);
    lane_fini(&pair->above);
}

static void read_far(void *context)
{
    Far *far = context;
    Lane *above = &far->pair->above;
    char bytes[5000];
    size_t got = 1;
    far->ok = true;
    while (far->ok && got && !(far->stop && far->count >= far->stop)) {
        far->ok = stream_read(&above->stream, bytes, sizeof bytes, &got, &far->err);
        for (size_t i = 0; far->ok && i < got; i++)
            if (bytes[i] != byte_at(far->count + i))
                far->ok = error_set(&far->err, ERR_INTERNAL, "other bytes");
        far->count += far->ok ? got : 0;
    }
    if (far->ok && !far->stop)
        far->ok = lane_finish(above, &far->above, &far->err) &&
                  lane_finish(&far->pair->scene.lane, &far->below, &far->err);
    lane_stop(above);
}

static Far far_read(Pair *pair, Source *source, uint64_t stop)
{
    Far far = {.pair = pair, .stop = stop};
    Error err = {0};
    Lanes *lanes = &pair->scene.lanes;
    REQUIRE_OK(lane_open(&pair->scene.lane, &source->stream, &err));
    REQUIRE_OK(lane_open(&pair->above, &pair->scene.lane.stream, &err));
    lane_share(&pair->above, &pair->scene.lane);
    lanes_hand_over(lanes, read_far, &far);
    lane_pump(&pair->above);
    lanes_await(lanes);
    lane_close(&pair->above);
    lane_close(&pair->scene.lane);
    return far;
}

TEST(a_lane_may_be_read_elsewhere)
{
    static const uint64_t lengths[] = {
        0,      1, LANE_SLOT_BYTES - 1, LANE_SLOT_BYTES, LANE_SLOT_BYTES + 1, 4 * LANE_SLOT_BYTES,
        5000001};
    for (size_t helpers = 1; helpers < 4; helpers++) {
        Pair pair;
        pair_init(&pair, helpers);
        CHECK(lanes_have_help(&pair.scene.lanes));
        for (size_t i = 0; i < COUNT_OF(lengths); i++)
            for (size_t step = 4093; step <= 1 << 20; step *= 16) {
                Digest want = digest_of(lengths[i]);
                Source source = source_of(lengths[i], step);
                Far far = far_read(&pair, &source, 0);
                CHECK_STR(error_message(&far.err), STR(""));
                CHECK_INT(far.count, lengths[i]);
                CHECK(far.ok && digest_eq(&far.above, &want) && digest_eq(&far.below, &want));
            }
        pair_fini(&pair);
    }
}

TEST(who_reads_elsewhere_hears_of_failures)
{
    static const uint64_t places[] = {1, LANE_SLOT_BYTES, 1000000, 4000000};
    Pair pair;
    pair_init(&pair, 1);
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        Source source = source_of(UINT64_C(1) << 40, 4093);
        source.fails = places[i];
        Far far = far_read(&pair, &source, 0);
        CHECK(!far.ok);
        CHECK_STR(error_message(&far.err), STR("the source fails"));
        CHECK_INT(far.count, source.pos);
    }
    pair_fini(&pair);
}

/* Who fills is not left waiting, and the lanes are as new: what comes next is read and hashed as ever,
 * here or elsewhere. */
TEST(who_reads_elsewhere_may_stop)
{
    static const uint64_t len = 3000000;
    Digest want = digest_of(len), got;
    for (size_t helpers = 1; helpers < 3; helpers++) {
        Pair pair;
        pair_init(&pair, helpers);
        for (uint64_t stop = 1; stop < 4000000; stop += 333333) {
            Error err = {0};
            Source endless = source_of(UINT64_C(1) << 40, 65536), source = source_of(len, 65536);
            Far far = far_read(&pair, &endless, stop);
            CHECK(far.ok && far.count >= stop);
            CHECK(endless.pos < stop + (UINT64_C(4) << 20));
            REQUIRE_OK(lane_open(&pair.above, &source.stream, &err));
            REQUIRE_OK(lane_finish(&pair.above, &got, &err));
            CHECK(digest_eq(&got, &want));
        }
        pair_fini(&pair);
    }
}

/* What a lane lends stays as it is until the next call, however much is read elsewhere meanwhile. */
TEST(what_is_lent_stays)
{
    static const uint64_t len = 2000000;
    Scene scene;
    Error err = {0};
    Str lent;
    Digest got, want = digest_of(len);
    uint64_t count = 0;
    Source source = source_of(len, 65536);
    scene_init(&scene, 2);
    REQUIRE_OK(lane_open(&scene.lane, &source.stream, &err));
    do {
        REQUIRE_OK(scene.lane.stream.lend(&scene.lane.stream, &lent, &err));
        for (size_t i = 0; i < lent.len; i++)
            if (lent.ptr[i] != byte_at(count + i)) {
                CHECK_INT(lent.ptr[i], byte_at(count + i));
                break;
            }
        count += lent.len;
    } while (lent.len);
    CHECK_INT(count, len);
    REQUIRE_OK(lane_finish(&scene.lane, &got, &err));
    CHECK(digest_eq(&got, &want));
    scene_fini(&scene);
}

/* Many readers of two lanes each, one behind the other, beside few helpers: more threads than
 * cores and as many, each with streams of its own lengths, some of which fail or are given up. */
typedef struct Reader2 {
    Lanes *lanes;
    uint64_t seed;
} Reader2;

static void *read_two(void *context)
{
    Reader2 *reader = context;
    Arena arena CLEANUP(arena_fini) = {0};
    Lane below, above;
    lanes_enter(reader->lanes);
    lane_init(&below, reader->lanes, LANE_SLOTS - 1, &arena);
    lane_init(&above, reader->lanes, LANE_SLOTS, &arena);
    for (uint64_t round = 0; round < 6; round++) {
        Error err = {0};
        Digest digest, same, want;
        uint64_t len = (reader->seed * 7919 + round * 104729) % 1300000, count;
        Source source = source_of(len, 4093);
        source.fails = round == 3 ? 100000 : 0;
        REQUIRE_OK(lane_open(&below, &source.stream, &err));
        REQUIRE_OK(lane_open(&above, &below.stream, &err));
        if (round % 3 == 0) {
            (void)read_through(&above.stream, 5000, &count, &err);
            lane_close(&above);
            lane_close(&below);
            continue;
        }
        want = digest_of(len);
        REQUIRE_OK(stream_skip(&above.stream, len / 2, &err));
        REQUIRE_OK(lane_finish(&above, &digest, &err));
        REQUIRE_OK(lane_finish(&below, &same, &err));
        CHECK(digest_eq(&digest, &want) && digest_eq(&same, &want));
    }
    lane_fini(&above);
    lane_fini(&below);
    lanes_leave(reader->lanes);
    return NULL;
}

TEST(many_readers_share_few_cores)
{
    static const struct {
        size_t readers, helpers, cores;
    } rows[] = {{1, 0, 1}, {2, 0, 1}, {5, 0, 2}, {2, 2, 2}, {6, 2, 4}, {6, 1, 16}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Lanes lanes;
        pthread_t helpers[2], threads[6];
        Reader2 readers[6];
        lanes_init(&lanes, rows[i].cores);
        for (size_t k = 0; k < rows[i].helpers; k++)
            if (pthread_create(&helpers[k], NULL, help, &lanes) != 0)
                abort();
        for (size_t k = 0; k < rows[i].readers; k++) {
            readers[k] = (Reader2){&lanes, k + 1};
            if (pthread_create(&threads[k], NULL, read_two, &readers[k]) != 0)
                abort();
        }
        for (size_t k = 0; k < rows[i].readers; k++)
            pthread_join(threads[k], NULL);
        CHECK_INT(lanes.count, 0);
        lanes_end(&lanes);
        for (size_t k = 0; k < rows[i].helpers; k++)
            pthread_join(helpers[k], NULL);
        CHECK_INT(lanes.active, 0);
        lanes_fini(&lanes);
    }
}
