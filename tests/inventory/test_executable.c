/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/fd.h"
#include "elf.h"
#include "inventory/go.h"
#include "inventory/layer_result.h"
#include "lang.h"

extern const Cataloger cataloger_executable;

static const ElfKind kinds[] = {{true, false, false}, {true, true, false}, {false, false, false},
                                {false, true, false}, {true, false, true}, {false, true, true}};

static const Str modules = STR_INIT("path\texample.com/cmd\n"
                                    "mod\texample.com\t(devel)\t\n"
                                    "dep\tgolang.org/x/net\tv0.7.0\th1:x=\n"
                                    "dep\ta.b/old\tv1.0.0\n=>\td.e/new\tv2.0.0\th1:y=\n"
                                    "dep\ta.b/local\tv1.0.0\n=>\t./local\t(devel)\t\n"
                                    "build\tGOARCH=mips\nbuild\tGOOS=linux\n"
                                    "build\t-ldflags=\"-s -X 'example.com/v.Version=v1.2.3' \"\n");

static Str framed(Arena *arena, Str text)
{
    return arena_printf(arena, "%.16s" STR_FMT "%.16s", "0123456789abcdef", STR_ARG(text),
                        "0123456789abcdef");
}

static void magic(Buf *out, ElfKind kind, uint8_t flags)
{
    buf_put(out, STR("\xff Go buildinf:"));
    buf_u8(out, kind.wide ? 8 : 4);
    buf_u8(out, flags);
}

/* As Go 1.18 and later write it. */
static Str build_inline(Arena *arena, ElfKind kind, Str version)
{
    Buf out CLEANUP(buf_fini) = {0};
    magic(&out, kind, 2);
    while (out.len < 32)
        buf_u8(&out, 0);
    buf_str_wire(&out, version);
    buf_str_wire(&out, framed(arena, modules));
    return arena_str(arena, buf_str(&out));
}

/* As Go 1.13 to 1.17 write it: pointers to string headers. */
static Str build_pointers(Arena *arena, ElfKind kind, Str version)
{
    Buf out CLEANUP(buf_fini) = {0};
    Str text = framed(arena, modules);
    size_t word = kind.wide ? 8 : 4;
    magic(&out, kind, kind.big);
    elf_word(&out, kind, ELF_TEST_ADDR + 32);
    elf_word(&out, kind, ELF_TEST_ADDR + 32 + 2 * word);
    while (out.len < 32)
        buf_u8(&out, 0);
    elf_word(&out, kind, ELF_TEST_ADDR + 32 + 4 * word);
    elf_word(&out, kind, version.len);
    elf_word(&out, kind, ELF_TEST_ADDR + 32 + 4 * word + version.len);
    elf_word(&out, kind, text.len);
    buf_put(&out, version);
    buf_put(&out, text);
    return arena_str(arena, buf_str(&out));
}

static const Str names = STR_INIT("runtime.main\0golang.org/x/net/http2.(*Framer).ReadFrame\0"
                                  "gopkg.in/yaml%2ev2.Unmarshal.func1\0"
                                  "sync/atomic.(*Pointer[go.shape.struct { a/b.C }]).Load\0");

static void table_head(Buf *out, ElfKind kind, uint32_t version)
{
    elf_int(out, kind, version, 4);
    elf_int(out, kind, 0, 2);
    buf_u8(out, 1);
    buf_u8(out, kind.wide ? 8 : 4);
}

/* pclntab since Go 1.16 (three words before the names' offset, or two). */
static Str table_new(Arena *arena, ElfKind kind, uint32_t version, unsigned before)
{
    Buf out CLEANUP(buf_fini) = {0};
    size_t head = 8 + 8 * (kind.wide ? 8 : 4);
    table_head(&out, kind, version);
    for (unsigned i = 0; i < 8; i++)
        elf_word(&out, kind, i < before ? 4 : i == before ? head : head + names.len);
    buf_put(&out, names);
    return arena_str(arena, buf_str(&out));
}

