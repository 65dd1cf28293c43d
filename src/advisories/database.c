/* SPDX-License-Identifier: Apache-2.0 */
#include "advisories/database.h"

#include <errno.h>
#include <fcntl.h>
#include "advisories/layout.h"
#include "advisories/row.h"
#include "base/fd.h"
#include "base/hash.h"

struct Database {
    Mapping mapping;
    Str path;
    Str sections[SECTIONS];
    Date built, epss_date;
    uint32_t flags;
    Digest digest;
    uint64_t inode;
    struct timespec changed; /* the file: its contents or its state */
};

uint64_t package_hash(Str ecosystem, Str key)
{
    uint64_t h = (str_hash(ecosystem) ^ str_hash(key) * 0x9e3779b97f4a7c15u) * 0xd6e8feb86659fd93u;
    return h ^ h >> 32;
}

uint64_t name_hash(Str name)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < name.len; i++)
        h = (h ^ (unsigned char)char_lower(name.ptr[i])) * 0x100000001b3u;
    h = (h ^ h >> 32) * 0xd6e8feb86659fd93u;
    return h ^ h >> 32;
}

/* --- opening --- */

enum { SIGNED_TRIES = 5 };

static bool header_read(Database *db, Error *err)
{
    Str bytes = db->mapping.bytes;
    Reader r = reader_of(bytes);
    if (!str_eq(reader_take(&r, DATABASE_MAGIC.len), DATABASE_MAGIC) || bytes.len < HEADER_BYTES)
        return error_set(err, ERR_FORMAT,
                         "database " STR_FMT ": no database of ours; make it anew: assay db update",
                         STR_ARG(db->path));
    uint32_t format = reader_u32le(&r);
    if (format != DATABASE_FORMAT)
        return error_set(err, ERR_FORMAT,
                         "database " STR_FMT ": format %u, this program reads %u; make it anew: "
                         "assay db update",
                         STR_ARG(db->path), format, DATABASE_FORMAT);
    db->flags = reader_u32le(&r);
    uint64_t length = reader_u64le(&r);
    if (length != bytes.len)
        return error_set(err, ERR_FORMAT,
                         "database " STR_FMT ": damaged: %zu bytes instead of %llu; make it anew: "
                         "assay db update",
                         STR_ARG(db->path), bytes.len, (unsigned long long)length);
    db->digest = (Digest){.kind = HASH_SHA256, .len = 32};
    for (size_t i = 0; i < 32; i++)
        db->digest.bytes[i] = reader_u8(&r);
    db->built = date_checked((Date)reader_u32le(&r));
    db->epss_date = date_checked((Date)reader_u32le(&r));
    for (size_t i = 0; i < SECTIONS; i++) {
        uint64_t offset = reader_u64le(&r), len = reader_u64le(&r);
        if (offset > bytes.len || len > bytes.len - offset)
            return error_set(err, ERR_FORMAT,
                             "database " STR_FMT ": damaged: a section lies outside of the file; "
                             "make it anew: assay db update",
                             STR_ARG(db->path));
        db->sections[i] = str_sub(bytes, (size_t)offset, (size_t)(offset + len));
    }
    return true;
}

static bool file_map(Str path, Arena *arena, Fd *fd, Database **out, Error *err)
{
    Database *db = arena_new(arena, Database);
    db->path = arena_str(arena, path);
    if (!fd_open_read_at(AT_FDCWD, path, fd, err)) {
        if (err && err->sys == ENOENT)
            err->code = ERR_ABSENT;
        return error_within(err, "vulnerability database");
    }
    *out = db;
    struct stat st;
    if (fstat(*fd, &st) != 0)
        return error_sys(err, "database " STR_FMT, STR_ARG(db->path));
    db->inode = st.st_ino;
    db->changed = st.st_ctim;
    return mapping_open(*fd, db->path, &db->mapping, err);
}

static bool header_take(Database *db, Database **out, Error *err)
{
    if (!header_read(db, err)) {
        mapping_close(&db->mapping);
        return false;
    }
    mapping_forget(&db->mapping); /* a scan reads layers first */
    *out = db;
    return true;
}

bool database_open(Str path, Arena *arena, Database **out, Error *err)
{
    Fd fd CLEANUP(fd_close) = -1;
    Database *db;
    return file_map(path, arena, &fd, &db, err) && header_take(db, out, err);
}

