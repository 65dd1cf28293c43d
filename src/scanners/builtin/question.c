/* SPDX-License-Identifier: Apache-2.0 */
#include "scanners/builtin/question.h"

#include "base/buf.h"
#include "base/map.h"

typedef struct Distro {
    const Ecosystem *eco; /* NULL: not one we know */
    const VersionScheme *scheme;
    StrVec streams; /* ecosystems that the database has */
    Str name;       /* for messages: "Debian:14", "arch" */
    Map origins;    /* of Debian: the release in a version -> StrVec of what is asked */
    bool subscribed;
} Distro;

enum { PENDING = 32 };

/* A question that a package asks, if there is anybody to answer. */
typedef struct Pending {
    Question question;
    uint32_t package;
} Pending;

typedef struct Asker {
    const Inventory *inventory;
    const Database *db;
    Arena *arena;
    QuestionVec *out;
    NoteVec *incomplete;
    Distro distro;
    Map index; /* of questions by what they ask */
    Pending pending[PENDING];
    size_t pending_count;
    Vec(PackageName) names; /* of those that are pending */
    Buf key;
    StrVec languages[PACKAGE_TYPES]; /* the one ecosystem of each type that has a feed */
    const VersionScheme *schemes[PACKAGE_TYPES]; /* that were asked for */
    uint32_t unknown_os, foreign, no_feed[PACKAGE_TYPES];
    StrVec foreign_names;
} Asker;

/* Feeds of binary rpm names are the rule; these name source packages. */
static bool is_keyed_by_source(const Ecosystem *eco)
{
    static const Str by_source[] = {STR_INIT("Rocky Linux"), STR_INIT("SUSE"),
                                    STR_INIT("openSUSE")};
    if (eco->type != PACKAGE_RPM)
        return true;
    for (size_t i = 0; i < COUNT_OF(by_source); i++)
        if (str_eq(eco->name, by_source[i]))
            return true;
    return false;
}

static void stream_add(Asker *a, Str ecosystem)
{
    if (ecosystem.len && database_has_ecosystem(a->db, ecosystem))
        *vec_push(a->arena, &a->distro.streams) = ecosystem;
}

/* A machine that receives extended support has packages of it. */
static bool is_subscribed(const Inventory *inventory)
{
    for (size_t i = 0; i < inventory->packages.len; i++)
        if (inventory->packages.at[i].type == PACKAGE_DEB &&
            str_contains(inventory->packages.at[i].version, STR("esm")))
            return true;
    return false;
}

static void distro_init(Asker *a)
{
    OsRelease os = a->inventory->subject.os;
    EolDates dates;
    if (os.version.len == 0 && os.codename.len &&
        database_eol_codename(a->db, os.id, os.codename, &dates))
        os.version = dates.release;
    a->distro.eco = ecosystem_of_distro(os.id);
    a->distro.scheme = a->distro.eco ? version_scheme_find(a->distro.eco->scheme) : NULL;
    Str ecosystem = ecosystem_of_os(a->arena, &os);
    a->distro.name = ecosystem.len ? ecosystem
                     : os.id.len   ? arena_printf(a->arena, STR_FMT " " STR_FMT, STR_ARG(os.id),
                                                  STR_ARG(os.version))
                                   : STR("unknown distribution");
    stream_add(a, ecosystem);
    if (str_eq(os.id, STR("ubuntu"))) {
        stream_add(a, arena_printf(a->arena, "Ubuntu:" STR_FMT ":LTS", STR_ARG(os.version)));
        stream_add(a, arena_printf(a->arena, "Ubuntu:Pro:" STR_FMT ":LTS", STR_ARG(os.version)));
        a->distro.subscribed = is_subscribed(a->inventory);
    }
}

static Str question_key(Asker *a, const Question *q)
{
    const Str parts[] = {q->eco->name, q->name, q->version, q->unit, q->arch, q->module};
    buf_clear(&a->key);
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        buf_str_wire(&a->key, parts[i]);
    buf_varint(&a->key, (uint64_t)(q->confidence * 1000));
    buf_varint(&a->key, (uint64_t)(uintptr_t)q->executable);
    return buf_str(&a->key);
}

/* The question that asks exactly this, made if there is none. */
static void question_add(Asker *a, const Question *q, uint32_t package)
{
    Str key = question_key(a, q);
    void *number = map_find(&a->index, key);
    if (!number) {
        *vec_push(a->arena, a->out) = *q;
        number = (void *)a->out->len;
        *map_get(&a->index, arena_str(a->arena, key)) = number;
    }
    *vec_push(a->arena, &a->out->at[(size_t)number - 1].packages) = package;
}

