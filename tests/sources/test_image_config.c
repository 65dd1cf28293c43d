/* SPDX-License-Identifier: Apache-2.0 */
#include "sources/image_config.h"
#include "test.h"

static bool config_read(Arena *arena, const char *json, Image *out, Error *err)
{
    const Limits limits = LIMITS_DEFAULT;
    *out = (Image){0};
    return image_config_read(str_from(json), arena, &limits, out, err);
}

TEST(config_that_is_none)
{
    static const char *const bad[] = {
        "", "[]", "null", "{", "{\"rootfs\":{\"diff_ids\":[", "{\"os\":\"linux\"} trailing"};
    Arena arena CLEANUP(arena_fini) = {0};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        Error err = {0};
        Image image;
        CHECK(!config_read(&arena, bad[i], &image, &err));
        CHECK_INT(err.code, ERR_FORMAT);
        CHECK(str_contains(error_message(&err), STR("image configuration")));
    }
}

TEST(config_of_too_many_layers)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    Image image = {0};
    Limits limits = LIMITS_DEFAULT;
    limits.layers = 2;
    Str json = STR("{\"rootfs\":{\"diff_ids\":[\"a\",\"b\",\"c\"]}}");
    CHECK(!image_config_read(json, &arena, &limits, &image, &err));
    CHECK_INT(err.code, ERR_LIMIT);
}

/* Whatever has another type than it should is as good as not there. */
TEST(config_of_odd_types)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    Image image;
    REQUIRE_OK(
        config_read(&arena,
                    "{\"os\":7,\"architecture\":null,\"created\":[],\"config\":\"x\","
                    "\"rootfs\":{\"diff_ids\":{\"a\":1}},\"history\":[1,null,{\"created_by\":3}]}",
                    &image, &err));
    CHECK_INT(image.subject.layers.len, 0);
    CHECK_STR(image.subject.platform, STR(""));
    CHECK_INT(image.subject.created, DATE_NONE);
}

TEST(config_whole)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    Image image;
    REQUIRE_OK(config_read(
        &arena,
        "{\"os\":\"linux\",\"architecture\":\"arm64\",\"variant\":\"v8\",\"created\":\"2026-10-"
        "01T00:00:00Z\","
        "\"config\":{\"User\":\"app\",\"ExposedPorts\":{\"80/tcp\":{},\"53/udp\":{}}},"
        "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:a\",\"sha256:b\",\"sha256:c\"]},"
        "\"history\":[{\"created_by\":\"/bin/sh -c #(nop) ADD file:1 in / \"},"
        "{\"created_by\":\"/bin/sh -c #(nop)  CMD [\\\"sh\\\"]\",\"empty_layer\":true},"
        "{\"created_by\":\"/bin/sh -c apk add curl\"}]}",
        &image, &err));
    const Subject *s = &image.subject;
    CHECK(s->has_config);
    CHECK_STR(s->platform, STR("linux/arm64/v8"));
    CHECK_STR(s->user, STR("app"));
    CHECK_INT(s->created, date_of(2026, 10, 1));
    CHECK_INT(s->ports.len, 2);
    CHECK_STR(s->ports.at[1], STR("53/udp"));
    CHECK_INT(s->layers.len, 3);
    CHECK_STR(s->layers.at[0].instruction, STR("ADD file:1 in /"));
    CHECK_STR(s->layers.at[1].instruction, STR("apk add curl"));
    CHECK_STR(s->layers.at[1].diff_id, STR("sha256:b"));
    CHECK_STR(s->layers.at[2].instruction, STR(""));
}

TEST(instructions)
{
    CHECK_STR(instruction_of(STR("/bin/sh -c #(nop) COPY a b ")), STR("COPY a b"));
    CHECK_STR(instruction_of(STR("/bin/sh -c echo x")), STR("echo x"));
    CHECK_STR(instruction_of(STR("RUN /bin/sh -c echo x # buildkit")),
              STR("RUN /bin/sh -c echo x # buildkit"));
    CHECK_STR(instruction_of(STR("")), STR(""));
}

TEST(platforms)
{
    Str os = STR("linux"), arm64 = STR("arm64"), v8 = STR("v8");
    CHECK(!platform_fits(STR("linux/amd64"), os, arm64, v8));
    CHECK(!platform_fits(STR("windows/arm64"), os, arm64, v8));
    CHECK(!platform_fits(STR("linux/arm64/v7"), os, arm64, v8));
    CHECK(!platform_fits(STR("linux"), os, arm64, v8));
    CHECK(platform_fits(STR("linux/arm64"), os, arm64, v8));
    CHECK(platform_fits(STR("linux/arm64/v8"), os, arm64, v8));
    CHECK(!platform_fits((Str){0}, STR("plan9"), arm64, v8));
}