static bool signature_check(const Database *db, Str public_pem, Arena *arena, Error *err)
{
    Str signatures, beside = arena_printf(arena, STR_FMT ".sig", STR_ARG(db->path));
    bool good = false;
    if (!file_read(beside, DATABASE_SIGNATURES, arena, &signatures, err)) {
        if (err && err->sys == ENOENT)
            err->code = ERR_ABSENT;
        return error_within(err, "signature of the database");
    }
    for (size_t at = 0; !good && (at == 0 || at < signatures.len); at += DATABASE_SIGNATURE)
        if (!signature_verify(public_pem, db->mapping.bytes,
                              str_sub(signatures, at, at + DATABASE_SIGNATURE), &good, err))
            return false;
    return good || error_set(err, ERR_DIGEST, "database " STR_FMT ": its signature is wrong",
                             STR_ARG(db->path));
}

/* Does the path name another file than the one that was opened? */
static bool is_replaced(Fd fd, Str path, Arena *arena)
{
    struct stat opened, now;
    return fstat(fd, &opened) == 0 && stat(arena_c_str(arena, path), &now) == 0 &&
           (opened.st_ino != now.st_ino || opened.st_dev != now.st_dev);
}

/* A signature is replaced after its database: if it does not fit a database that was replaced since
 * it was opened, it may be the new one's. */
bool database_open_signed(Str path, Str public_pem, Arena *arena, Database **out, Error *err)
{
    Error why = {0};
    for (unsigned tries = 0; tries < SIGNED_TRIES; tries++) {
        Fd fd CLEANUP(fd_close) = -1;
        Database *db;
        why = (Error){0};
        if (!file_map(path, arena, &fd, &db, &why))
            break;
        if (signature_check(db, public_pem, arena, &why))
            return header_take(db, out, err);
        mapping_close(&db->mapping);
        if (!is_replaced(fd, path, arena))
            break;
    }
    if (err)
        *err = why;
    return false;
}

void database_close(Database *db)
{
    if (db)
        mapping_close(&db->mapping);
}

bool database_verify(const Database *db, Error *err)
{
    Digest digest;
    Str rest = str_from_pos(db->mapping.bytes, HEADER_DIGESTED);
    if (!hash_bytes(HASH_SHA256, rest, &digest, err))
        return false;
    if (digest_eq(&digest, &db->digest))
        return true;
    return error_set(err, ERR_DIGEST,
                     "database " STR_FMT ": damaged: its checksum is wrong; make it anew: "
                     "assay db update",
                     STR_ARG(db->path));
}

void database_identify(const Database *db, Buf *out)
{
    buf_put(out, str_of((const char *)db->digest.bytes, db->digest.len));
    buf_u32le(out, db->flags);
    buf_u64le(out, db->inode);
    buf_u64le(out, (uint64_t)db->changed.tv_sec);
    buf_u64le(out, (uint64_t)db->changed.tv_nsec);
}

enum { SOURCES_MAX = 1000 }; /* more are damage, and every report would list them */

void database_info(const Database *db, Arena *arena, DatabaseInfo *out)
{
    *out = (DatabaseInfo){.built = db->built, .seed = db->flags & DATABASE_SEED};
    out->version = str_head(digest_hex(arena, &db->digest), 12);
    Reader r = reader_of(db->sections[SECTION_SOURCES]);
    while (reader_ok(&r) && reader_left(&r) && out->sources.len < SOURCES_MAX) {
        DatabaseSource source = {.name = reader_str(&r)};
        source.modified = reader_str(&r);
        source.records = reader_varint(&r);
        if (reader_ok(&r))
            *vec_push(arena, &out->sources) = source;
    }
}

bool database_has_ecosystem(const Database *db, Str ecosystem)
{
    Reader r = reader_of(db->sections[SECTION_ECOSYSTEMS]);
    while (reader_ok(&r) && reader_left(&r))
        if (str_eq(reader_str(&r), ecosystem))
            return true;
    return false;
}

void database_ecosystems(const Database *db, Arena *arena, StrVec *out)
{
    Reader r = reader_of(db->sections[SECTION_ECOSYSTEMS]);
    while (reader_ok(&r) && reader_left(&r))
        *vec_push(arena, out) = reader_str(&r);
}

/* --- the index --- */

typedef struct Probe {
    Reader entries; /* those of the bucket, from here on */
    uint32_t left, low;
} Probe;

