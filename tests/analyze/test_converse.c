/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/converse.h"

#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "analyze/worker.h"
#include "inventory/wire.h"
#include "test.h"

/* Children that lie. A script says what the child sends, one message after the other. */
typedef struct Script {
    const Str *messages;
    size_t count;
    void (*end)(void);
    bool takes; /* an answer after the first message */
} Script;

static bool child_lie(const ChildSide *side, void *context, Error *err)
{
    const Script *script = context;
    Buf answer CLEANUP(buf_fini) = {0};
    bool got;
    for (size_t i = 0; i < script->count; i++)
        if (!child_send(side->socket, script->messages[i], err) ||
            (script->takes && i == 0 && !child_take(side->socket, 1 << 20, &answer, &got, err)))
            return false;
    if (script->end)
        script->end();
    return true;
}

typedef struct Outcome {
    Arena arena;
    Inventory inventory;
    LayerBegunVec begun;
    Error err;
    bool ok;
} Outcome;

static void listen_with(const Script *script, const Cache *cache, const SourceInput *input,
                        Outcome *out)
{
    Child child CLEANUP(child_close) = CHILD_NONE;
    const Limits limits = LIMITS_DEFAULT;
    Script copy = *script;
    *out = (Outcome){0};
    if (!child_start(&child, "the parser", child_lie, &copy, NULL, 0, &out->err))
        return;
    out->ok = converse(cache, &limits, input, &child, &out->arena, &out->inventory, &out->begun,
                       &out->err);
}

static void listen_to(const Script *script, const Cache *cache, Outcome *out)
{
    const SourceInput input = {.kind = SOURCE_FILE};
    listen_with(script, cache, &input, out);
}

static void refused(const Script *script, ErrorCode code, const char *says)
{
    Outcome outcome;
    const Cache none = {0};
    listen_to(script, &none, &outcome);
    CHECK(!outcome.ok);
    CHECK_INT(outcome.err.code, code);
    if (!str_contains(error_message(&outcome.err), str_from(says)))
        CHECK_STR(error_message(&outcome.err), str_from(says));
    arena_fini(&outcome.arena);
}

static Str good_inventory(Arena *arena)
{
    Buf bytes CLEANUP(buf_fini) = {0};
    Inventory inventory = {.subject = {.name = STR("app"), .created = DATE_NONE}};
    buf_put_char(&bytes, WORKER_INVENTORY);
    inventory_encode(&inventory, &bytes);
    return arena_str(arena, buf_str(&bytes));
}

static Str keys_message(Arena *arena, uint64_t count, const Str *keys, size_t given)
{
    Buf bytes CLEANUP(buf_fini) = {0};
    buf_put_char(&bytes, WORKER_KEYS);
    buf_varint(&bytes, count);
    for (size_t i = 0; i < given; i++)
        buf_str_wire(&bytes, keys[i]);
    return arena_str(arena, buf_str(&bytes));
}

static Str store_message(Arena *arena, Str key, Str value)
{
    Buf bytes CLEANUP(buf_fini) = {0};
    buf_put_char(&bytes, WORKER_STORE);
    buf_str_wire(&bytes, key);
    buf_put(&bytes, value);
    return arena_str(arena, buf_str(&bytes));
}

static Str layer_key(Arena *arena, const char *digest)
{
    return worker_cache_key(arena, "blob", str_from(digest));
}

TEST(a_child_that_says_nothing)
{
    refused(&(Script){0}, ERR_INTERNAL, "without an answer");
}

TEST(a_child_that_says_nonsense)
{
    static const Str messages[][1] = {
        {STR_INIT("")}, {STR_INIT("?what")}, {STR_INIT("k")}, {STR_INIT("l")}, {STR_INIT("f")}};
    for (size_t i = 0; i < COUNT_OF(messages); i++)
        refused(&(Script){.messages = messages[i], .count = 1}, ERR_INTERNAL, "unknown message");
}