/* pclntab of Go 1.2 to 1.15: one record for each function; inlined names only as text. */
static Str table_old(Arena *arena, ElfKind kind)
{
    Buf out CLEANUP(buf_fini) = {0};
    size_t word = kind.wide ? 8 : 4;
    size_t record = 8 + word + 2 * word + word, text = record + word + 4;
    table_head(&out, kind, 0xfffffffb);
    elf_word(&out, kind, 1);
    elf_word(&out, kind, 0x4000);
    elf_word(&out, kind, record);
    elf_word(&out, kind, 0x5000);
    elf_word(&out, kind, 0x4000);
    elf_int(&out, kind, text, 4);
    buf_put(&out, names);
    return arena_str(arena, buf_str(&out));
}

static bool has(const Executable *e, Str path, Str symbol)
{
    return executable_has_symbol(e, go_symbol_hash(path, symbol));
}

static void check_symbols(const Executable *e)
{
    CHECK(has(e, STR("runtime"), STR("main")));
    CHECK(has(e, STR("golang.org/x/net/http2"), STR("Framer.ReadFrame")));
    CHECK(has(e, STR("gopkg.in/yaml.v2"), STR("Unmarshal")));
    CHECK(has(e, STR("sync/atomic"), STR("Pointer.Load")));
    CHECK(!has(e, STR("golang.org/x/net/http2"), STR("Framer.WriteFrame")));
}

/* Rule 40: the standard library, replaced modules, the version from -ldflags; and rule 74's
 * symbols, in every layout, class and byte order, stripped of section headers or not. */
static void check_go(ElfKind kind, Str (*build)(Arena *, ElfKind, Str),
                     Str (*table)(Arena *, ElfKind))
{
    Desk d CLEANUP(desk_fini);
    desk_init(&d);
    const ElfPart parts[] = {
        {STR(".go.buildinfo"), build(&d.arena, kind, STR("go1.17.3")), ELF_TEST_ADDR},
        {STR(".gopclntab"), table(&d.arena, kind), 0x80000},
    };
    CHECK(desk_push(&d, &cataloger_executable, STR("bin/x"),
                    elf_make(&d.arena, kind, parts, COUNT_OF(parts))));
    CHECK_INT(d.sink.packages.len, 4);
    CHECK_STR(desk_package(&d, 0), STR("stdlib 1.17.3"));
    CHECK_STR(desk_package(&d, 1), STR("example.com v1.2.3"));
    CHECK_STR(desk_package(&d, 2), STR("golang.org/x/net v0.7.0"));
    CHECK_STR(desk_package(&d, 3), STR("d.e/new v2.0.0"));
    CHECK_INT(d.sink.packages.at[3].executable, 0);
    CHECK_INT(d.sink.notes.len, 1);
    CHECK(str_contains(d.sink.notes.at[0].why, STR("a.b/local")));
    CHECK_INT(d.sink.incomplete.len, 0);
    CHECK_INT(d.sink.executables.len, 1);
    CHECK_STR(d.sink.executables.at[0].goarch, STR("mips"));
    bool searched = kind.no_sections && table == table_old;
    if (searched)
        CHECK_INT(d.sink.executables.at[0].symbols.len, 0);
    else
        check_symbols(&d.sink.executables.at[0]);
}

static Str table_120(Arena *arena, ElfKind kind)
{
    return table_new(arena, kind, 0xfffffff1, 3);
}

static Str table_118(Arena *arena, ElfKind kind)
{
    return table_new(arena, kind, 0xfffffff0, 3);
}

static Str table_116(Arena *arena, ElfKind kind)
{
    return table_new(arena, kind, 0xfffffffa, 2);
}

TEST(rule_40_executables_of_go_are_read_in_every_layout)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        check_go(kinds[i], build_inline, table_120);
        check_go(kinds[i], build_inline, table_118);
        check_go(kinds[i], build_pointers, table_116);
        check_go(kinds[i], build_pointers, table_old);
    }
}

/* A module whose line is damaged is gone; that it is must be said. */
TEST(damaged_lines_of_go_build_info_are_named)
{
    Desk d CLEANUP(desk_fini);
    desk_init(&d);
    const ElfPart parts[] = {
        {STR(".go.buildinfo"), build_inline(&d.arena, kinds[0], STR("go1.19.1")), ELF_TEST_ADDR}};
    Str whole = elf_make(&d.arena, kinds[0], parts, COUNT_OF(parts));
    size_t at = str_find(whole, STR("dep\tgolang.org/x/net"));
    CHECK(at != STR_NONE);
    Str damaged = arena_join(&d.arena, str_head(whole, at), STR("d\x01p"));
    damaged = arena_join(&d.arena, damaged, str_from_pos(whole, at + 3));
    CHECK(desk_push(&d, &cataloger_executable, STR("bin/x"), damaged));
    CHECK_INT(d.sink.incomplete.len, 1);
    CHECK(str_contains(d.sink.incomplete.at[0].why, STR("cannot be read")));
    CHECK_INT(d.sink.packages.len, 3);
}

