/* SPDX-License-Identifier: Apache-2.0 */
/* Short texts that images and feeds hold: vectors, package URLs, days. */
#include <assert.h>

#include "base/date.h"
#include "fuzz.h"
#include "model/cvss.h"
#include "model/ecosystem.h"
#include "model/purl.h"

static void cvss(Str text, Arena *arena)
{
    Cvss out = {0};
    (void)arena;
    bool ok = cvss_parse(text, &out);
    assert(ok ? out.version.len && out.score >= 0 && out.score <= 10 : out.version.len == 0);
}

static void purl(Str text, Arena *arena)
{
    Purl out;
    if (purl_parse(arena, text, &out)) {
        assert(out.type.len && out.name.len);
        purl_package_name(arena, &out);
    }
}

/* A package of any words has a purl that says the same. */
static void made(Str text, Arena *arena)
{
    Package package = {0};
    OsRelease os = {0};
    Purl out;
    package.type = fuzz_choice(&text, PACKAGE_TYPES);
    str_cut(text, '\n', &package.name, &text);
    str_cut(text, '\n', &package.version, &text);
    str_cut(text, '\n', &package.arch, &text);
    str_cut(text, '\n', &os.id, &os.version);
    Str written = purl_of(arena, &package, &os);
    if (written.len && purl_parse(arena, written, &out))
        assert(out.type.len && out.name.len);
    ecosystem_of_os(arena, &os);
    const Ecosystem *eco = ecosystem_find(os.id);
    if (eco)
        ecosystem_package_key(arena, eco, package.name);
}

static void date(Str text, Arena *arena)
{
    Date day = date_parse(text);
    if (day != DATE_NONE)
        assert(date_parse(date_str(arena, day)) == day);
}

static const struct {
    const char *name;
    void (*run)(Str text, Arena *arena);
} rows[] = {{"cvss", cvss}, {"purl", purl}, {"made", made}, {"date", date}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FUZZ_ROW(rows)->run(str_of(data, size), fuzz_arena(16 << 10));
    return 0;
}
