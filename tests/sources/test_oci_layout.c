/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>

#include "base/beneath.h"
#include "sources/digest.h"
#include "sources/source.h"
#include "test.h"

typedef struct Layout {
    Arena *arena;
    Str folder;
    Image image;
} Layout;

static void layout_make(Layout *layout, Arena *arena)
{
    Error err = {0};
    *layout = (Layout){.arena = arena, .folder = test_folder(arena)};
    REQUIRE_OK(
        dir_make_all(arena_printf(arena, STR_FMT "/blobs/sha256", STR_ARG(layout->folder)), &err));
}

static void file_put(Layout *layout, Str name, Str text)
{
    Error err = {0};
    Str path =
        arena_printf(layout->arena, STR_FMT "/" STR_FMT, STR_ARG(layout->folder), STR_ARG(name));
    REQUIRE_OK(file_write_atomic(path, text, &err));
}

static Str blob_put(Layout *layout, Str text)
{
    Str digest = digest_of(layout->arena, text);
    file_put(layout,
             arena_printf(layout->arena, "blobs/sha256/" STR_FMT, STR_ARG(str_from_pos(digest, 7))),
             text);
    return digest;
}

/* A manifest of an image without layers for this architecture; its digest. */
static Str image_put(Layout *layout, const char *architecture)
{
    Str config = blob_put(layout, arena_printf(layout->arena,
                                               "{\"os\":\"linux\",\"architecture\":\"%s\","
                                               "\"rootfs\":{\"diff_ids\":[]}}",
                                               architecture));
    return blob_put(layout, arena_printf(layout->arena,
                                         "{\"schemaVersion\":2,\"config\":{\"digest\":\"" STR_FMT
                                         "\"},\"layers\":[]}",
                                         STR_ARG(config)));
}

static const char manifest_type[] = "application/vnd.oci.image.manifest.v1+json";
static const char index_type[] = "application/vnd.oci.image.index.v1+json";

/* One descriptor; without an architecture it has no platform. */
static Str entry_of(Layout *layout, const char *type, Str digest, const char *architecture)
{
    Str platform =
        architecture
            ? arena_printf(layout->arena, ",\"platform\":{\"os\":\"%s\",\"architecture\":\"%s\"}",
                           str_eq(str_from(architecture), STR("unknown")) ? "unknown" : "linux",
                           architecture)
            : (Str){0};
    return arena_printf(layout->arena,
                        "{\"mediaType\":\"%s\",\"digest\":\"" STR_FMT "\"" STR_FMT "}", type,
                        STR_ARG(digest), STR_ARG(platform));
}

static Str index_of(Layout *layout, Str entries)
{
    return arena_printf(layout->arena, "{\"schemaVersion\":2,\"manifests\":[" STR_FMT "]}",
                        STR_ARG(entries));
}

static Str joined(Layout *layout, Str a, Str b)
{
    return arena_printf(layout->arena, STR_FMT "," STR_FMT, STR_ARG(a), STR_ARG(b));
}

static void files_open(void *self, const Str *paths, size_t count, Fd *out)
{
    Arena arena CLEANUP(arena_fini) = {0};
    const Fd *dir = self;
    CHECK(count > 0 && count <= SOURCE_BATCH);
    for (size_t i = 0; i < count; i++) {
        const char *path = arena_c_str(&arena, paths[i]);
        if (beneath_open_file(*dir, path, BENEATH_INSIDE_LINKS, &out[i]) != BENEATH_FILE)
            out[i] = -1;
    }
}

static bool layout_open(Layout *layout, const char *platform, Error *why)
{
    const Limits limits = LIMITS_DEFAULT;
    Fd dir CLEANUP(fd_close) = -1;
    Error err = {0};
    REQUIRE_OK(fd_open_dir_at(AT_FDCWD, layout->folder, &dir, &err));
    const SourceInput input = {.kind = SOURCE_DIR,
                               .name = STR("layout"),
                               .platform = str_from(platform),
                               .scratch = -1,
                               .folders = 1,
                               .opener = {&dir, files_open}};
    return image_open(&input, layout->arena, &limits, &layout->image, why);
}