TEST(executables_of_other_languages_are_dismissed)
{
    Desk d CLEANUP(desk_fini);
    desk_init(&d);
    const ElfPart parts[] = {{STR(".text"), STR("\xff Go buildinf: is what we look for"), 0x1000},
                             {STR(".data"), STR("UPX!"), 0x2000}};
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (kinds[i].no_sections)
            continue;
        desk_push(&d, &cataloger_executable, STR("bin/x"),
                  elf_make(&d.arena, kinds[i], parts, COUNT_OF(parts)));
    }
    desk_push(&d, &cataloger_executable, STR("bin/y"), STR("\177ELF"));
    desk_push(&d, &cataloger_executable, STR("bin/z"), STR("#!/bin/sh\n"));
    CHECK_INT(d.sink.packages.len + d.sink.notes.len + d.sink.incomplete.len, 0);
}

/* What an image's files are looked at for, in a tar as in a folder. */
TEST(data_by_its_name_is_no_executable)
{
    static const struct {
        const char *path;
        uint32_t mode;
        LayerInterest interest;
    } rows[] = {
        {"srv/main.js", 0644, LAYER_SKIP},
        {"srv/main.js", 0755, LAYER_PEEK},
        {"srv/main.js", 0645, LAYER_PEEK},
        {"srv/main", 0600, LAYER_PEEK},
        {"srv/main.js.bin", 0600, LAYER_PEEK},
        {"usr/lib/libx.so.1", 0644, LAYER_PEEK},
        {"usr/lib/libx.so", 0644, LAYER_PEEK},
        {"usr/share/doc/x/example", 0644, LAYER_SKIP},
        {"usr/share/doc/x/example", 0755, LAYER_PEEK},
        {"usr/share/x/example", 0644, LAYER_PEEK},
        {"srv/node_modules/x/package.json", 0600, LAYER_TAKE},
    };
    LayerResult result;
    Arena arena CLEANUP(arena_fini) = {0};
    const Limits limits = LIMITS_DEFAULT;
    layer_result_init(&result, &arena, &limits);
    LayerVisitor visitor = layer_result_visitor(&result);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const LayerEntry entry = {.path = str_from(rows[i].path), .mode = rows[i].mode};
        CHECK_INT(visitor.interest(visitor.self, &entry), rows[i].interest);
    }
}

TEST(rule_41_executables_that_hide_their_origin_are_named)
{
    Desk d CLEANUP(desk_fini);
    desk_init(&d);
    const ElfPart old[] = {{STR(".gopclntab"), table_old(&d.arena, kinds[0]), 0x1000}};
    desk_push(&d, &cataloger_executable, STR("bin/old"), elf_make(&d.arena, kinds[0], old, 1));
    CHECK_INT(d.sink.incomplete.len, 1);
    const ElfPart packed[] = {{STR(""), STR("....UPX!...................."), 0x1000}};
    desk_push(&d, &cataloger_executable, STR("bin/packed"),
              elf_make(&d.arena, kinds[4], packed, 1));
    CHECK_INT(d.sink.incomplete.len, 2);
    CHECK(str_contains(d.sink.incomplete.at[1].why, STR("UPX")));
}

/* Rule 41. */
TEST(rule_41_tests_of_go_itself_are_passed_over)
{
    Desk d CLEANUP(desk_fini);
    desk_init(&d);
    const ElfPart parts[] = {
        {STR(".go.buildinfo"), build_inline(&d.arena, kinds[0], STR("go1.9")), ELF_TEST_ADDR}};
    Str elf = elf_make(&d.arena, kinds[0], parts, 1);
    desk_push(&d, &cataloger_executable, STR("usr/local/go/src/debug/testdata/x"), elf);
    desk_push(&d, &cataloger_executable, STR("usr/lib/go-1.19/src/a/testdata/b/x"), elf);
    CHECK_INT(d.sink.packages.len, 0);
    CHECK_INT(d.sink.notes.len, 2);
    desk_push(&d, &cataloger_executable, STR("srv/src/testdata/x"), elf);
    CHECK(d.sink.packages.len > 0);
}

