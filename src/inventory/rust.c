/* SPDX-License-Identifier: Apache-2.0 */
#include <zlib.h>

#include "base/buf.h"
#include "base/json.h"
#include "inventory/go.h"
#include "inventory/language.h"

/* cargo-auditable leaves the crates that went into an executable in a section of their own, as JSON
 * packed by zlib. https://github.com/rust-secure-code/cargo-auditable/blob/master/PARSING.md */

static bool inflate_all(Str packed, uint64_t limit, Buf *out)
{
    enum { STEP = 64 << 10 };
    z_stream z = {.next_in = (z_const Bytef *)(uintptr_t)packed.ptr,
                  .avail_in = (uInt)(packed.len < UINT32_MAX ? packed.len : UINT32_MAX)};
    int status = inflateInit(&z);
    while (status == Z_OK && out->len < limit) {
        z.next_out = (Bytef *)buf_reserve(out, STEP);
        z.avail_out = STEP;
        status = inflate(&z, Z_NO_FLUSH);
        out->len += STEP - z.avail_out;
        if (status == Z_BUF_ERROR || (status == Z_OK && z.avail_out == STEP))
            break;
    }
    inflateEnd(&z);
    return status == Z_STREAM_END;
}

static void take_crate(Json *j, const CatalogFile *file, CatalogSink *sink)
{
    Str key, name = {0}, version = {0}, kind = STR("runtime"), source = {0};
    if (!json_enter_object(j))
        return;
    while (json_next_key(j, &key))
        if (str_eq(key, STR("name")))
            name = json_take_str(j);
        else if (str_eq(key, STR("version")))
            version = json_take_str(j);
        else if (str_eq(key, STR("kind")))
            kind = json_take_str(j);
        else if (str_eq(key, STR("source")))
            source = json_take_str(j);
        else
            json_skip(j);
    if (j->why || !str_eq(kind, STR("runtime")))
        return;
    Package *package = language_package(sink, PACKAGE_CARGO, file, name, version);
    if (!package)
        return;
    /* From git or a folder it only bears the name of what crates.io has. */
    bool registry = str_starts(source, STR("crates.io")) || str_starts(source, STR("registry"));
    package->confidence = registry ? 1 : .8;
    package->found_by =
        registry ? STR("rust: cargo-auditable") : STR("rust: cargo-auditable, not from crates.io");
}

void rust_catalog(const CatalogFile *file, const Object *object, CatalogSink *sink)
{
    Arena scratch CLEANUP(arena_fini) = {0};
    Buf text CLEANUP(buf_fini) = {0};
    Error err = {0};
    Str key;
    Json j;
    if (!object_has_section(object, STR(".dep-v0")))
        return;
    arena_init(&scratch);
    if (!inflate_all(object_section(object, STR(".dep-v0")), sink->limits->document_bytes, &text)) {
        sink_incomplete(sink, file->path, ".dep-v0: damaged or too long: crates not known");
        return;
    }
    json_init(&j, buf_str(&text), &scratch);
    if (json_enter_object(&j))
        while (json_next_key(&j, &key)) {
            if (str_eq(key, STR("packages")) && json_peek(&j) == JSON_ARRAY) {
                json_enter_array(&j);
                while (json_next_item(&j))
                    take_crate(&j, file, sink);
            } else {
                json_skip(&j);
            }
        }
    if (!json_finish(&j, &err))
        sink_incomplete(sink, file->path, ".dep-v0: %s", err.message);
}
