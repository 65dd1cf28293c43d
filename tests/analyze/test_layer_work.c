/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/layer_work.h"

#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "analyze/parent.h"
#include "archive/tar_make.h"
#include "test.h"

/* A layer whose file changes between the first and the second walk over it: behind the long
 * executable that is read again lies enough for a timer to see the first walk pass by. */
enum { LONG = 5 << 20, BEHIND = 24 << 20 };

typedef struct Scene {
    Arena arena;
    Lanes all;
    LayerLanes lanes;
    Parent parent;
    Limits limits;
    Fd file;
    ImageLayer layer;
    Layer meta;
    LayerWork work;
} Scene;

/* An ELF file whose list of sections lies at its end and leads nowhere: worth a look. */
static Str long_executable(Arena *arena)
{
    Buf bytes CLEANUP(buf_fini) = {0};
    Str rest = {arena_alloc(arena, LONG), LONG};
    buf_put(&bytes, STR("\x7f"
                        "ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\x3e\0\1\0\0\0"));
    buf_put(&bytes, str_head(rest, 16));
    buf_u64le(&bytes, LONG);
    buf_put(&bytes, STR("\0\0\0\0\x40\0\x38\0\0\0\x40\0\2\0\1\0"));
    buf_put(&bytes, str_head(rest, LONG - 64)); /* and no first section */
    buf_put(&bytes, str_head(rest, 64));
    buf_put(&bytes, STR("\0\0\0\0\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                        "\xff\xff\xff\xff\xff\xff\xff\x7f\1\0\0\0\0\0\0\0"));
    buf_put(&bytes, str_head(rest, 24));
    return arena_str(arena, buf_str(&bytes));
}

static void scene_init(Scene *s, bool executable)
{
    Error err = {0};
    Buf tar CLEANUP(buf_fini) = {0};
    *s = (Scene){.limits = LIMITS_DEFAULT, .file = -1};
    Str zeros = {arena_alloc(&s->arena, LONG), LONG};
    TAR_PUT(&tar, .name = STR("tool"), .mode = 0755,
            .body = executable ? long_executable(&s->arena) : zeros);
    TAR_PUT(&tar, .name = STR("noise"), .body = {arena_alloc(&s->arena, BEHIND), BEHIND});
    tar_put_end(&tar);
    REQUIRE_OK(fd_open_temporary(&s->file, &err));
    REQUIRE_OK(fd_write_all(s->file, buf_str(&tar), &err));
    parent_init(&s->parent, -1, 0, &s->arena);
    lanes_init(&s->all, 1);
    layer_lanes_init(&s->lanes, &s->all, false);
    lanes_enter(&s->all);
    s->layer = (ImageLayer){.fd = s->file, .size = tar.len};
}

static void scene_fini(Scene *s)
{
    layer_lanes_fini(&s->lanes);
    lanes_fini(&s->all);
    fd_close(&s->file);
    arena_fini(&s->arena);
}

/* `digest` is what binds; empty: nothing does. */
static LayerWork *scene_run(Scene *s, Str digest)
{
    s->meta = (Layer){.digest = digest};
    s->work = (LayerWork){.layer = &s->layer,
                          .meta = &s->meta,
                          .limits = &s->limits,
                          .name = STR("the layer"),
                          .strict = digest.len > 0,
                          .lanes = &s->lanes,
                          .parent = &s->parent};
    layer_work_run(&s->work);
    return &s->work;
}

/* Run without a change: what the layer's digest is. */
static Str scene_digest(Scene *s)
{
    LayerWork *work = scene_run(s, (Str){0});
    CHECK(work->ok && work->complete && work->trouble.len == 0);
    CHECK_INT(work->result.again.len, 1);
    Str digest = arena_str(&s->arena, s->meta.diff_id);
    layer_work_fini(work);
    return digest;
}

/* ---- a file that changes ---- */

static struct {
    const LayerWork *work;
    Fd file;
    off_t at;
    char byte, before;
} change;

static void change_now(void)
{
    CHECK(pread(change.file, &change.before, 1, change.at) == 1);
    CHECK(pwrite(change.file, &change.byte, 1, change.at) == 1);
}

static void timer_set(suseconds_t every)
{
    const struct itimerval timer = {{.tv_usec = every}, {.tv_usec = every}};
    CHECK(setitimer(ITIMER_REAL, &timer, NULL) == 0);
}

/* Once the first file was passed. */
static void on_timer(int sig)
{
    (void)sig;
    if (change.work->index.len < 2)
        return;
    change_now();
    timer_set(0);
}

static void change_begin(Scene *s, off_t at)
{
    change.work = &s->work;
    change.file = s->file;
    change.at = at;
    change.byte = '!';
    change.before = '!';
    s->work.index.len = 0;
    signal(SIGALRM, on_timer);
    timer_set(1000);
}

static void change_end(void)
{
    timer_set(0);
    CHECK(change.before != '!'); /* it took place */
    change.byte = change.before;
    change_now();
}

/* In the header of the tar, in the executable. */
static const off_t places[] = {1, 1 << 20};

/* Again where a busy machine let both walks pass between two ticks. */
static LayerWork *scene_run_changed(Scene *s, Str digest, off_t at)
{
    LayerWork *work = NULL;
    for (unsigned tries = 0; tries < 100; tries++) {
        change_begin(s, at);
        work = scene_run(s, digest);
        timer_set(0);
        if (change.before != '!')
            break;
        layer_work_fini(work);
    }
    change_end();
    return work;
}

TEST(a_layer_that_changes_between_two_walks_is_incomplete)
{
    Scene s;
    scene_init(&s, true);
    (void)scene_digest(&s);
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        LayerWork *work = scene_run_changed(&s, (Str){0}, places[i]);
        CHECK(work->ok && !work->complete && work->trouble.len > 0);
        layer_work_fini(work);
    }
    scene_fini(&s);
}

TEST(a_layer_that_binds_and_changes_between_two_walks_is_refused)
{
    Scene s;
    scene_init(&s, true);
    Str digest = scene_digest(&s);
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        LayerWork *work = scene_run_changed(&s, digest, places[i]);
        CHECK(!work->ok);
        CHECK_INT(work->err.code, ERR_DIGEST);
        layer_work_fini(work);
    }
    scene_fini(&s);
}

