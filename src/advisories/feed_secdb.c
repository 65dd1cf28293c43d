/* SPDX-License-Identifier: Apache-2.0 */
/* The security databases of apk distributions: which version of a package fixed which flaws. "0"
 * says that the package never was affected. The lists are written by hand, so one string may hold
 * several ids and remarks: "CVE-2019-1 CVE-2019-2", "CVE-2017-2616 (+ regression fix)",
 * "CVE_2020-1", "ZBX-11023". */
#include "advisories/feed.h"

typedef struct Secdb {
    FeedFile *file;
    uint32_t source;
    Str ecosystem;
    Str package;
} Secdb;

static bool is_id(Str word)
{
    bool digit = false, dash = false;
    for (size_t i = 0; i < word.len; i++) {
        digit = digit || char_is_digit(word.ptr[i]);
        dash = dash || word.ptr[i] == '-';
    }
    char first = str_at(word, 0);
    return digit && dash && first >= 'A' && first <= 'Z';
}

/* "CVE-2017-17434-1" is a part of CVE-2017-17434. */
static Str cve_whole(Str word)
{
    size_t end = str_find_char(str_from_pos(word, 9), '-');
    Str whole = end == STR_NONE ? word : str_head(word, 9 + end);
    return cve_is(whole) ? whole : word;
}

static Str id_clean(Arena *arena, Str word)
{
    while (word.len && !char_is_alnum(word.ptr[word.len - 1]))
        word.len--;
    if (str_starts(word, STR("CVE-")))
        return cve_whole(word);
    if (!str_starts(word, STR("CVE_")))
        return word;
    Str year, number, rest = str_from_pos(word, 4);
    if (!str_cut(rest, '-', &year, &number))
        str_cut(rest, '_', &year, &number);
    return arena_printf(arena, "CVE-" STR_FMT "-" STR_FMT, STR_ARG(year), STR_ARG(number));
}

static void fix_add(Secdb *db, Str version, Str id)
{
    Arena *arena = db->file->arena;
    Record record = {.id = id, .published = DATE_NONE};
    Advisory *a = vec_push(arena, &record.affected);
    *a = (Advisory){.ecosystem = db->ecosystem, .package = db->package, .status = STATUS_AFFECTED};
    if (str_eq(version, STR("0")))
        a->not_affected = true;
    else
        vec_push(arena, &a->ranges)->fixed = version;
    facts_source_saw(db->file->facts, db->source, (Str){0});
    facts_add_record(db->file->facts, db->source, &record);
}

static void secfixes_read(Secdb *db, Json *j)
{
    Str version;
    if (!json_enter_object(j))
        return;
    while (json_next_key(j, &version)) {
        StrVec entries = {0};
        feed_strings(j, db->file->arena, &entries);
        for (size_t i = 0; i < entries.len; i++)
            for (Str rest = entries.at[i], word; str_next_word(&rest, &word);)
                if (is_id(word))
                    fix_add(db, version, id_clean(db->file->arena, word));
    }
}

/* The name may stand behind the fixes: they are read from their own text, later. */
static void package_read(Secdb *db, Json *j)
{
    Str key, fixes = {0};
    ArenaMark mark = arena_mark(db->file->arena);
    if (!json_enter_object(j))
        return;
    db->package = (Str){0};
    while (json_next_key(j, &key))
        if (str_eq(key, STR("name")))
            db->package = json_take_str(j);
        else if (str_eq(key, STR("secfixes")))
            fixes = json_take_raw(j);
        else
            json_skip(j);
    if (db->package.len && fixes.len) {
        Json inner;
        json_init(&inner, fixes, db->file->arena);
        secfixes_read(db, &inner);
    }
    arena_reset(db->file->arena, mark);
}

static void packages_read(Secdb *db, Json *j)
{
    Str key;
    if (!json_enter_array(j))
        return;
    while (json_next_object(j)) {
        while (json_next_key(j, &key))
            if (str_eq(key, STR("pkg")))
                package_read(db, j);
            else
                json_skip(j);
    }
}

static bool secdb_read(FeedFile *file, Str source, Str ecosystem, Error *err)
{
    Secdb db = {file, facts_source(file->facts, source), ecosystem, {0}};
    Json j;
    Str key, packages = {0}, release = {0};
    json_init(&j, file->bytes, file->arena);
    if (!json_enter_object(&j))
        return error_set(err, ERR_FORMAT, "is no security database: no JSON object");
    while (json_next_key(&j, &key))
        if (str_eq(key, STR("packages")))
            packages = json_take_raw(&j);
        else if (str_eq(key, STR("distroversion")))
            release = json_take_str(&j);
        else
            json_skip(&j);
    if (!json_finish(&j, err))
        return false;
    if (release.len)
        db.ecosystem =
            arena_printf(file->arena, STR_FMT ":" STR_FMT, STR_ARG(ecosystem), STR_ARG(release));
    json_init(&j, packages, file->arena);
    packages_read(&db, &j);
    return true;
}

static bool alpine_read(FeedFile *file, Error *err)
{
    return secdb_read(file, STR("alpine-secdb"), STR("Alpine"), err);
}

static bool wolfi_read(FeedFile *file, Error *err)
{
    return secdb_read(file, STR("wolfi-secdb"), STR("Wolfi"), err);
}

static bool chainguard_read(FeedFile *file, Error *err)
{
    return secdb_read(file, STR("chainguard-secdb"), STR("Chainguard"), err);
}

const Feed feed_alpine = {
    .name = STR_INIT("alpine-secdb"),
    .summary = STR_INIT("Alpine's security database"),
    .spec = STR_INIT("https://secdb.alpinelinux.org/"),
    .paths = STR_INIT("alpine-secdb/*/*.json"),
    .files = STR_INIT("alpine-secdb/{release}/main.json alpine-secdb/{release}/community.json"),
    .address = STR_INIT("https://secdb.alpinelinux.org"),
    .read = alpine_read,
};

const Feed feed_wolfi = {
    .name = STR_INIT("wolfi-secdb"),
    .summary = STR_INIT("Wolfi's security database"),
    .spec = STR_INIT("https://github.com/chainguard-dev/vulnerability-scanner-support"),
    .paths = STR_INIT("wolfi/security.json"),
    .files = STR_INIT("wolfi/security.json"),
    .address = STR_INIT("https://packages.wolfi.dev/os"),
    .read = wolfi_read,
};

const Feed feed_chainguard = {
    .name = STR_INIT("chainguard-secdb"),
    .summary = STR_INIT("Chainguard's security database"),
    .spec = STR_INIT("https://github.com/chainguard-dev/vulnerability-scanner-support"),
    .paths = STR_INIT("chainguard/security.json"),
    .files = STR_INIT("chainguard/security.json"),
    .address = STR_INIT("https://packages.cgr.dev/chainguard"),
    .read = chainguard_read,
};