TEST(a_child_that_cuts_its_answer_anywhere)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Str good = good_inventory(&arena);
    for (size_t len = 1; len < good.len; len++) {
        Outcome outcome;
        const Cache none = {0};
        Str cut = str_head(good, len);
        listen_to(&(Script){.messages = &cut, .count = 1}, &none, &outcome);
        CHECK(!outcome.ok && outcome.err.code == ERR_FORMAT);
        arena_fini(&outcome.arena);
    }
}

TEST(a_child_that_says_more_than_its_answer)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Str good = good_inventory(&arena);
    Str more = arena_printf(&arena, STR_FMT "x", STR_ARG(good));
    refused(&(Script){.messages = &more, .count = 1}, ERR_FORMAT, "the parser's answer");
}

/* Whatever it would add, nobody hears it. */
TEST(a_child_that_goes_on_after_its_answer)
{
    Arena arena CLEANUP(arena_fini) = {0};
    const Cache none = {0};
    Outcome outcome;
    const Str more[] = {good_inventory(&arena), STR("?what"), good_inventory(&arena)};
    listen_to(&(Script){.messages = more, .count = COUNT_OF(more)}, &none, &outcome);
    CHECK(outcome.ok);
    CHECK_STR(outcome.inventory.subject.name, STR("app"));
    arena_fini(&outcome.arena);
}

TEST(a_child_that_promises_more_packages_than_there_can_be)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Str good = good_inventory(&arena);
    for (size_t at = 1; at < good.len; at++) {
        Buf bytes CLEANUP(buf_fini) = {0};
        Outcome outcome;
        const Cache none = {0};
        buf_put(&bytes, str_head(good, at));
        buf_put(&bytes, STR("\xff\xff\xff\xff\xff\xff\xff\xff\x7f"));
        buf_put(&bytes, str_from_pos(good, at + 1));
        Str message = buf_str(&bytes);
        listen_to(&(Script){.messages = &message, .count = 1}, &none, &outcome);
        CHECK(!outcome.ok);
        arena_fini(&outcome.arena);
    }
}

TEST(a_child_that_asks_for_what_it_must_not_have)
{
    Arena arena CLEANUP(arena_fini) = {0};
    const Str engine = worker_cache_key(&arena, "engine", STR("sha256:1"));
    const Str one = layer_key(&arena, "sha256:1");
    const Str foreign = keys_message(&arena, 1, &engine, 1),
              many = keys_message(&arena, 1 << 20, NULL, 0),
              early = keys_message(&arena, 3, &one, 1);
    const Str twice[] = {keys_message(&arena, 1, &one, 1), keys_message(&arena, 1, &one, 1)};
    refused(&(Script){.messages = &foreign, .count = 1}, ERR_INTERNAL, "no layer");
    refused(&(Script){.messages = &many, .count = 1}, ERR_INTERNAL, "layers");
    refused(&(Script){.messages = &early, .count = 1}, ERR_INTERNAL, "ends early");
    refused(&(Script){.messages = twice, .count = 2, .takes = true}, ERR_INTERNAL, "once more");
}

TEST(a_child_that_keeps_what_it_did_not_name)
{
    Arena arena CLEANUP(arena_fini) = {0};
    const Cache cache = {.dir = test_folder(&arena)};
    const Str named = layer_key(&arena, "sha256:1"), other = layer_key(&arena, "sha256:2");
    const Str messages[] = {keys_message(&arena, 1, &named, 1),
                            store_message(&arena, other, STR("clean"))};
    Outcome outcome;
    Str bytes;
    listen_to(&(Script){.messages = messages, .count = 2, .takes = true}, &cache, &outcome);
    CHECK(!outcome.ok && outcome.err.code == ERR_INTERNAL);
    CHECK(!cache_find(&cache, other, &arena, &bytes));
    arena_fini(&outcome.arena);
    refused(&(Script){.messages = &messages[1], .count = 1}, ERR_INTERNAL, "did not name");
}

static void die(void)
{
    raise(SIGKILL);
}

static void linger(void)
{
    for (;;)
        pause();
}

TEST(a_child_that_dies_before_its_answer)
{
    refused(&(Script){.count = 0, .end = die}, ERR_INTERNAL, "KILL");
}