/* Of most packages no record speaks: nothing is made of them. */
static void ask_pending(Asker *a)
{
    a->names.len = 0;
    for (size_t i = 0; i < a->pending_count; i++) {
        const Question *q = &a->pending[i].question;
        for (size_t k = 0; k < q->ecosystems->len; k++)
            *vec_push(a->arena, &a->names) = (PackageName){q->ecosystems->at[k], q->name, false};
    }
    PackageName *name = a->names.at;
    database_has_packages(a->db, name, a->names.len);
    for (size_t i = 0; i < a->pending_count; i++) {
        bool known = false;
        for (size_t k = 0; k < a->pending[i].question.ecosystems->len; k++)
            known |= (name++)->known;
        if (known)
            question_add(a, &a->pending[i].question, a->pending[i].package);
    }
    a->pending_count = 0;
}

static void ask(Asker *a, const Question *q, uint32_t package)
{
    a->pending[a->pending_count++] = (Pending){*q, package};
    if (a->pending_count == PENDING)
        ask_pending(a);
}

/* Debian signs its kernels in a second source package: linux-signed-amd64 6.1.76+1 is linux
 * 6.1.76-1 (rule 69). */
static void unsign(Asker *a, Str *name, Str *version)
{
    Str head, tail;
    if (!str_starts(*name, STR("linux-signed-")) || !str_cut(*version, '+', &head, &tail))
        return;
    *name = STR("linux");
    if (str_find_char(head, '-') == STR_NONE)
        *version = arena_printf(a->arena, STR_FMT "-" STR_FMT, STR_ARG(head), STR_ARG(tail));
    else
        str_rcut(*version, '+', version, &tail);
}

/* 11 of "1.1.1n-0+deb11u3" and "252.5-2~deb11u1"; 0: nothing said. */
static uint64_t release_in_version(Str version)
{
    Str tail = version, number, rest;
    uint64_t release;
    do {
        size_t at = 0;
        while (at < tail.len && tail.ptr[at] != '+' && tail.ptr[at] != '~')
            at++;
        tail = str_from_pos(tail, at + 1);
    } while (tail.len && !str_starts(tail, STR("deb")));
    return str_cut(str_from_pos(tail, 3), 'u', &number, &rest) && str_to_u64(number, &release)
               ? release
               : 0;
}

/* Rules 4 and 10: distroless images mix packages of two releases, and users install one from the
 * next. A version with a release in it is that release's wherever it lies, and what that release
 * says about it is true. A newer one's alone is asked; an older one's beside the subject's own,
 * which may be the only one that is still maintained. */
static const StrVec *streams_of_version(Asker *a, Str version, Str *origin)
{
    const StrVec *own = &a->distro.streams;
    Str family, number, other;
    uint64_t release = release_in_version(version), installed;
    if (!release || !str_cut(own->at[0], ':', &family, &number) || !str_eq(family, STR("Debian")) ||
        !str_to_u64(number, &installed) || release == installed)
        return own;
    other = arena_printf(a->arena, "Debian:%llu", (unsigned long long)release);
    if (!database_has_ecosystem(a->db, other))
        return own;
    if (release < installed)
        *origin = other;
    void **place = map_get(&a->distro.origins, other);
    if (!*place) {
        StrVec *streams = arena_new(a->arena, StrVec);
        *vec_push(a->arena, streams) = other;
        if (release < installed)
            *vec_push(a->arena, streams) = own->at[0];
        *place = streams;
    }
    return *place;
}

static Str rpm_arch(Str arch)
{
    static const Str aliases[][2] = {
        {STR_INIT("amd64"), STR_INIT("x86_64")},
        {STR_INIT("arm64"), STR_INIT("aarch64")},
        {STR_INIT("386"), STR_INIT("i686")},
    };
    for (size_t i = 0; i < COUNT_OF(aliases); i++)
        if (str_eq(arch, aliases[i][0]))
            return aliases[i][1];
    return arch;
}

/* "nodejs:18" of "nodejs:18:8090020230922:4f6d4f3b". */
static Str module_stream(Str label)
{
    Str name, rest, stream;
    if (!str_cut(label, ':', &name, &rest))
        return (Str){0};
    str_cut(rest, ':', &stream, &rest);
    return str_head(label, name.len + 1 + stream.len);
}

/* A source rpm's file name has no epoch; the binary's is the best guess, and without one the
 * record's own counts (rule 13). */
static void rpm_source(Asker *a, const Package *p, Question *q)
{
    Str epoch, rest;
    q->name = p->source_name;
    q->version = p->source_version;
    if (!str_eq(p->source_name, p->name))
        q->arch = STR("src");
    if (str_find_char(q->version, ':') != STR_NONE)
        return;
    if (str_cut(p->version, ':', &epoch, &rest) && !str_eq(epoch, STR("0")))
        q->version =
            arena_printf(a->arena, STR_FMT ":" STR_FMT, STR_ARG(epoch), STR_ARG(q->version));
    else
        q->any_epoch = !str_eq(p->source_name, p->name);
}

