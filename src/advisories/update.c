/* SPDX-License-Identifier: Apache-2.0 */
#include "advisories/update.h"

#include <dirent.h>
#include <unistd.h>
#include "advisories/feed.h"
#include "advisories/fetch.h"
#include "advisories/install.h"

/* More changed records than this are fetched as one zip. */
enum { INCREMENT_MAX = 200, CSV_LIMIT = 256 << 20, NVD_FIRST_YEAR = 2002, DEPTH_MAX = 3 };

static const Str ecosystem_defaults[] = {
    STR_INIT("AlmaLinux"), STR_INIT("Alpine"), STR_INIT("Bitnami"),  STR_INIT("Chainguard"),
    STR_INIT("Debian"),    STR_INIT("Go"),     STR_INIT("Maven"),    STR_INIT("NuGet"),
    STR_INIT("Packagist"), STR_INIT("PyPI"),   STR_INIT("Red Hat"),  STR_INIT("Rocky Linux"),
    STR_INIT("RubyGems"),  STR_INIT("SUSE"),   STR_INIT("Ubuntu"),   STR_INIT("Wolfi"),
    STR_INIT("crates.io"), STR_INIT("npm"),    STR_INIT("openSUSE"),
};

/* --- what there is to fetch --- */

static StrVec ecosystems_of(const Fetcher *fetcher)
{
    StrVec out = fetcher->options->ecosystems;
    for (size_t i = 0;
         out.len == i && i < COUNT_OF(ecosystem_defaults) && fetcher->options->ecosystems.len == 0;
         i++)
        *vec_push(fetcher->arena, &out) = ecosystem_defaults[i];
    return out;
}

static StrVec years_of(Fetcher *fetcher)
{
    StrVec out = {0};
    Str today = date_str(fetcher->arena, date_today());
    uint64_t last = NVD_FIRST_YEAR;
    str_to_u64(str_head(today, 4), &last);
    for (uint64_t year = NVD_FIRST_YEAR; year <= last; year++)
        *vec_push(fetcher->arena, &out) =
            arena_printf(fetcher->arena, "%llu", (unsigned long long)year);
    return out;
}

/* Two releases a year since v3.3 of December 2015; what does not exist yet is absent. */
static StrVec releases_of(Fetcher *fetcher)
{
    StrVec out = {0};
    unsigned last = 3 + (unsigned)((date_today() - date_of(2015, 12, 1)) / 182);
    *vec_push(fetcher->arena, &out) = STR("edge");
    for (unsigned minor = 3; minor <= last; minor++)
        *vec_push(fetcher->arena, &out) = arena_printf(fetcher->arena, "v3.%u", minor);
    return out;
}

static StrVec values_of(Fetcher *fetcher, Str name)
{
    if (str_eq(name, STR("ecosystem")))
        return ecosystems_of(fetcher);
    return str_eq(name, STR("year")) ? years_of(fetcher) : releases_of(fetcher);
}

/* "nvd/nvdcve-2.0-{year}.json.gz" stands for one path a year. */
static StrVec paths_of(Fetcher *fetcher, Str pattern)
{
    StrVec out = {0};
    Str head, rest, name, tail;
    if (!str_cut(pattern, '{', &head, &rest) || !str_cut(rest, '}', &name, &tail)) {
        *vec_push(fetcher->arena, &out) = pattern;
        return out;
    }
    StrVec values = values_of(fetcher, name);
    for (size_t i = 0; i < values.len; i++)
        *vec_push(fetcher->arena, &out) =
            arena_printf(fetcher->arena, STR_FMT STR_FMT STR_FMT, STR_ARG(head),
                         STR_ARG(values.at[i]), STR_ARG(tail));
    return out;
}

/* The address that stands for the feed's first path component; empty: nowhere. */
static Str base_of(Fetcher *fetcher, const Feed *feed, bool *whole)
{
    const UpdateOptions *options = fetcher->options;
    *whole = false;
    for (size_t i = 0; i < options->bases.len; i++)
        if (str_eq(options->bases.at[i].feed, feed->name))
            return str_trim_char(options->bases.at[i].address, '/');
    *whole = options->mirror.len > 0;
    return *whole ? str_trim_char(options->mirror, '/') : feed->address;
}