static void close_all(void)
{
    close_range(3, ~0U, 0);
    linger();
}

/* It closed its socket and stays: it is ended. */
TEST(a_child_that_does_not_end)
{
    refused(&(Script){.count = 0, .end = close_all}, ERR_INTERNAL, "KILL");
}

/* Its answer counts, however it ends. */
TEST(a_child_that_ends_badly_after_its_answer)
{
    void (*const ends[])(void) = {die, close_all, linger};
    Arena arena CLEANUP(arena_fini) = {0};
    const Cache none = {0};
    Str good = good_inventory(&arena);
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        Outcome outcome;
        listen_to(&(Script){.messages = &good, .count = 1, .end = ends[i]}, &none, &outcome);
        CHECK(outcome.ok);
        arena_fini(&outcome.arena);
    }
}

TEST(a_child_that_does_as_it_should)
{
    Arena arena CLEANUP(arena_fini) = {0};
    const Cache cache = {.dir = test_folder(&arena)};
    const Str keys[] = {layer_key(&arena, "sha256:1"), {0}};
    const Str messages[] = {keys_message(&arena, 2, keys, 2), STR("B\x07layer 1\x00"),
                            store_message(&arena, keys[0], STR("result")), good_inventory(&arena)};
    Outcome outcome;
    Str bytes;
    listen_to(&(Script){.messages = messages, .count = COUNT_OF(messages), .takes = true}, &cache,
              &outcome);
    CHECK_STR(error_message(&outcome.err), STR(""));
    CHECK(outcome.ok);
    CHECK_STR(outcome.inventory.subject.name, STR("app"));
    CHECK(cache_find(&cache, keys[0], &arena, &bytes));
    CHECK_STR(bytes, STR("result"));
    arena_fini(&outcome.arena);
}

/* ---- folders ---- */

/* A folder with a file, a link out of it, and a pipe; the parser is told of nothing else. */
static void folder_input(Arena *arena, SourceInput *out)
{
    Error err = {0};
    Fd dir;
    Str folder = test_folder(arena);
    *out = (SourceInput){.kind = SOURCE_DIR, .scratch = -1};
    REQUIRE_OK(file_write_atomic(arena_join(arena, folder, STR("/file")), STR("text"), &err));
    REQUIRE_OK(fd_open_dir_at(AT_FDCWD, folder, &dir, &err));
    CHECK(symlinkat("/etc/passwd", dir, "out") == 0 && mkfifoat(dir, "pipe", 0600) == 0);
    *vec_push(arena, &out->fds) = dir;
}

static Str open_message(Arena *arena, uint64_t folder, uint8_t links, uint64_t count,
                        const Str *paths, size_t given)
{
    Buf bytes CLEANUP(buf_fini) = {0};
    buf_put_char(&bytes, WORKER_OPEN);
    buf_varint(&bytes, folder);
    buf_u8(&bytes, links);
    buf_varint(&bytes, count);
    for (size_t i = 0; i < given; i++)
        buf_str_wire(&bytes, paths[i]);
    return arena_str(arena, buf_str(&bytes));
}

static void folder_refused(Str message, const char *says)
{
    Arena arena CLEANUP(arena_fini) = {0};
    SourceInput input;
    Outcome outcome;
    const Cache none = {0};
    folder_input(&arena, &input);
    listen_with(&(Script){.messages = &message, .count = 1}, &none, &input, &outcome);
    CHECK(!outcome.ok);
    CHECK_INT(outcome.err.code, ERR_INTERNAL);
    if (!str_contains(error_message(&outcome.err), str_from(says)))
        CHECK_STR(error_message(&outcome.err), str_from(says));
    arena_fini(&outcome.arena);
    source_close(&input);
}

