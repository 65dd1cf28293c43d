/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/converse.h"

#include <signal.h>
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
    Error err;
    bool ok;
} Outcome;

static void listen_to(const Script *script, const Cache *cache, Outcome *out)
{
    Child child CLEANUP(child_close) = CHILD_NONE;
    const Limits limits = LIMITS_DEFAULT;
    Script copy = *script;
    *out = (Outcome){0};
    if (!child_start(&child, "the parser", child_lie, &copy, NULL, 0, &out->err))
        return;
    out->ok = converse(cache, &limits, &child, &out->arena, &out->inventory, &out->err);
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
    static const Str messages[][1] = {{STR_INIT("")}, {STR_INIT("?what")}, {STR_INIT("k")}};
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
    const Str twice[] = {good, good};
    refused(&(Script){.messages = twice, .count = 2}, ERR_INTERNAL, "answers twice");
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

TEST(a_child_that_dies_after_its_answer)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Str good = good_inventory(&arena);
    refused(&(Script){.messages = &good, .count = 1, .end = die}, ERR_INTERNAL, "KILL");
}

static void close_all(void)
{
    close_range(3, ~0U, 0);
    linger();
}

/* It closed its socket and stays: it is ended. */
TEST(a_child_that_does_not_end)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Str good = good_inventory(&arena);
    refused(&(Script){.messages = &good, .count = 1, .end = close_all}, ERR_INTERNAL, "KILL");
}

TEST(a_child_that_does_as_it_should)
{
    Arena arena CLEANUP(arena_fini) = {0};
    const Cache cache = {.dir = test_folder(&arena)};
    const Str keys[] = {layer_key(&arena, "sha256:1"), {0}};
    const Str messages[] = {keys_message(&arena, 2, keys, 2), STR("Playing on"),
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
