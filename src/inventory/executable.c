/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/cataloger.h"
#include "inventory/go.h"
#include "inventory/object.h"
#include "layers/layer.h"

/* Known by first bytes, whatever the name. Most executables are neither Go nor Rust and are
 * dismissed by their section names. Windows programs count only by their own name: .NET images are
 * full of libraries that begin like them. */
static bool executable_may_be(Str path, Str first)
{
    return object_may_match(first) &&
           (!str_starts(first, STR("MZ")) || str_ends_fold(path, STR(".exe")));
}

static bool executable_wants(Str path, Str head)
{
    return head.len > 64 && executable_may_be(path, head) && object_matches(head);
}

static bool is_named(Str section_names)
{
    return go_is_named(section_names) || str_contains(section_names, STR(".dep-v0"));
}

/* Whoever has sections, none of which bears a name that we look for, is neither. */
static bool executable_worth(Fd file, Str head, uint64_t size)
{
    Arena scratch CLEANUP(arena_fini) = {0};
    Str names;
    return !object_section_names(file, head, size, &scratch, &names) || is_named(names);
}

/* Go's linker puts its list of sections first; where another one linked, the note with Go's build
 * ID comes first. Neither need be read twice. */
static bool executable_has_tail(Str head, uint64_t size)
{
    return object_has_tail(head, size, LAYER_TAIL) && !str_contains(head, STR("\4\0\0\0Go\0\0"));
}

static bool executable_worth_tail(Str head, uint64_t size, Str tail)
{
    Arena scratch CLEANUP(arena_fini) = {0};
    Str names;
    return !object_section_names_in(tail, head, size, &scratch, &names) || is_named(names);
}

/* UPX takes the section headers off and leaves its mark near the beginning. */
static bool is_packed(const Object *object)
{
    return object->sections.len == 0 && str_contains(str_head(object->bytes, 4096), STR("UPX!"));
}

static void executable_read(const CatalogFile *file, CatalogSink *sink)
{
    Arena scratch CLEANUP(arena_fini) = {0};
    Object object;
    GoBuild build = {0};
    arena_init(&scratch);
    if (!object_matches(str_head(file->bytes, 512)))
        return;
    if (!object_open(&object, &scratch, file->bytes)) {
        sink_note(sink, file->path, "damaged executable: its parts cannot be found");
        return;
    }
    if (is_packed(&object)) {
        sink_incomplete(sink, file->path, "packed executable (UPX): build info unreadable");
        return;
    }
    GoFound found = go_build_find(&object, &build);
    if (found == GO_BUILD)
        go_catalog(file, &object, &build, sink);
    else if (found == GO_HIDDEN)
        sink_incomplete(sink, file->path, "Go executable whose build info cannot be read");
    rust_catalog(file, &object, sink);
}

const Cataloger cataloger_executable = {
    .name = "executable",
    .summary = "Go modules and Rust crates that executables name: ELF, PE, Mach-O",
    .spec = "https://pkg.go.dev/debug/buildinfo",
    .wants_head = executable_wants,
    .wants_magic = executable_may_be,
    .worth = executable_worth,
    .has_tail = executable_has_tail,
    .worth_tail = executable_worth_tail,
    .read = executable_read,
};
