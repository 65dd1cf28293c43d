/* SPDX-License-Identifier: Apache-2.0 */
#include "sources/source.h"
#include "test.h"

#define INSPECT                                                                                    \
    "{\"Id\":\"sha256:1\",\"Created\":\"2026-10-01T00:00:00Z\",\"Os\":\"linux\","                  \
    "\"Architecture\":\"amd64\",\"Config\":{\"User\":\"\",\"ExposedPorts\":null},"                 \
    "\"RootFS\":{\"Type\":\"layers\",\"Layers\":[\"sha256:a\",\"sha256:b\"]}}"

static bool overlay_open(Arena *arena, const char *inspect, const char *history, size_t folders,
                         Image *out, Error *why)
{
    const Limits limits = LIMITS_DEFAULT;
    SourceInput input = {.kind = SOURCE_OVERLAY,
                         .name = STR("app"),
                         .engine = true,
                         .scratch = -1,
                         .inspect = str_from(inspect),
                         .history = str_from(history),
                         .folders = folders};
    return image_open(&input, arena, &limits, out, why);
}

TEST(overlay_of_an_engine_that_contradicts_itself)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    Image image;
    CHECK(!overlay_open(&arena, INSPECT, "[]", 3, &image, &err));
    CHECK_INT(err.code, ERR_FORMAT);
    CHECK(!overlay_open(&arena, "{\"Id\":", "[]", 2, &image, &err));
    CHECK(!overlay_open(&arena, "[]", "[]", 2, &image, &err));
}

TEST(overlay_instructions)
{
    static const struct {
        const char *history, *first, *second;
    } rows[] = {
        {"", "", ""},
        {"nonsense", "", ""},
        {"[{\"CreatedBy\":\"RUN b\",\"Size\":2},{\"CreatedBy\":\"CMD x\",\"Size\":0},"
         "{\"CreatedBy\":\"/bin/sh -c #(nop) ADD a\",\"Size\":1}]",
         "ADD a", "RUN b"},
        /* a layer of whiteouts has no size */
        {"[{\"CreatedBy\":\"/bin/sh -c rm x\",\"Size\":0},{\"CreatedBy\":\"/bin/sh -c #(nop)  ENV "
         "a=b\",\"Size\":0},"
         "{\"CreatedBy\":\"ADD a\",\"Size\":1}]",
         "ADD a", "rm x"},
        {"[{\"CreatedBy\":\"RUN c\",\"Size\":0},{\"CreatedBy\":\"RUN b\",\"Size\":0},"
         "{\"CreatedBy\":\"ADD a\",\"Size\":1}]",
         "", ""},
        {"[{\"CreatedBy\":\"RUN c\",\"Size\":3},{\"CreatedBy\":\"RUN b\",\"Size\":2},"
         "{\"CreatedBy\":\"ADD a\",\"Size\":1}]",
         "", ""},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Arena arena CLEANUP(arena_fini) = {0};
        Error err = {0};
        Image image;
        REQUIRE_OK(overlay_open(&arena, INSPECT, rows[i].history, 2, &image, &err));
        CHECK_INT(image.subject.layers.len, 2);
        CHECK_STR(image.subject.layers.at[0].instruction, str_from(rows[i].first));
        CHECK_STR(image.subject.layers.at[1].instruction, str_from(rows[i].second));
        CHECK(image.layers.at[0].overlay && image.notes.len == 1 && !image.verifiable);
    }
}