TEST(rule_40_toolchain_versions_are_cleaned)
{
    static const struct {
        const char *stated, *want;
    } facts[] = {
        {"go1.21.3", "stdlib 1.21.3"},
        {"go1.21", "stdlib 1.21"},
        {"go1.21.3 X:boringcrypto", "stdlib 1.21.3"},
        {"go1.20.10 (Red Hat 1.20.10-1.el9)", "stdlib 1.20.10"},
        {"go1.22.5-1", "stdlib 1.22.5"},
        {"go1.21rc2", "stdlib 1.21.0-rc.2"},
        {"devel go1.22-abcdef Mon", "example.com v1.2.3"},
    };
    for (size_t i = 0; i < COUNT_OF(facts); i++) {
        Desk d CLEANUP(desk_fini);
        desk_init(&d);
        const ElfPart parts[] = {{STR(".go.buildinfo"),
                                  build_inline(&d.arena, kinds[0], str_from(facts[i].stated)),
                                  ELF_TEST_ADDR}};
        desk_push(&d, &cataloger_executable, STR("x"), elf_make(&d.arena, kinds[0], parts, 1));
        CHECK_STR(desk_package(&d, 0), str_from(facts[i].want));
        CHECK_INT(d.sink.executables.at[0].symbols.len, 0);
    }
}

TEST(rule_74_symbols_split)
{
    static const struct {
        const char *name, *path, *symbol, *outer;
    } facts[] = {
        {"main.main", "main", "main", "main"},
        {"a.b/c.F", "a.b/c", "F", "F"},
        {"a.b/c.(*T).M.func1.2", "a.b/c", "(*T).M.func1.2", "(*T).M"},
        {"a.b/c.T.M-fm", "a.b/c", "T.M-fm", "T.M"},
        {"a.F.gowrap1", "a", "F.gowrap1", "F"},
        {"a.F-range1", "a", "F-range1", "F"},
        {"a.func1", "a", "func1", "func1"},
        {"a.glob..func1", "a", "glob..func1", "glob"},
        {"gopkg.in/yaml%2ev2.U", "gopkg.in/yaml.v2", "U", "U"},
        {"slices.Sort[go.shape.[]a/b.C,int].func1", "slices", "Sort.func1", "Sort"},
        {"m.(*P[...]).Load", "m", "(*P).Load", "(*P).Load"},
        {"a.F[", "a", "F", "F"},
    };
    Arena arena CLEANUP(arena_fini) = {0};
    arena_init(&arena);
    for (size_t i = 0; i < COUNT_OF(facts); i++) {
        Str path, symbol;
        CHECK(go_symbol_split(&arena, str_from(facts[i].name), &path, &symbol));
        CHECK_STR(path, str_from(facts[i].path));
        CHECK_STR(symbol, str_from(facts[i].symbol));
        CHECK_STR(go_symbol_outer(symbol), str_from(facts[i].outer));
    }
    Str path, symbol;
    CHECK(!go_symbol_split(&arena, STR("type:.eq.a.b"), &path, &symbol));
    CHECK(!go_symbol_split(&arena, STR("nodot"), &path, &symbol));
    CHECK(!go_symbol_split(&arena, STR("a.b/c"), &path, &symbol));
    CHECK(!go_symbol_split(&arena, STR(".x"), &path, &symbol));
    CHECK(!go_symbol_split(&arena, STR("a."), &path, &symbol));
}

/* ---- Rust ---- */

/* zlib with one stored block. */
static Str zlib_stored(Arena *arena, Str text)
{
    Buf out CLEANUP(buf_fini) = {0};
    uint32_t a = 1, b = 0;
    buf_put(&out, STR("\x78\x01\x01"));
    zip_u16(&out, text.len);
    zip_u16(&out, ~text.len & 0xffff);
    buf_put(&out, text);
    for (size_t i = 0; i < text.len; i++) {
        a = (a + (unsigned char)text.ptr[i]) % 65521;
        b = (b + a) % 65521;
    }
    elf_int(&out, (ElfKind){.big = true}, b << 16 | a, 4);
    return arena_str(arena, buf_str(&out));
}