TEST(index_of_nothing)
{
    static const char *const bad[] = {"", "[]", "{\"manifests\":[]}", "{\"manifests\":[{}]}",
                                      "{\"manifests\":{}}"};
    Arena arena CLEANUP(arena_fini) = {0};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        Layout layout;
        Error err = {0};
        layout_make(&layout, &arena);
        file_put(&layout, STR("index.json"), str_from(bad[i]));
        CHECK(!layout_open(&layout, "", &err));
        CHECK(error_message(&err).len > 0);
    }
}

TEST(index_that_names_what_is_not_there)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Layout layout;
    Error err = {0};
    layout_make(&layout, &arena);
    Str digest = digest_of(&arena, STR("nowhere"));
    file_put(&layout, STR("index.json"),
             index_of(&layout, entry_of(&layout, manifest_type, digest, NULL)));
    CHECK(!layout_open(&layout, "", &err));
    CHECK_INT(err.code, ERR_ABSENT);
    file_put(&layout, STR("index.json"),
             index_of(&layout,
                      entry_of(&layout, manifest_type, STR("sha256:../../../etc/passwd"), NULL)));
    CHECK(!layout_open(&layout, "", &err));
}

TEST(index_whose_manifest_was_changed)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Layout layout;
    Error err = {0};
    layout_make(&layout, &arena);
    Str digest = image_put(&layout, "amd64");
    file_put(&layout,
             arena_printf(&arena, "blobs/sha256/" STR_FMT, STR_ARG(str_from_pos(digest, 7))),
             STR("{\"config\":{},\"layers\":[]}"));
    file_put(&layout, STR("index.json"),
             index_of(&layout, entry_of(&layout, manifest_type, digest, NULL)));
    CHECK(!layout_open(&layout, "", &err));
    CHECK_INT(err.code, ERR_DIGEST);
    CHECK(str_contains(error_message(&err), digest));
}

TEST(index_of_several_platforms)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Layout layout;
    Error err = {0};
    layout_make(&layout, &arena);
    Str amd = image_put(&layout, "amd64"), arm = image_put(&layout, "arm64");
    Str entries = joined(&layout, entry_of(&layout, manifest_type, amd, "amd64"),
                         joined(&layout, entry_of(&layout, manifest_type, amd, "unknown"),
                                entry_of(&layout, manifest_type, arm, "arm64")));
    file_put(&layout, STR("index.json"), index_of(&layout, entries));
    CHECK(!layout_open(&layout, "linux/s390x", &err));
    CHECK_INT(err.code, ERR_ABSENT);
    CHECK(str_contains(error_message(&err), STR("linux/amd64, linux/arm64")));
    REQUIRE_OK(layout_open(&layout, "linux/arm64", &err));
    CHECK_STR(layout.image.subject.digest, arm);
    CHECK_STR(layout.image.subject.platform, STR("linux/arm64"));
    CHECK(layout.image.strict && layout.image.notes.len == 1);
    REQUIRE_OK(layout_open(&layout, "linux/amd64", &err));
    CHECK_STR(layout.image.subject.digest, amd);
}

TEST(index_within_an_index)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Layout layout;
    Error err = {0};
    layout_make(&layout, &arena);
    Str arm = image_put(&layout, "arm64");
    Str inner =
        blob_put(&layout, index_of(&layout, entry_of(&layout, manifest_type, arm, "arm64")));
    file_put(&layout, STR("index.json"),
             index_of(&layout, entry_of(&layout, index_type, inner, NULL)));
    REQUIRE_OK(layout_open(&layout, "linux/arm64", &err));
    CHECK_STR(layout.image.subject.digest, arm);
    CHECK(!layout_open(&layout, "linux/amd64", &err));
}

TEST(indexes_nested_too_deep)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Layout layout;
    Error err = {0};
    layout_make(&layout, &arena);
    Str at = image_put(&layout, "amd64");
    const char *type = manifest_type;
    for (int i = 0; i < 12; i++, type = index_type)
        at = blob_put(&layout, index_of(&layout, entry_of(&layout, type, at, NULL)));
    file_put(&layout, STR("index.json"),
             index_of(&layout, entry_of(&layout, index_type, at, NULL)));
    CHECK(!layout_open(&layout, "", &err));
    CHECK_INT(err.code, ERR_LIMIT);
}
