/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/wire.h"

#include "base/sum.h"
#include "image.h"

static void sample(Arena *arena, Inventory *out)
{
    Subject *s = &out->subject;
    *s = (Subject){.kind = SUBJECT_ROOTFS,
                   .name = STR("x"),
                   .platform = STR("linux/amd64"),
                   .os = {.id = STR("debian"), .version = STR("12"), .support_end = DATE_NONE},
                   .user = STR("\xff"),
                   .has_config = true,
                   .created = 20000};
    *vec_push(arena, &s->ports) = STR("80/tcp");
    *vec_push(arena, &s->layers) = (Layer){.diff_id = STR("sha256:a"), .size = 1ull << 40};
    *vec_push(arena, &out->executables) = (Executable){.path = STR("b"), .symbols = STR("abcd")};
    static const char *const ids[] = {"os", "lib"};
    for (size_t i = 0; i < 2; i++) {
        Package *p = vec_push(arena, &out->packages);
        *p = (Package){.type = i ? PACKAGE_GOLANG : PACKAGE_DEB,
                       .id = str_from(ids[i]),
                       .name = str_from(ids[i]),
                       .confidence = i ? 0.85 : 1,
                       .layer = i ? LAYER_NONE : 0,
                       .owner = i ? 0 : PACKAGE_NONE,
                       .executable = i ? 0 : EXECUTABLE_NONE};
        *vec_push(arena, &p->paths) = STR("b");
        *vec_push(arena, &p->licences) = STR("MIT");
    }
    note_add(arena, &out->notes, STR("a"), STR("b"));
    note_add(arena, &out->incomplete, STR("c"), STR("d"));
}

static bool decodes(Arena *arena, const Inventory *inventory)
{
    Limits limits = LIMITS_DEFAULT;
    Buf bytes CLEANUP(buf_fini) = {0};
    Inventory out;
    inventory_encode(inventory, &bytes);
    return inventory_decode(buf_str(&bytes), arena, &limits, &out, NULL);
}

TEST(a_lying_child_is_refused)
{
    Arena arena CLEANUP(arena_fini);
    arena_init(&arena);
    Inventory good = {0};
    sample(&arena, &good);
    CHECK(decodes(&arena, &good));
#define LIE(change)                                                                                \
    do {                                                                                           \
        Inventory lie = {0};                                                                       \
        sample(&arena, &lie);                                                                      \
        change;                                                                                    \
        CHECK(!decodes(&arena, &lie));                                                             \
    } while (0)
    LIE(lie.packages.at[1].owner = 2);
    LIE(lie.packages.at[1].owner = 1);
    LIE(lie.packages.at[0].owner = 0);
    LIE(lie.packages.at[1].executable = 1);
    LIE(lie.packages.at[0].layer = 1);
    LIE(lie.subject.layers.len = 0);
    LIE(lie.executables.len = 0);
    LIE(lie.packages.at[0].type = PACKAGE_TYPES);
    LIE(lie.packages.at[0].confidence = 2);
    LIE(lie.packages.at[1].id = STR("os"));
    LIE(lie.packages.at[1].id = STR(""));
    LIE(lie.executables.at[0].symbols = STR("abc"));
    LIE(lie.subject.kind = (SubjectKind)9);
    LIE(lie.subject.created = INT32_MAX);
    LIE(lie.subject.os.support_end = INT32_MIN + 1);
    LIE(lie.subject.os.support_end = 2932897);
}

TEST(every_cut_and_every_flipped_byte_is_survived)
{
    Arena arena CLEANUP(arena_fini);
    arena_init(&arena);
    Limits limits = LIMITS_DEFAULT;
    Inventory good = {0}, out;
    sample(&arena, &good);
    Buf bytes CLEANUP(buf_fini) = {0};
    inventory_encode(&good, &bytes);
    for (size_t len = 0; len < bytes.len; len++)
        CHECK(!inventory_decode(str_head(buf_str(&bytes), len), &arena, &limits, &out, NULL));
    for (size_t i = 0; i < bytes.len; i++)
        for (int bit = 0; bit < 8; bit++) {
            bytes.ptr[i] = (char)(bytes.ptr[i] ^ 1 << bit);
            if (!inventory_decode(buf_str(&bytes), &arena, &limits, &out, NULL))
                CHECK_INT(out.packages.len, 0);
            bytes.ptr[i] = (char)(bytes.ptr[i] ^ 1 << bit);
        }
    buf_put_char(&bytes, 'x');
    CHECK(!inventory_decode(buf_str(&bytes), &arena, &limits, &out, NULL));
}