static Str url_of(Fetcher *fetcher, Str base, bool whole, Str path)
{
    Str folder, rest;
    if (whole || !str_cut(path, '/', &folder, &rest))
        rest = path;
    return arena_printf(fetcher->arena, STR_FMT "/" STR_FMT, STR_ARG(base),
                        STR_ARG(url_path(fetcher->arena, rest)));
}

/* --- OSV: single records where few changed --- */

typedef struct Changes {
    Str newest;
    StrVec ids;
    bool many;
} Changes;

/* "2026-09-10T03:50:57Z,GHSA-...", newest first. */
static Changes changes_since(Arena *arena, Str text, Str mark)
{
    Changes out = {0};
    for (Str line; str_next_line(&text, &line) && !out.many;) {
        Str modified, id;
        if (!str_cut(line, ',', &modified, &id) || str_cmp(modified, mark) <= 0)
            break;
        if (out.newest.len == 0)
            out.newest = modified;
        if (out.ids.len == INCREMENT_MAX)
            out.many = true;
        *vec_push(arena, &out.ids) = id;
    }
    return out;
}

/* Ids become file names here. */
static bool id_is_plain(Str id)
{
    for (size_t i = 0; i < id.len; i++)
        if (!char_is_alnum(id.ptr[i]) && str_find_char(STR("-._:+"), id.ptr[i]) == STR_NONE)
            return false;
    return id.len > 0 && id.len < 200 && id.ptr[0] != '.';
}

/* Single records are older than the zip that is about to replace it. */
static void increments_remove(Fetcher *fetcher, Str folder)
{
    Str path =
        arena_printf(fetcher->arena, STR_FMT "/" STR_FMT, STR_ARG(fetcher->feeds), STR_ARG(folder));
    DIR *dir = opendir(arena_c_str(fetcher->arena, path));
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));)
        if (str_ends(str_from(entry->d_name), STR(".json")))
            unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
}

typedef struct OsvFetch {
    Str feed, base, zip, csv, folder;
    bool whole;
} OsvFetch;

static bool increments_fetch(Fetcher *fetcher, const OsvFetch *osv, const Changes *changes,
                             bool *all, Error *err)
{
    *all = true;
    for (size_t i = 0; i < changes->ids.len && *all; i++) {
        UpdateState state;
        Str path = arena_printf(fetcher->arena, STR_FMT "/" STR_FMT ".json", STR_ARG(osv->folder),
                                STR_ARG(changes->ids.at[i]));
        if (!id_is_plain(changes->ids.at[i])) {
            *all = false;
            break;
        }
        Str url = url_of(fetcher, osv->base, osv->whole, path);
        if (!fetch_file(fetcher, osv->feed, osv->base, url, path, &state, err))
            return false;
        *all = state == UPDATE_FETCHED || state == UPDATE_UNCHANGED;
    }
    return !*all || fetch_mark_set(fetcher, osv->zip, changes->newest, err);
}

static bool osv_zip_fetch(Fetcher *fetcher, const OsvFetch *osv, Str newest, Error *err)
{
    UpdateState state;
    Str url = url_of(fetcher, osv->base, osv->whole, osv->zip);
    if (!fetch_file(fetcher, osv->feed, osv->base, url, osv->zip, &state, err))
        return false;
    /* Without a mark someone was killed right after the zip came, which is as good as coming now. */
    bool unmarked = state == UPDATE_UNCHANGED && fetch_mark(fetcher, osv->zip).len == 0;
    if (state != UPDATE_FETCHED && !unmarked)
        return true;
    increments_remove(fetcher, osv->folder);
    return newest.len == 0 || fetch_mark_set(fetcher, osv->zip, newest, err);
}

