/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/wire.h"

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
    LIE(lie.packages.at[0].type = PACKAGE_TYPES);
    LIE(lie.packages.at[0].confidence = 2);
    LIE(lie.packages.at[1].id = STR("os"));
    LIE(lie.packages.at[1].id = STR(""));
    LIE(lie.executables.at[0].symbols = STR("abc"));
    LIE(lie.subject.kind = (SubjectKind)9);
    LIE(lie.subject.created = INT32_MAX);
    LIE(lie.subject.os.support_end = INT32_MIN + 1);
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