/* A bucket holds about two entries; one that claims this many is damaged, and would be slow. */
enum { BUCKET_MAX = 4096, INDEX_HEAD = 8 };

/* Asks for memory that will be read soon; a place beyond the end is no matter. */
static void prefetch(Str bytes, size_t at)
{
    if (at < bytes.len)
        __builtin_prefetch(bytes.ptr + at);
}

static void prefetch_bucket(Str index, uint64_t hash)
{
    Reader r = reader_of(index);
    uint32_t bits = reader_u32le(&r);
    if (bits && bits <= 24)
        prefetch(index, INDEX_HEAD + 4 * (size_t)(hash >> (64 - bits)));
}

static Probe probe_of(Str index, uint64_t hash)
{
    Reader r = reader_of(index);
    uint32_t bits = reader_u32le(&r), count = reader_u32le(&r);
    Probe none = {0};
    if (bits == 0 || bits > 24)
        return none;
    size_t buckets = (size_t)1 << bits, bucket = (size_t)(hash >> (64 - bits));
    reader_skip(&r, bucket * 4);
    uint32_t from = reader_u32le(&r), to = reader_u32le(&r);
    if (!reader_ok(&r) || from > to || to > count || to - from > BUCKET_MAX)
        return none;
    Probe probe = {.entries = reader_of(index), .left = to - from, .low = (uint32_t)hash};
    reader_seek(&probe.entries, INDEX_HEAD + (buckets + 1) * 4 + (size_t)from * 8);
    return probe;
}

static bool probe_next(Probe *probe, uint32_t *value)
{
    while (probe->left && reader_ok(&probe->entries)) {
        probe->left--;
        uint32_t low = reader_u32le(&probe->entries);
        *value = reader_u32le(&probe->entries);
        if (low == probe->low && reader_ok(&probe->entries))
            return true;
    }
    return false;
}

/* --- packages --- */

typedef struct PackageHead {
    Str ecosystem, key, body;
    PackageKind kind;
    uint64_t count;
} PackageHead;

static bool package_at(const Database *db, uint64_t place, PackageHead *out)
{
    Reader r = reader_of(db->sections[SECTION_PACKAGES]);
    if (place >= r.bytes.len || !reader_seek(&r, (size_t)place))
        return false;
    out->ecosystem = strings_at(db->sections[SECTION_STRINGS], reader_varint(&r));
    out->key = reader_str(&r);
    uint8_t kind = reader_u8(&r);
    out->kind = kind < PACKAGE_KINDS ? (PackageKind)kind : PACKAGE_KINDS;
    out->count = reader_varint(&r);
    out->body = reader_str(&r);
    return reader_ok(&r);
}

static Str source_name(const Database *db, uint64_t index)
{
    Reader r = reader_of(db->sections[SECTION_SOURCES]);
    for (uint64_t i = 0; i < index && reader_left(&r) && reader_ok(&r); i++) {
        reader_str(&r);
        reader_str(&r);
        reader_varint(&r);
    }
    return reader_str(&r);
}

/* A row's doubt is about one of its ids, which stands first. */
static StrVec doubt_of(const StrVec *doubt, Str id)
{
    if (doubt->len < 2 || !str_eq(doubt->at[0], id))
        return (StrVec){0};
    return (StrVec){.at = &doubt->at[1], .len = doubt->len - 1, .cap = doubt->len - 1};
}

static Str id_take(const Database *db, Reader *r, Str record)
{
    uint64_t suffix = reader_varint(r);
    return suffix ? str_from_pos(record, suffix < record.len ? record.len - suffix : 0)
                  : strings_at(db->sections[SECTION_STRINGS], reader_varint(r));
}

static void cursor_begin(AdvisoryCursor *c, const PackageHead *head)
{
    c->is_once = head->kind == PACKAGE_ONCE;
    c->ecosystem = head->ecosystem;
    c->key = head->key;
    c->rows = reader_of(head->body);
    c->left = head->count;
}

static bool has_rows(const PackageHead *head)
{
    return head->kind == PACKAGE_ROWS || head->kind == PACKAGE_ONCE;
}

/* The next package of a list; false at its end. */
static bool cursor_step(AdvisoryCursor *c)
{
    while (c->more && reader_ok(&c->list) && reader_left(&c->list)) {
        PackageHead head;
        c->more--;
        if (!package_at(c->db, reader_varint(&c->list), &head) || !has_rows(&head))
            continue;
        cursor_begin(c, &head);
        c->is_once = false;
        return true;
    }
    return false;
}