TEST(a_child_that_asks_for_paths_outside)
{
    static const Str bad[] = {
        STR_INIT(""),          STR_INIT("/etc/passwd"), STR_INIT(".."),    STR_INIT("../x"),
        STR_INIT("a/../../x"), STR_INIT("a/.."),        STR_INIT("./a"),   STR_INIT("a//b"),
        STR_INIT("a/"),        STR_INIT("fi\0le"),      STR_INIT("a/./b"),
    };
    Arena arena CLEANUP(arena_fini) = {0};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        for (uint8_t links = 0; links < 2; links++)
            folder_refused(open_message(&arena, 0, links, 1, &bad[i], 1), "leads out");
    Str deep = {arena_alloc(&arena, 5000), 5000};
    folder_refused(open_message(&arena, 0, 0, 1, &deep, 1), "leads out");
}

TEST(a_child_that_asks_for_folders_and_files_that_it_must_not)
{
    static const Str file = STR_INIT("file");
    Arena arena CLEANUP(arena_fini) = {0};
    folder_refused(open_message(&arena, 1, 0, 1, &file, 1), "folder that there is not");
    folder_refused(open_message(&arena, UINT64_MAX, 0, 1, &file, 1), "folder that there is not");
    folder_refused(open_message(&arena, 0, 2, 1, &file, 1), "folder that there is not");
    folder_refused(open_message(&arena, 0, 0, 65, &file, 1), "too many files");
    folder_refused(open_message(&arena, 0, 0, UINT64_MAX, &file, 1), "too many files");
    folder_refused(open_message(&arena, 0, 0, 2, &file, 1), "does not name them");
    folder_refused(open_message(&arena, 0, 0, 0, &file, 1), "more than it says");
    folder_refused(STR("O"), "folder that there is not");
    folder_refused(STR("L"), "more folders than there are");
    folder_refused(STR("L\x02\x00\x00"), "more folders than there are");
    folder_refused(STR("L\xff\xff\xff\xff\x7f"), "more folders than there are");
    folder_refused(STR("L\x01\x01"), "folder that there is not");
    folder_refused(STR("L\x01"), "folder that there is not");
    folder_refused(STR("L\x01\x00\x00"), "more than it says");
}

/* An archive's parser has no folder to ask of. */
TEST(a_child_without_folders_that_asks_for_one)
{
    refused(&(Script){.messages = &(Str)STR_INIT("L\x01\x00"), .count = 1}, ERR_INTERNAL,
            "more folders than there are");
    refused(&(Script){.messages = &(Str)STR_INIT("O\x00\x00\x01\x04"
                                                 "file"),
                      .count = 1},
            ERR_INTERNAL, "folder that there is not");
}

/* Takes what it is given and asks once more. */
static bool list_twice(const ChildSide *side, void *context, Error *err)
{
    Buf answer CLEANUP(buf_fini) = {0};
    bool got = true;
    (void)context;
    for (int i = 0; i < 2; i++) {
        if (!child_send(side->socket, STR("L\x01\x00"), err))
            return false;
        do
            if (!child_take(side->socket, 1 << 20, &answer, &got, err) || !got)
                return false;
        while (str_at(buf_str(&answer), 0) != COLLECTOR_LISTED);
    }
    return true;
}

/* Asks for all there is by name; what is no file inside must not come. */
static bool ask_for_all(const ChildSide *side, void *context, Error *err)
{
    static const Str paths[] = {STR_INIT("file"), STR_INIT("out"), STR_INIT("pipe"),
                                STR_INIT("absent")};
    Arena arena CLEANUP(arena_fini) = {0};
    Buf answer CLEANUP(buf_fini) = {0};
    Fd fds[MESSAGE_FDS];
    char text[8];
    size_t count = 0, got_bytes = 0;
    bool got;
    (void)context;
    for (uint8_t links = 0; links < 2; links++) {
        if (!child_send(side->socket, open_message(&arena, 0, links, 4, paths, 4), err) ||
            !child_take_fds(side->socket, 100, &answer, fds, &count, &got, err))
            return false;
        if (count != 1 || !str_eq(buf_str(&answer), STR("f\x00\x04\x01\x00\x00\x00")) ||
            !fd_pread(fds[0], text, sizeof text, 0, &got_bytes, err) || got_bytes != 4)
            return error_set(err, ERR_INTERNAL, "%zu descriptors came", count);
    }
    return child_send(side->socket, good_inventory(&arena), err);
}