static bool osv_fetch(Fetcher *fetcher, const Feed *feed, Str base, bool whole, Str zip, Error *err)
{
    OsvFetch osv = {.feed = feed->name, .base = base, .whole = whole, .zip = zip};
    UpdateState state;
    Str leaf, text = {0};
    bool all = false;
    str_rcut(zip, '/', &osv.folder, &leaf);
    osv.csv = arena_printf(fetcher->arena, STR_FMT "/modified_id.csv", STR_ARG(osv.folder));
    Str url = url_of(fetcher, base, whole, osv.csv);
    if (!fetch_file(fetcher, feed->name, base, url, osv.csv, &state, err))
        return false;
    if (state == UPDATE_FAILED || state == UPDATE_ABSENT)
        return osv_zip_fetch(fetcher, &osv, (Str){0}, err);
    Str path = arena_printf(fetcher->arena, STR_FMT "/" STR_FMT, STR_ARG(fetcher->feeds),
                            STR_ARG(osv.csv));
    if (!file_read(path, CSV_LIMIT, fetcher->arena, &text, err))
        return false;
    Str mark = fetch_mark(fetcher, zip);
    Changes changes = changes_since(fetcher->arena, text, mark);
    if (mark.len && changes.ids.len == 0)
        return true;
    if (mark.len && !changes.many && !increments_fetch(fetcher, &osv, &changes, &all, err))
        return false;
    return all || osv_zip_fetch(fetcher, &osv, changes.newest, err);
}

/* --- all of them --- */

static bool is_wanted(const Fetcher *fetcher, const Feed *feed)
{
    const StrVec *only = &fetcher->options->only;
    for (size_t i = 0; i < only->len; i++)
        if (str_eq(only->at[i], feed->name))
            return true;
    return only->len == 0;
}

static bool feed_fetch(Fetcher *fetcher, const Feed *feed, Error *err)
{
    bool whole;
    Str base = base_of(fetcher, feed, &whole);
    for (Str rest = feed->files, pattern; base.len && str_next_word(&rest, &pattern);) {
        StrVec paths = paths_of(fetcher, pattern);
        for (size_t i = 0; i < paths.len; i++) {
            UpdateState state;
            bool ok = str_ends(paths.at[i], STR("/all.zip"))
                          ? osv_fetch(fetcher, feed, base, whole, paths.at[i], err)
                          : fetch_file(fetcher, feed->name, base,
                                       url_of(fetcher, base, whole, paths.at[i]), paths.at[i],
                                       &state, err);
            if (!ok)
                return false;
        }
    }
    return true;
}

/* What a killed update left below the folder of feeds; the lock says that nobody is writing it. */
static void leftovers_remove(Fetcher *fetcher, Str folder, unsigned depth)
{
    DIR *dir = opendir(arena_c_str(fetcher->arena, folder));
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));) {
        Str name = str_from(entry->d_name);
        if (is_leftover(name, (Str){0}))
            unlinkat(dirfd(dir), entry->d_name, 0);
        else if (entry->d_type == DT_DIR && !str_starts(name, STR(".")) && depth < DEPTH_MAX)
            leftovers_remove(
                fetcher,
                arena_printf(fetcher->arena, STR_FMT "/" STR_FMT, STR_ARG(folder), STR_ARG(name)),
                depth + 1);
    }
    closedir(dir);
}

static void reading_tell(void *context, Str path)
{
    const UpdateOptions *options = context;
    if (options->progress)
        options->progress(options->context, path, 0, 0);
}

bool database_update(const UpdateOptions *options, Arena *arena, UpdateReport *report, Error *err)
{
    Fetcher fetcher = {.options = options, .report = report, .arena = arena};
    DatabaseLock lock CLEANUP(database_unlock) = {.fd = -1};
    size_t count;
    const Feed *const *rows = feeds(&count);
    fetcher.feeds = arena_printf(arena, STR_FMT "/feeds", STR_ARG(options->dir));
    Str path =
        arena_printf(arena, STR_FMT "/" STR_FMT, STR_ARG(options->dir), STR_ARG(DATABASE_NAME));
    if (!dir_make_all(fetcher.feeds, err) || !database_lock(path, arena, &lock, err))
        return false;
    leftovers_remove(&fetcher, fetcher.feeds, 0);
    for (size_t i = 0; i < count; i++)
        if (is_wanted(&fetcher, rows[i]) && !feed_fetch(&fetcher, rows[i], err))
            return false;
    BuildOptions build = {.dir = fetcher.feeds, .built = DATE_NONE, .progress = reading_tell};
    UpdateOptions told = *options;
    build.context = &told;
    const char *changed = arena_c_str(arena, fetch_changed_path(&fetcher));
    bool current = access(arena_c_str(arena, path), R_OK) == 0 && access(changed, F_OK) != 0;
    if (current && !options->rebuild)
        return true;
    report->built = database_build(&build, path, arena, &report->build, err);
    if (report->built)
        unlink(changed);
    return report->built;
}