/* The walk for files that only a link names comes later. */
TEST(a_layer_that_changed_is_not_read_for_links)
{
    Scene s;
    Error err = {0};
    MissingFileVec files = {0};
    scene_init(&s, true);
    *vec_push(&s.arena, &files) = (MissingFile){.path = STR("tool"), .as = STR("etc/os-release")};
    Str digest = scene_digest(&s);
    for (size_t i = 0; i < COUNT_OF(places); i++)
        for (int binds = 0; binds < 2; binds++) {
            LayerWork *work = scene_run(&s, binds ? digest : (Str){0});
            CHECK(work->ok && work->complete);
            CHECK(layer_work_again(work, &files, 0, &err) && work->trouble.len == 0);
            change.file = s.file;
            change.at = places[i];
            change.byte = '!';
            change_now();
            CHECK(layer_work_again(work, &files, 0, &err) == !binds);
            CHECK(binds ? err.code == ERR_DIGEST : work->trouble.len > 0);
            change.byte = change.before;
            change_now();
            layer_work_fini(work);
        }
    scene_fini(&s);
}

static Str sha512_of(Scene *s)
{
    Error err = {0};
    FileStream file;
    Hash hash;
    HashStream hashed;
    file_stream_init(&file, s->file, 0, s->layer.size);
    REQUIRE_OK(hash_init(&hash, HASH_SHA512, &err));
    hash_stream_init(&hashed, &file.stream, &hash);
    REQUIRE_OK(stream_drain(&hashed.stream, &err));
    Digest digest = hash_final(&hash);
    return digest_str(&s->arena, &digest);
}

/* It is taken of the file once more: that has to be what was read. */
TEST(a_layer_that_changes_into_what_its_sha512_says_is_refused)
{
    Scene s;
    scene_init(&s, false);
    CHECK(scene_run(&s, sha512_of(&s))->ok);
    layer_work_fini(&s.work);
    change.file = s.file;
    change.at = places[1];
    change.byte = '!';
    change_now();
    Str other = sha512_of(&s);
    change.byte = change.before;
    change_now();
    change_begin(&s, places[1]);
    LayerWork *work = scene_run(&s, other);
    change_end();
    CHECK(!work->ok);
    CHECK_INT(work->err.code, ERR_DIGEST);
    layer_work_fini(work);
    scene_fini(&s);
}