TEST(what_goes_out_comes_back)
{
    Arena arena CLEANUP(arena_fini);
    arena_init(&arena);
    Limits limits = LIMITS_DEFAULT;
    Error err = {0};
    Inventory good = {0}, out;
    sample(&arena, &good);
    Buf bytes CLEANUP(buf_fini) = {0}, again CLEANUP(buf_fini) = {0};
    inventory_encode(&good, &bytes);
    REQUIRE_OK(inventory_decode(buf_str(&bytes), &arena, &limits, &out, &err));
    CHECK(out.packages.at[1].confidence == 0.85);
    CHECK_INT(out.subject.os.support_end, DATE_NONE);
    CHECK_INT(out.subject.layers.at[0].size, 1ll << 40);
    CHECK_STR(out.subject.user, STR("\xff"));
    inventory_encode(&out, &again);
    CHECK(str_eq(buf_str(&bytes), buf_str(&again)));
}

/* --- in two parts --- */

typedef struct Parts {
    Arena arena;
    Limits limits;
    Inventory whole, rest; /* `rest` comes without symbols */
    Buf bytes, symbols;
} Parts;

static void parts_init(Parts *p)
{
    Error err = {0};
    *p = (Parts){.limits = LIMITS_DEFAULT};
    sample(&p->arena, &p->whole);
    *vec_push(&p->arena, &p->whole.executables) = (Executable){.path = STR("none")};
    *vec_push(&p->arena, &p->whole.executables) =
        (Executable){.path = STR("c"), .goos = STR("linux"), .symbols = STR("efghijkl")};
    inventory_encode_parts(&p->whole, &p->bytes, &p->symbols);
    REQUIRE_OK(inventory_decode(buf_str(&p->bytes), &p->arena, &p->limits, &p->rest, &err));
}

static void parts_fini(Parts *p)
{
    buf_fini(&p->bytes);
    buf_fini(&p->symbols);
    arena_fini(&p->arena);
}

static size_t symbols_of(const Inventory *inventory)
{
    size_t sum = 0;
    for (size_t i = 0; i < inventory->executables.len; i++)
        sum += inventory->executables.at[i].symbols.len;
    return sum;
}

static bool symbols_refused(Parts *p, Str bytes)
{
    p->rest.executables.at[0].symbols = STR("old!");
    return !inventory_decode_symbols(bytes, &p->arena, &p->rest) && symbols_of(&p->rest) == 0;
}

/* As inventory_encode_parts writes them, but of these lengths. */
static Str tables(Parts *p, uint64_t count, const uint64_t *lengths, Str bytes)
{
    Buf index CLEANUP(buf_fini) = {0}, out CLEANUP(buf_fini) = {0};
    buf_varint(&index, count);
    for (size_t i = 0; i < count && lengths; i++) {
        buf_varint(&index, lengths[i]);
        buf_u64le(&index, 0);
    }
    buf_u64le(&out, sum_of(buf_str(&index)));
    buf_str_wire(&out, buf_str(&index));
    buf_put(&out, bytes);
    return arena_str(&p->arena, buf_str(&out));
}

TEST(symbols_of_another_number_of_executables_are_refused)
{
    Parts p CLEANUP(parts_fini);
    parts_init(&p);
    CHECK(inventory_decode_symbols(tables(&p, 3, (uint64_t[]){4, 0, 4}, STR("abcdefgh")), &p.arena,
                                   &p.rest));
    CHECK(symbols_refused(&p, tables(&p, 0, NULL, STR(""))));
    CHECK(symbols_refused(&p, tables(&p, 2, (uint64_t[]){4, 4}, STR("abcdefgh"))));
    CHECK(symbols_refused(&p, tables(&p, 4, (uint64_t[]){4, 0, 4, 0}, STR("abcdefgh"))));
    CHECK(symbols_refused(&p, tables(&p, UINT64_MAX, NULL, STR("abcdefgh"))));
    p.rest.executables.len = 0;
    CHECK(!inventory_decode_symbols(buf_str(&p.symbols), &p.arena, &p.rest));
    CHECK(inventory_decode_symbols(tables(&p, 0, NULL, STR("")), &p.arena, &p.rest));
}

TEST(a_table_of_symbols_is_whole)
{
    Parts p CLEANUP(parts_fini);
    parts_init(&p);
    CHECK(symbols_refused(&p, tables(&p, 3, (uint64_t[]){4, 0, 3}, STR("abcdefg"))));
    CHECK(symbols_refused(&p, tables(&p, 3, (uint64_t[]){5, 0, 3}, STR("abcdefgh"))));
    CHECK(symbols_refused(&p, tables(&p, 3, (uint64_t[]){4, 0, 8}, STR("abcdefgh"))));
    CHECK(symbols_refused(&p, tables(&p, 3, (uint64_t[]){4, 0, UINT64_MAX - 3}, STR("abcdefgh"))));
    CHECK(symbols_refused(&p, tables(&p, 3, (uint64_t[]){4, 0, 0}, STR("abcdefgh"))));
}