static void converse_with(ChildRun *run, Outcome *out)
{
    Child child CLEANUP(child_close) = CHILD_NONE;
    const Limits limits = LIMITS_DEFAULT;
    const Cache none = {0};
    SourceInput input;
    *out = (Outcome){0};
    folder_input(&out->arena, &input);
    CHECK(child_start(&child, "the parser", run, NULL, NULL, 0, &out->err));
    out->ok = converse(&none, &limits, &input, &child, &out->arena, &out->inventory, &out->begun,
                       &out->err);
    source_close(&input);
}

TEST(a_child_that_asks_for_a_folder_twice)
{
    Outcome outcome;
    converse_with(list_twice, &outcome);
    CHECK(!outcome.ok);
    CHECK_STR(error_message(&outcome.err), STR("the parser asks for a folder once more"));
    arena_fini(&outcome.arena);
}

TEST(a_child_is_given_files_of_its_folder_and_nothing_else)
{
    Outcome outcome;
    converse_with(ask_for_all, &outcome);
    CHECK_STR(error_message(&outcome.err), STR(""));
    CHECK(outcome.ok);
    arena_fini(&outcome.arena);
}

static void nap_and_die(void)
{
    const struct timespec moment = {.tv_nsec = 300000000};
    nanosleep(&moment, NULL);
    die();
}

/* It is its end that counts, and the layer it read: not that an answer did not get through. */
TEST(a_child_that_dies_while_it_is_answered)
{
    enum { QUESTIONS = 450 }; /* more answers than there is room for, and no more than that again */
    static const Str absent = STR_INIT("absent");
    Arena arena CLEANUP(arena_fini) = {0};
    Str messages[QUESTIONS + 1] = {STR("B\x07layer 1\x00")};
    SourceInput input;
    Outcome outcome;
    const Cache none = {0};
    for (size_t i = 1; i < COUNT_OF(messages); i++)
        messages[i] = open_message(&arena, 0, 0, 1, &absent, 1);
    folder_input(&arena, &input);
    const Script script = {.messages = messages, .count = COUNT_OF(messages), .end = nap_and_die};
    listen_with(&script, &none, &input, &outcome);
    CHECK(!outcome.ok);
    CHECK_STR(error_message(&outcome.err), STR("the parser died (SIGKILL)"));
    CHECK_INT(outcome.begun.len, 1);
    arena_fini(&outcome.arena);
    source_close(&input);
}

TEST(a_child_that_reads_layers_that_there_are_not)
{
    static const Str bad[] = {STR_INIT("B"),
                              STR_INIT("B\x05x"),
                              STR_INIT("B\x01x"),
                              STR_INIT("B\x01x\xff\xff\xff\x7f"),
                              STR_INIT("B\x01x\x00more"),
                              STR_INIT("D\x01x\x00")};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        refused(&(Script){.messages = &bad[i], .count = 1}, ERR_INTERNAL, "reads a layer");
    static const Str twice[] = {STR_INIT("B\x01x\x00"), STR_INIT("B\x01x\x00")};
    refused(&(Script){.messages = twice, .count = 2}, ERR_INTERNAL, "reads a layer twice");
}

TEST(a_child_that_dies_names_its_layers)
{
    static const Str messages[] = {STR_INIT("B\x01"
                                            "a\x00"),
                                   STR_INIT("B\x01"
                                            "b\x01"),
                                   STR_INIT("D\x01"
                                            "a\x00"),
                                   STR_INIT("B\x01"
                                            "c\x02")};
    const Cache none = {0};
    Outcome outcome;
    listen_to(&(Script){.messages = messages, .count = 4, .end = die}, &none, &outcome);
    CHECK(!outcome.ok);
    CHECK_INT(outcome.begun.len, 3);
    CHECK(outcome.begun.at[0].done && !outcome.begun.at[1].done && !outcome.begun.at[2].done);
    CHECK_STR(outcome.begun.at[1].name, STR("b"));
    CHECK_INT(outcome.begun.at[2].number, 2);
    arena_fini(&outcome.arena);
}
