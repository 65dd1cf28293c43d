/* SPDX-License-Identifier: Apache-2.0 */
/* Debian's security tracker: {package: {CVE: {releases: {codename: state}}}}. Unlike the OSV
 * records it says what is still open and why (rule 7). */
#include "advisories/feed.h"

typedef struct Tracker {
    FeedFile *file;
    uint32_t source;
    Str package, id;
    Record record;
} Tracker;

typedef struct Release {
    Str status, fixed, urgency, reason;
} Release;

static Str release_of(Str codename)
{
    static const struct {
        Str codename, release;
    } rows[] = {
        {STR_INIT("wheezy"), STR_INIT("Debian:7")},
        {STR_INIT("jessie"), STR_INIT("Debian:8")},
        {STR_INIT("stretch"), STR_INIT("Debian:9")},
        {STR_INIT("buster"), STR_INIT("Debian:10")},
        {STR_INIT("bullseye"), STR_INIT("Debian:11")},
        {STR_INIT("bookworm"), STR_INIT("Debian:12")},
        {STR_INIT("trixie"), STR_INIT("Debian:13")},
        {STR_INIT("forky"), STR_INIT("Debian:14")},
        {STR_INIT("duke"), STR_INIT("Debian:15")},
        {STR_INIT("sid"), STR_INIT("Debian:unstable")},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (str_eq(rows[i].codename, codename))
            return rows[i].release;
    return (Str){0};
}

static FindingStatus status_of(const Release *release)
{
    if (str_eq(release->urgency, STR("end-of-life")))
        return STATUS_END_OF_LIFE;
    if (str_eq(release->reason, STR("ignored")))
        return STATUS_WILL_NOT_FIX;
    if (str_eq(release->reason, STR("postponed")))
        return STATUS_DEFERRED;
    return STATUS_AFFECTED; /* open, undetermined, no-dsa */
}

static void release_keep(Tracker *tracker, Str codename, const Release *release)
{
    Str ecosystem = release_of(codename);
    if (ecosystem.len == 0 || release->status.len == 0)
        return;
    Advisory *a = vec_push(tracker->file->arena, &tracker->record.affected);
    *a = (Advisory){.ecosystem = ecosystem, .package = tracker->package, .status = STATUS_AFFECTED};
    if (!str_eq(release->urgency, STR("not yet assigned")))
        a->urgency = release->urgency;
    bool resolved = str_eq(release->status, STR("resolved"));
    if (resolved && str_eq(release->fixed, STR("0")))
        a->not_affected = true;
    else if (resolved && release->fixed.len) /* a no-dsa of before is stale: the fix counts */
        vec_push(tracker->file->arena, &a->ranges)->fixed = release->fixed;
    else {
        a->all_versions = true;
        a->status = status_of(release);
    }
}

static void release_read(Tracker *tracker, Str codename, Json *j)
{
    Release release = {0};
    Str key;
    if (!json_enter_object(j))
        return;
    while (json_next_key(j, &key))
        if (str_eq(key, STR("status")))
            release.status = json_take_str(j);
        else if (str_eq(key, STR("fixed_version")))
            release.fixed = json_take_str(j);
        else if (str_eq(key, STR("urgency")))
            release.urgency = json_take_str(j);
        else if (str_eq(key, STR("nodsa_reason")))
            release.reason = json_take_str(j);
        else
            json_skip(j);
    release_keep(tracker, codename, &release);
}

static void releases_read(Tracker *tracker, Json *j)
{
    Str codename;
    if (!json_enter_object(j))
        return;
    while (json_next_key(j, &codename))
        release_read(tracker, codename, j);
}

static void issue_read(Tracker *tracker, Json *j)
{
    Str key;
    ArenaMark mark = arena_mark(tracker->file->arena);
    if (!json_enter_object(j))
        return;
    tracker->record = (Record){.id = tracker->id, .published = DATE_NONE};
    while (json_next_key(j, &key))
        if (str_eq(key, STR("releases")))
            releases_read(tracker, j);
        else
            json_skip(j);
    if (tracker->record.affected.len) {
        facts_source_saw(tracker->file->facts, tracker->source, (Str){0});
        facts_add_record(tracker->file->facts, tracker->source, &tracker->record);
    }
    arena_reset(tracker->file->arena, mark);
}

static bool debian_read(FeedFile *file, Error *err)
{
    Tracker tracker = {.file = file, .source = facts_source(file->facts, STR("debian-tracker"))};
    Json j;
    json_init(&j, file->bytes, file->arena);
    if (!json_enter_object(&j))
        return error_set(err, ERR_FORMAT, "is no data of the tracker: no JSON object");
    while (json_next_key(&j, &tracker.package)) {
        if (!json_enter_object(&j))
            continue;
        while (json_next_key(&j, &tracker.id))
            issue_read(&tracker, &j);
    }
    return json_finish(&j, err);
}

const Feed feed_debian = {
    .name = STR_INIT("debian-tracker"),
    .summary = STR_INIT("Debian's security tracker: open, ignored and postponed flaws too"),
    .spec = STR_INIT("https://security-team.debian.org/security_tracker.html"),
    .paths = STR_INIT("debian/tracker.json debian/json"),
    .address = STR_INIT("https://security-tracker.debian.org/tracker/data"),
    .files = STR_INIT("debian/json"),
    .read = debian_read,
};