TEST(an_index_of_symbols_is_whole)
{
    Parts p CLEANUP(parts_fini);
    parts_init(&p);
    for (size_t i = 0; i < p.symbols.len - 12; i++) { /* but for the tables */
        p.symbols.ptr[i] ^= 1;
        CHECK(symbols_refused(&p, buf_str(&p.symbols)));
        p.symbols.ptr[i] ^= 1;
    }
    CHECK(inventory_decode_symbols(buf_str(&p.symbols), &p.arena, &p.rest));
}

TEST(symbols_cut_short_or_followed_are_refused)
{
    Parts p CLEANUP(parts_fini);
    parts_init(&p);
    for (size_t len = 0; len < p.symbols.len; len++)
        CHECK(symbols_refused(&p, str_head(buf_str(&p.symbols), len)));
    buf_put_char(&p.symbols, '\0');
    CHECK(symbols_refused(&p, buf_str(&p.symbols)));
}

TEST(a_damaged_table_is_found_when_it_is_used)
{
    Parts p CLEANUP(parts_fini);
    parts_init(&p);
    const Executable *e = p.rest.executables.at;
    p.symbols.ptr[p.symbols.len - 1] ^= 1; /* of the third */
    CHECK(inventory_decode_symbols(buf_str(&p.symbols), &p.arena, &p.rest));
    CHECK(executable_has_symbols(&e[0]) && !executable_has_symbols(&e[1]));
    CHECK_INT(e[0].kept->state, SYMBOLS_SOUND);
    CHECK_INT(e[2].kept->state, SYMBOLS_UNSEEN);
    CHECK(!inventory_is_damaged(&p.rest));
    CHECK(!executable_has_symbols(&e[2]));
    CHECK(inventory_is_damaged(&p.rest));
    p.symbols.ptr[p.symbols.len - 1] ^= 1; /* it was seen once */
    CHECK(!executable_has_symbols(&e[2]) && inventory_is_damaged(&p.rest));
    inventory_forget_symbols(&p.rest);
    CHECK(!inventory_is_damaged(&p.rest));
    CHECK(executable_has_symbols(
        &p.whole.executables.at[0])); /* just read: nothing to compare with */
}

TEST(two_parts_are_the_whole)
{
    Parts p CLEANUP(parts_fini);
    Buf whole CLEANUP(buf_fini) = {0}, again CLEANUP(buf_fini) = {0};
    parts_init(&p);
    CHECK_INT(symbols_of(&p.whole), 12); /* they stay where they were */
    CHECK_INT(symbols_of(&p.rest), 0);
    CHECK_STR(p.rest.executables.at[2].goos, STR("linux"));
    CHECK(inventory_decode_symbols(buf_str(&p.symbols), &p.arena, &p.rest));
    CHECK_STR(p.rest.executables.at[2].symbols, STR("efghijkl"));
    inventory_encode(&p.whole, &whole);
    inventory_encode(&p.rest, &again);
    CHECK(str_eq(buf_str(&whole), buf_str(&again)));
    inventory_forget_symbols(&p.rest);
    CHECK_INT(symbols_of(&p.rest), 0);
}

TEST(a_kept_layer_is_judged_like_hostile_input)
{
    Image image CLEANUP(image_fini);
    image_init(&image);
    IMAGE_LAYER(&image, {LAYER_FILE, "lib/apk/db/installed", "P:a\nV:1\nF:bin\nR:a\n\nbad\n"},
                {LAYER_FILE, "etc/os-release", "ID=alpine\nVERSION_ID=3.20.1\n"});
    Buf bytes CLEANUP(buf_fini) = {0};
    layer_result_encode(image.layers[0], &bytes);
    LayerResult out;
    for (size_t len = 0; len < bytes.len; len++)
        CHECK(!layer_result_decode(str_head(buf_str(&bytes), len), &image.arena, &image.limits,
                                   &out, NULL));
    for (size_t i = 0; i < bytes.len; i++) {
        bytes.ptr[i] = (char)~bytes.ptr[i];
        if (layer_result_decode(buf_str(&bytes), &image.arena, &image.limits, &out, NULL)) {
            image.layers[0] = &out;
            image_assemble(&image);
        }
        bytes.ptr[i] = (char)~bytes.ptr[i];
    }
}