/* The package of that name, among those whose hash is the same. */
static bool package_find(const Database *db, Probe *probe, Str ecosystem, Str package,
                         PackageHead *out)
{
    uint32_t place;
    while (probe_next(probe, &place))
        if (package_at(db, place, out) && str_eq(out->ecosystem, ecosystem) &&
            str_eq(out->key, package))
            return true;
    return false;
}

void advisories_open(const Database *db, Str ecosystem, Str package, AdvisoryCursor *out)
{
    Probe probe = probe_of(db->sections[SECTION_PACKAGE_INDEX], package_hash(ecosystem, package));
    PackageHead head;
    *out = (AdvisoryCursor){.db = db, .source = UINT64_MAX};
    if (!package_find(db, &probe, ecosystem, package, &head))
        return;
    if (has_rows(&head)) {
        cursor_begin(out, &head);
    } else if (head.kind == PACKAGE_LIST) {
        out->list = reader_of(head.body);
        out->more = head.count;
    }
}

/* Damage ends the package. */
static bool row_next(AdvisoryCursor *c, Arena *arena, Advisory *out)
{
    Reader *r = &c->rows;
    *out = (Advisory){.ecosystem = c->ecosystem};
    uint64_t source = reader_varint(r);
    if (source != c->source)
        c->feed = source_name(c->db, c->source = source);
    out->feed = c->feed;
    if (!row_take(r, c->db->sections[SECTION_STRINGS], arena, out, &c->texts))
        return false;
    c->standing = reader_varint(r);
    c->records = reader_of(reader_str(r));
    c->ids = 0;
    if (!reader_ok(r) || c->standing > c->records.bytes.len)
        return false;
    if (out->package.len == 0)
        out->package = c->key;
    return true;
}

bool advisories_next(AdvisoryCursor *c, Arena *arena, Advisory *out)
{
    for (;;) {
        while (!c->left || !reader_left(&c->rows))
            if (!cursor_step(c))
                return false;
        c->left--;
        if (row_next(c, arena, out))
            return true;
        c->left = 0;
    }
}

bool advisories_take(AdvisoryCursor *c, const Advisory *row, Advisory *out)
{
    Reader *r = &c->records;
    while (!c->ids) {
        if (!reader_ok(r) || !reader_left(r))
            return false;
        c->record = reader_str(r);
        c->ids = reader_varint(r);
    }
    c->ids--;
    *out = *row;
    out->record = c->record;
    out->id = id_take(c->db, r, c->record);
    uint64_t flaw = reader_varint(r);
    if (!reader_ok(r))
        return false;
    out->ordinal = flaw >> 1 < UINT32_MAX ? (uint32_t)(flaw >> 1) : UINT32_MAX;
    out->rejected = flaw & 1;
    out->doubt = doubt_of(&row->doubt, out->id);
    row_take_texts(&c->texts, c->db->sections[SECTION_STRINGS], out);
    if (out->cvss.vector.len)
        out->cvss.source = c->feed;
    return true;
}

bool database_has_package(const Database *db, Str ecosystem, Str package)
{
    Probe probe = probe_of(db->sections[SECTION_PACKAGE_INDEX], package_hash(ecosystem, package));
    PackageHead head;
    return package_find(db, &probe, ecosystem, package, &head) && head.count;
}

enum { TOGETHER = 32 };

/* Most names are not known: where their bucket is, and then what it holds, is all that is read. */
static void has_some(const Database *db, PackageName *names, size_t count)
{
    Str index = db->sections[SECTION_PACKAGE_INDEX];
    uint64_t hashes[TOGETHER];
    Probe probes[TOGETHER];
    for (size_t i = 0; i < count; i++) {
        hashes[i] = package_hash(names[i].ecosystem, names[i].package);
        prefetch_bucket(index, hashes[i]);
    }
    for (size_t i = 0; i < count; i++) {
        probes[i] = probe_of(index, hashes[i]);
        prefetch(index, probes[i].entries.pos);
    }
    for (size_t i = 0; i < count; i++) {
        Probe first = probes[i];
        uint32_t place;
        if (probe_next(&first, &place))
            prefetch(db->sections[SECTION_PACKAGES], place);
    }
    for (size_t i = 0; i < count; i++) {
        PackageHead head;
        names[i].known =
            package_find(db, &probes[i], names[i].ecosystem, names[i].package, &head) && head.count;
    }
}