static bool is_ignored(const Package *p)
{
    return p->type == PACKAGE_RPM &&
           (str_eq(p->name, STR("gpg-pubkey")) || str_ends(p->name, STR("-debuginfo")) ||
            str_ends(p->name, STR("-debugsource")));
}

static void ask_os(Asker *a, const Package *p, uint32_t at)
{
    const Distro *distro = &a->distro;
    if (is_ignored(p))
        return;
    if (!distro->eco || distro->eco->type != p->type || distro->streams.len == 0) {
        a->unknown_os++;
        return;
    }
    if (p->third_party) {
        a->foreign++;
        *vec_push(a->arena, &a->foreign_names) = p->name;
        return;
    }
    Question q = {.eco = distro->eco,
                  .scheme = distro->scheme,
                  .name = p->source_name,
                  .version = p->source_version,
                  .confidence = p->confidence};
    if (p->type == PACKAGE_RPM) {
        q.arch = rpm_arch(p->arch);
        q.module = module_stream(p->modularity);
        q.name = p->name;
        q.version = p->version;
        if (is_keyed_by_source(distro->eco))
            rpm_source(a, p, &q);
    } else if (p->type == PACKAGE_DEB) {
        unsign(a, &q.name, &q.version);
    }
    q.unit = p->type == PACKAGE_RPM ? p->source_name : q.name;
    q.ecosystems = streams_of_version(a, q.version, &q.origin);
    q.subscribed = distro->subscribed;
    ask(a, &q, at);
}

/* npm takes "v4.17.20" and "=4.17.20" for 4.17.20 (rule 73); so do we for crates. */
static Str npm_version(Str v)
{
    v = str_trim(v);
    while (v.len && (v.ptr[0] == 'v' || v.ptr[0] == '=' || char_is_space(v.ptr[0])))
        v = str_from_pos(v, 1);
    return v;
}

/* Gem::Version takes a hyphen for a pre-release, so a platform must go: "1.2.3-x86_64-linux" is
 * 1.2.3 built for it. */
static Str gem_version(Str v)
{
    static const Str platforms[] = {
        STR_INIT("x86"),  STR_INIT("x64"),   STR_INIT("amd64"),     STR_INIT("arm"),
        STR_INIT("i386"), STR_INIT("i686"),  STR_INIT("aarch64"),   STR_INIT("powerpc"),
        STR_INIT("ppc"),  STR_INIT("s390"),  STR_INIT("riscv"),     STR_INIT("loong"),
        STR_INIT("java"), STR_INIT("jruby"), STR_INIT("universal"), STR_INIT("mswin"),
        STR_INIT("ruby"), STR_INIT("mingw"), STR_INIT("linux"),     STR_INIT("darwin"),
    };
    Str number, platform;
    if (!str_cut(v, '-', &number, &platform))
        return v;
    for (size_t i = 0; i < COUNT_OF(platforms); i++)
        if (str_starts(platform, platforms[i]))
            return number;
    return v;
}

static Str language_version(const Package *p)
{
    if (p->type == PACKAGE_NPM || p->type == PACKAGE_CARGO)
        return npm_version(p->version);
    return p->type == PACKAGE_GEM ? gem_version(p->version) : p->version;
}

/* Composer installs "dev-main" and "1.x-dev": whatever the branch held that day. */
static bool is_branch(const Package *p)
{
    return p->type == PACKAGE_COMPOSER &&
           (str_starts_fold(p->version, STR("dev-")) || str_ends_fold(p->version, STR("-dev")));
}

/* Is the package judged by the feed of the OS package that owns it? Not where that package is no
 * part of the distribution, and not where the distribution's feed is not there. */
static bool is_owned(const Asker *a, const Package *p)
{
    if (p->owner >= a->inventory->packages.len)
        return false;
    const Package *owner = &a->inventory->packages.at[p->owner];
    return !owner->third_party && a->distro.streams.len && a->distro.eco->type == owner->type;
}

static void say_blank(Asker *a, const Package *p, const char *why)
{
    note_add(a->arena, a->incomplete,
             arena_printf(a->arena, STR_FMT " " STR_FMT " " STR_FMT,
                          STR_ARG(package_type_name(p->type)), STR_ARG(p->name),
                          STR_ARG(p->version)),
             str_from(why));
}

static bool is_named(Asker *a, const Question *q)
{
    return database_has_package(a->db, q->eco->name, q->name);
}

/* A version that its scheme cannot read would be ordered somehow: that is no answer. Who asks about
 * a package that no record names learns nothing, so only the others are reported. */
static bool is_comparable(Asker *a, const Package *p, const Question *q)
{
    bool strict = p->type == PACKAGE_NPM || p->type == PACKAGE_CARGO;
    bool blank = q->version.len == 0 || str_eq(q->version, STR("(devel)")) || is_branch(p);
    if (!blank && (!strict || q->scheme->valid(q->version)))
        return true;
    if (is_named(a, q))
        say_blank(a, p, "its version cannot be compared with advisories");
    return false;
}