TEST(rule_44_executables_of_rust_list_their_crates)
{
    Desk d CLEANUP(desk_fini);
    desk_init(&d);
    Str text =
        STR("{\"packages\":["
            "{\"name\":\"cc\",\"version\":\"1.0.0\",\"source\":\"crates.io\",\"kind\":\"build\"},"
            "{\"name\":\"smallvec\",\"version\":\"0.6.13\",\"source\":\"crates.io\"},"
            "{\"name\":\"app\",\"version\":\"0.1.0\",\"source\":\"local\",\"kind\":\"runtime\","
            "\"dependencies\":[0,1],\"root\":true}],\"format\":1}");
    const ElfPart parts[] = {{STR(".dep-v0"), zlib_stored(&d.arena, text), 0x1000}};
    desk_push(&d, &cataloger_executable, STR("bin/app"), elf_make(&d.arena, kinds[0], parts, 1));
    CHECK_INT(d.sink.packages.len, 2);
    CHECK_STR(desk_package(&d, 0), STR("smallvec 0.6.13"));
    CHECK(d.sink.packages.at[0].confidence >= 1);
    CHECK_STR(desk_package(&d, 1), STR("app 0.1.0"));
    CHECK(d.sink.packages.at[1].confidence < 1);
    CHECK_INT(d.sink.executables.len, 0);
    CHECK_INT(d.sink.incomplete.len, 0);
}

TEST(executables_of_rust_say_when_their_list_is_damaged)
{
    static const Str bodies[] = {STR_INIT(""), STR_INIT("\x78\x01\x01 cut"), STR_INIT("{}")};
    Desk d CLEANUP(desk_fini);
    desk_init(&d);
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        const ElfPart parts[] = {{STR(".dep-v0"), bodies[i], 0x1000}};
        desk_push(&d, &cataloger_executable, arena_printf(&d.arena, "bin/%zu", i),
                  elf_make(&d.arena, kinds[0], parts, 1));
        CHECK_INT(d.sink.incomplete.len, i + 1);
    }
    CHECK_INT(d.sink.packages.len, 0);
    const ElfPart parts[] = {{STR(".dep-v0"), zlib_stored(&d.arena, STR("{]")), 0x1000}};
    desk_push(&d, &cataloger_executable, STR("bin/x"), elf_make(&d.arena, kinds[0], parts, 1));
    CHECK_INT(d.sink.incomplete.len, COUNT_OF(bodies) + 1);
}

/* ---- the real toolchain ---- */

TEST(executables_that_go_builds_here_are_read)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    arena_init(&arena);
    Str folder = test_folder(&arena), bytes;
    Str source = arena_join(&arena, folder, STR("/main.go"));
    Str module = arena_join(&arena, folder, STR("/go.mod"));
    REQUIRE_OK(
        file_write_atomic(source, STR("package main\n\nfunc main() { println(1) }\n"), &err));
    REQUIRE_OK(file_write_atomic(module, STR("module example.com/here\n\ngo 1.16\n"), &err));
    Str command = arena_printf(&arena,
                               "cd '" STR_FMT "' && GOTOOLCHAIN=local GOPROXY=off CGO_ENABLED=0 "
                               "go build -ldflags '-s -w -X main.version=4.5.6' -o x . 2>&1",
                               STR_ARG(folder));
    if (system("go version >/dev/null 2>&1") != 0 || system(arena_c_str(&arena, command)) != 0)
        test_skip("no Go toolchain that works without a network");
    REQUIRE_OK(file_read(arena_join(&arena, folder, STR("/x")), 64 << 20, &arena, &bytes, &err));
    Desk d CLEANUP(desk_fini);
    desk_init(&d);
    CHECK(desk_push(&d, &cataloger_executable, STR("bin/x"), bytes));
    CHECK(desk_find(&d, STR("stdlib")) != NULL);
    CHECK_INT(d.sink.incomplete.len, 0);
    CHECK_INT(d.sink.executables.len, 1);
    CHECK(has(&d.sink.executables.at[0], STR("main"), STR("main")));
    CHECK(has(&d.sink.executables.at[0], STR("runtime"), STR("mallocgc")));
    CHECK(!has(&d.sink.executables.at[0], STR("net/http"), STR("Get")));
}