void database_has_packages(const Database *db, PackageName *names, size_t count)
{
    for (size_t from = 0; from < count; from += TOGETHER)
        has_some(db, &names[from], count - from < TOGETHER ? count - from : TOGETHER);
}

void database_find(const Database *db, Str ecosystem, Str package, Arena *arena, AdvisoryVec *out)
{
    AdvisoryCursor cursor;
    Advisory row, one;
    advisories_open(db, ecosystem, package, &cursor);
    while (advisories_next(&cursor, arena, &row))
        while (advisories_take(&cursor, &row, &one))
            *vec_push(arena, out) = one;
}

/* --- vulnerabilities --- */

static Date date_take(Reader *r)
{
    int64_t day = zigzag_take(r);
    return day ? date_checked(day > 0 ? day - 1 : day) : DATE_NONE;
}

static void list_take(const Database *db, Reader *r, Arena *arena, StrVec *out)
{
    uint64_t count = reader_varint(r);
    for (uint64_t i = 0; i < count && reader_ok(r) && reader_left(r); i++)
        *vec_push(arena, out) = strings_at(db->sections[SECTION_STRINGS], reader_varint(r));
}

static Str ref_take(const Database *db, Reader *r)
{
    return strings_at(db->sections[SECTION_STRINGS], reader_varint(r));
}

static void cvss_take(const Database *db, Reader *r, Arena *arena, Vulnerability *out)
{
    uint64_t count = reader_varint(r);
    for (uint64_t i = 0; i < count && reader_ok(r) && reader_left(r); i++) {
        Cvss cvss = {0};
        Str source = ref_take(db, r), vector = ref_take(db, r);
        if (!cvss_parse(vector, &cvss))
            continue;
        cvss.source = source;
        *vec_push(arena, &out->cvss) = cvss;
    }
}

static void words_take(const Database *db, Reader *r, Arena *arena, Vulnerability *out)
{
    uint64_t count = reader_varint(r);
    for (uint64_t i = 0; i < count && reader_ok(r) && reader_left(r); i++) {
        SeverityWord *word = vec_push(arena, &out->words);
        word->source = ref_take(db, r);
        word->word = ref_take(db, r);
    }
}

static double share_take(Reader *r)
{
    uint64_t value = reader_varint(r);
    return value == 0 ? -1 : (double)(value - 1) / 100000;
}

static void exploits_take(Reader *r, Vulnerability *out)
{
    uint8_t bits = reader_u8(r);
    for (unsigned i = 0; i < EXPLOITS; i++)
        out->exploit[i] = bits >> i & 1;
}

/* Opens the blob of an ordinal, behind its id. */
static bool vulnerability_open(const Database *db, uint32_t ordinal, Reader *r, Str *id)
{
    Reader offsets = reader_of(db->sections[SECTION_OFFSETS]);
    if (ordinal >= offsets.bytes.len / 4)
        return false;
    reader_seek(&offsets, (size_t)ordinal * 4);
    *r = reader_of(db->sections[SECTION_VULNERABILITIES]);
    if (!reader_seek(r, reader_u32le(&offsets)))
        return false;
    *id = reader_str(r);
    return reader_ok(r);
}

static void vulnerability_take(const Database *db, Reader *r, Arena *arena, Vulnerability *out)
{
    uint8_t flags = reader_u8(r);
    out->disputed = flags & 1;
    out->rejected = flags & 2;
    out->published = date_take(r);
    list_take(db, r, arena, &out->aliases);
    cvss_take(db, r, arena, out);
    words_take(db, r, arena, out);
    list_take(db, r, arena, &out->cwes);
    out->epss = share_take(r);
    out->epss_percentile = share_take(r);
    out->epss_date = out->epss < 0 ? DATE_NONE : db->epss_date;
    out->kev_added = date_take(r);
    out->kev_due = date_take(r);
    exploits_take(r, out);
    out->ssvc_exploitation = ref_take(db, r);
    out->ssvc_automatable = ref_take(db, r);
    out->ssvc_technical_impact = ref_take(db, r);
    uint64_t title = reader_varint(r);
    if (title)
        out->title = strings_at(db->sections[SECTION_TITLES], title - 1);
}