/* Rule 75: without a group every one that has the artifact is asked. So it is where a manifest only
 * suggested the group and no record knows it there: a wrong one would hide all findings. */
static void ask_by_artifact(Asker *a, const Package *p, Question *q)
{
    static const double stated = .9; /* by pom.properties, shaded ones too */
    static const double least = .6;
    Str group, artifact;
    bool grouped = str_cut(q->name, ':', &group, &artifact);
    if (grouped && (p->confidence >= stated || is_named(a, q)))
        return;
    q->name = arena_printf(a->arena, "*:" STR_FMT, STR_ARG(grouped ? artifact : q->name));
    q->confidence = q->confidence < least ? q->confidence : least;
}

/* NULL where no feed speaks about the type. */
static const StrVec *language_stream(Asker *a, const Ecosystem *eco)
{
    StrVec *stream = &a->languages[eco->type];
    if (stream->len == 0 && database_has_ecosystem(a->db, eco->name))
        *vec_push(a->arena, stream) = eco->name;
    return stream->len ? stream : NULL;
}

static const VersionScheme *language_scheme(Asker *a, const Ecosystem *eco)
{
    const VersionScheme **scheme = &a->schemes[eco->type];
    if (!*scheme)
        *scheme = version_scheme_find(eco->scheme);
    return *scheme;
}

static void ask_language(Asker *a, const Package *p, uint32_t at)
{
    const Ecosystem *eco = ecosystem_of_type(p->type);
    if (is_owned(a, p))
        return;
    const StrVec *stream = eco ? language_stream(a, eco) : NULL;
    if (!stream) {
        a->no_feed[p->type]++;
        return;
    }
    Question q = {.ecosystems = stream,
                  .eco = eco,
                  .scheme = language_scheme(a, eco),
                  .name = ecosystem_package_key(a->arena, eco, p->name),
                  .version = language_version(p),
                  .confidence = p->confidence};
    q.unit = q.name;
    if (p->type == PACKAGE_GOLANG && p->executable < a->inventory->executables.len)
        q.executable = &a->inventory->executables.at[p->executable];
    if (p->type == PACKAGE_MAVEN)
        ask_by_artifact(a, p, &q);
    if (is_comparable(a, p, &q))
        ask(a, &q, at);
}

/* Found by a classifier whose row names no feed (rule 66). */
static void say_unclassified(Asker *a, const Package *p)
{
    if (!is_owned(a, p))
        say_blank(a, p, "found by its contents; no advisory data speaks about it");
}

static void say_totals(Asker *a)
{
    if (a->unknown_os)
        note_add(a->arena, a->incomplete, a->distro.name,
                 arena_printf(a->arena, "no advisory data: %u packages are unknown, not clean",
                              a->unknown_os));
    if (a->foreign) {
        Str names = {0};
        for (size_t i = 0; i < a->foreign_names.len && i < 5; i++)
            names = arena_printf(a->arena, STR_FMT "%s" STR_FMT, STR_ARG(names), i ? ", " : "",
                                 STR_ARG(a->foreign_names.at[i]));
        note_add(a->arena, a->incomplete, STR("packages of other vendors"),
                 arena_printf(a->arena, "no advisory data speaks about %u packages: " STR_FMT "%s",
                              a->foreign, STR_ARG(names), a->foreign > 5 ? ", ..." : ""));
    }
    for (size_t i = 0; i < PACKAGE_TYPES; i++)
        if (a->no_feed[i]) {
            const Ecosystem *eco = ecosystem_of_type((PackageType)i);
            note_add(a->arena, a->incomplete, eco ? eco->name : package_type_name((PackageType)i),
                     arena_printf(a->arena, "no advisory data: %u packages are unknown, not clean",
                                  a->no_feed[i]));
        }
}

void questions_of(const Inventory *inventory, const Database *db, Arena *arena, QuestionVec *out,
                  NoteVec *incomplete)
{
    Asker *a = arena_new(arena, Asker); /* questions point into it */
    a->inventory = inventory;
    a->db = db;
    a->arena = arena;
    a->out = out;
    a->incomplete = incomplete;
    map_init(&a->index, arena);
    map_init(&a->distro.origins, arena);
    distro_init(a);
    for (uint32_t i = 0; i < inventory->packages.len; i++) {
        const Package *p = &inventory->packages.at[i];
        if (package_type_is_os(p->type))
            ask_os(a, p, i);
        else if (p->type == PACKAGE_GENERIC)
            say_unclassified(a, p);
        else
            ask_language(a, p, i);
    }
    ask_pending(a);
    say_totals(a);
    buf_fini(&a->key);
}