static bool list_has_fold(const StrVec *list, Str s)
{
    for (size_t i = 0; i < list->len; i++)
        if (str_eq_fold(list->at[i], s))
            return true;
    return false;
}

/* The nth vulnerability that goes by this name; `r` then stands at its packages. */
static bool vulnerability_find(const Database *db, Str name, size_t nth, Arena *arena, Reader *r,
                               Vulnerability *out)
{
    Probe probe = probe_of(db->sections[SECTION_NAME_INDEX], name_hash(name));
    uint32_t ordinal;
    while (probe_next(&probe, &ordinal)) {
        ArenaMark mark = arena_mark(arena);
        StrVec hidden = {0};
        *out = (Vulnerability){0};
        if (vulnerability_open(db, ordinal, r, &out->id)) {
            vulnerability_take(db, r, arena, out);
            list_take(db, r, arena, &hidden);
            bool named = str_eq_fold(out->id, name) || list_has_fold(&out->aliases, name) ||
                         list_has_fold(&hidden, name);
            if (named && nth-- == 0)
                return true;
        }
        arena_reset(arena, mark);
    }
    return false;
}

bool database_vulnerability(const Database *db, Str id, size_t nth, Arena *arena,
                            Vulnerability *out)
{
    Reader r;
    return vulnerability_find(db, id, nth, arena, &r, out);
}

bool database_vulnerability_of(const Database *db, const Advisory *advisory, Arena *arena,
                               Vulnerability *out)
{
    Reader r;
    *out = (Vulnerability){0};
    if (!vulnerability_open(db, advisory->ordinal, &r, &out->id) || !str_eq(out->id, advisory->id))
        return false;
    vulnerability_take(db, &r, arena, out);
    return true;
}

/* Those of one package that speak of one vulnerability. */
static void package_rows_of(const Database *db, const PackageHead *head, Str id, Arena *arena,
                            AdvisoryVec *out)
{
    AdvisoryCursor cursor = {.db = db, .source = UINT64_MAX};
    Advisory row, one;
    cursor_begin(&cursor, head);
    while (advisories_next(&cursor, arena, &row))
        while (advisories_take(&cursor, &row, &one))
            if (str_eq(one.id, id))
                *vec_push(arena, out) = one;
}

void database_advisories_of(const Database *db, Str id, Arena *arena, AdvisoryVec *out)
{
    Vulnerability v;
    Reader r;
    for (size_t nth = 0; vulnerability_find(db, id, nth, arena, &r, &v); nth++) {
        uint64_t count = reader_varint(&r), place = 0;
        for (uint64_t i = 0; i < count && reader_ok(&r) && reader_left(&r); i++) {
            PackageHead head;
            place += reader_varint(&r);
            if (package_at(db, place, &head) && has_rows(&head))
                package_rows_of(db, &head, v.id, arena, out);
        }
    }
}

/* --- the small tables --- */

/* The next row of the product; those of others are passed over unread. */
static bool eol_next(Reader *r, Str product, EolDates *out)
{
    while (reader_ok(r) && reader_left(r)) {
        Str name = reader_str(r);
        Reader rest = reader_of(reader_str(r));
        if (!str_eq(name, product))
            continue;
        *out = (EolDates){.product = name};
        out->release = reader_str(&rest);
        out->codename = reader_str(&rest);
        out->ended = reader_u8(&rest) & 1;
        out->eol = date_take(&rest);
        out->extended_eol = date_take(&rest);
        return reader_ok(&rest);
    }
    return false;
}

bool database_eol(const Database *db, Str product, Str release, EolDates *out)
{
    Reader r = reader_of(db->sections[SECTION_EOL]);
    while (eol_next(&r, product, out))
        if (str_eq(out->release, release))
            return true;
    *out = (EolDates){0};
    return false;
}

bool database_eol_codename(const Database *db, Str product, Str codename, EolDates *out)
{
    Reader r = reader_of(db->sections[SECTION_EOL]);
    while (eol_next(&r, product, out))
        if (codename.len && str_eq_fold(out->codename, codename))
            return true;
    *out = (EolDates){0};
    return false;
}

Str database_cwe_name(const Database *db, Str cwe)
{
    Reader r = reader_of(db->sections[SECTION_CWES]);
    while (reader_left(&r) && reader_ok(&r)) {
        Str id = reader_str(&r), name = reader_str(&r);
        if (str_eq(id, cwe))
            return name;
    }
    return (Str){0};
}
