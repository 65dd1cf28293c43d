/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "archive/codec.h"
#include "base/csv.h"
#include "base/fd.h"
#include "base/map.h"
#include "score/score.h"

/* Which CVEs does CISA's catalog list later? Every CVE of the snapshot of 2024-03-04 that was not yet
 * listed is ranked by what was known on that day alone; the label is a listing within 90, 365 or 540
 * days. Prints the ranking power of our likelihood and impact beside what others rank by, and fails
 * if a row is not what it was when the model was chosen, or if ours falls below its floor. */

enum { HORIZONS = 3, RANKERS = 10, EXIT_SKIP = 77 };
static const int32_t horizons[HORIZONS] = {90, 365, 540};
static const double least_auc = .86, least_coverage = 60;

typedef struct Cve {
    FindingInputs inputs;
    double cvss_bt, grype;
    int32_t listed; /* days after the snapshot, 0: not by its end */
} Cve;
typedef Vec(Cve) CveVec;

typedef struct Table {
    Fd file;
    FileStream stream;
    Stream *plain;
    Csv csv;
} Table;

static void table_close(Table *t)
{
    csv_fini(&t->csv);
    stream_close(t->plain);
    fd_close(&t->file);
}

static bool table_open(Table *t, Str folder, const char *name, Arena *arena, Error *err)
{
    static const Limits limits = {
        .layer_bytes = UINT64_C(1) << 30, .ratio = 1000, .ratio_floor = UINT64_C(64) << 20};
    const Codec *codec;
    uint64_t size;
    *t = (Table){.file = -1};
    Str path = arena_printf(arena, STR_FMT "/%s", STR_ARG(folder), name);
    if (!fd_open_read_at(AT_FDCWD, path, &t->file, err) || !fd_size(t->file, &size, err))
        return false;
    file_stream_init(&t->stream, t->file, 0, size);
    if (!codec_open(arena, &t->stream.stream, &limits, &t->plain, &codec, err))
        return error_within(err, "%s", name);
    csv_init(&t->csv, t->plain);
    return csv_take_header(&t->csv, err) || error_within(err, "%s", name);
}

/* Days as pointers: 1970-01-01 is none of the catalog's. */
static bool catalog_read(Str folder, Arena *arena, Map *out, Error *err)
{
    Table table CLEANUP(table_close) = {.file = -1};
    bool got = true;
    map_init(out, arena);
    if (!table_open(&table, folder, "kev_20250825.csv.gz", arena, err))
        return false;
    size_t id = csv_column(&table.csv, STR("cveID")),
           added = csv_column(&table.csv, STR("dateAdded"));
    while (got) {
        if (!csv_next(&table.csv, &got, err))
            return false;
        if (!got)
            break;
        Date *day = arena_new(arena, Date);
        *day = date_parse(csv_field(&table.csv, added));
        *map_get(out, arena_str(arena, csv_field(&table.csv, id))) = day;
    }
    return true;
}

static double number(Str text)
{
    double value;
    return str_to_double(text, &value) ? value : 0;
}

static char vector_av(Str vector)
{
    for (Str rest = vector, part; str_next(&rest, '/', &part);)
        if (str_starts(part, STR("AV:")))
            return str_at(part, 3);
    return '?';
}

/* Grype's risk without its catalog factor: no CVE here is listed. */
static double grype_risk(const FindingInputs *in)
{
    static const double label[SEVERITIES] = {5, .5, 3, 5, 7.5, 9};
    double own = label[in->severity] / 10;
    double severity = in->cvss > 0 ? (own + in->cvss / 10) / 2 : own;
    return fmin(1, in->epss * severity);
}

static bool flag(const Csv *csv, const char *column)
{
    return str_eq(csv_field(csv, csv_column(csv, str_from(column))), STR("True"));
}

static Str text(const Csv *csv, const char *column)
{
    return csv_field(csv, csv_column(csv, str_from(column)));
}

static void cve_read(const Csv *csv, const Policy *policy, Date day, Cve *out)
{
    FindingInputs *in = &out->inputs;
    Date published = date_parse(text(csv, "published_date"));
    in->known = INPUT_SEVERITY | INPUT_CVSS | INPUT_AV | INPUT_EPSS;
    in->cvss = number(text(csv, "base_score"));
    in->severity = policy_severity(policy, text(csv, "base_severity"), in->cvss);
    in->av = vector_av(text(csv, "base_vector"));
    in->epss = number(text(csv, "epss"));
    if (published != DATE_NONE) {
        in->known |= INPUT_AGE;
        in->age = day - published;
    }
    in->exploit[EXPLOIT_OTHER_KEV] = flag(csv, "vulncheck_kev");
    in->exploit[EXPLOIT_METASPLOIT] = flag(csv, "metasploit");
    in->exploit[EXPLOIT_NUCLEI] = flag(csv, "nuclei");
    in->exploit[EXPLOIT_POC] = flag(csv, "poc_github");
    in->exploit[EXPLOIT_EXPLOITDB] = flag(csv, "exploitdb");
    out->cvss_bt = number(text(csv, "cvss-bt_score"));
    out->grype = grype_risk(in);
}

static bool snapshot_read(Str folder, const Policy *policy, Arena *arena, CveVec *out, Error *err)
{
    Table table CLEANUP(table_close) = {.file = -1};
    Date day = date_of(2024, 3, 4);
    bool got = true;
    Map catalog;
    if (!catalog_read(folder, arena, &catalog, err) ||
        !table_open(&table, folder, "cvssbt_20240304.csv.gz", arena, err))
        return false;
    while (got) {
        if (!csv_next(&table.csv, &got, err))
            return false;
        const Date *listed = got ? map_find(&catalog, text(&table.csv, "cve")) : NULL;
        if (!got || (listed && *listed <= day))
            continue;
        Cve *cve = vec_push(arena, out);
        *cve = (Cve){.listed = listed ? *listed - day : 0};
        cve_read(&table.csv, policy, day, cve);
    }
    return true;
}

/* ---- rankers ---- */

static double ours(const Policy *policy, const FindingInputs *in)
{
    Hazard hazard;
    finding_hazard(policy, NULL, KIND_CVE, in, &hazard);
    return hazard.likelihood * hazard.impact;
}

static double rank_none(const Policy *policy, const Cve *cve)
{
    (void)policy, (void)cve;
    return 0;
}

static double rank_label(const Policy *policy, const Cve *cve)
{
    (void)policy;
    return cve->inputs.severity;
}

static double rank_cvss(const Policy *policy, const Cve *cve)
{
    (void)policy;
    return cve->inputs.cvss;
}

static double rank_cvss_bt(const Policy *policy, const Cve *cve)
{
    (void)policy;
    return cve->cvss_bt;
}

static double rank_epss(const Policy *policy, const Cve *cve)
{
    (void)policy;
    return cve->inputs.epss;
}

static double rank_grype(const Policy *policy, const Cve *cve)
{
    (void)policy;
    return cve->grype;
}

static double rank_ours(const Policy *policy, const Cve *cve)
{
    return ours(policy, &cve->inputs);
}

static double rank_ours_without_vulncheck(const Policy *policy, const Cve *cve)
{
    FindingInputs in = cve->inputs;
    in.exploit[EXPLOIT_OTHER_KEV] = false;
    return ours(policy, &in);
}

static double rank_ours_open(const Policy *policy, const Cve *cve)
{
    FindingInputs in = cve->inputs;
    for (size_t i = 0; i < EXPLOITS; i++)
        in.exploit[i] = false;
    return ours(policy, &in);
}

static double rank_ours_offline(const Policy *policy, const Cve *cve)
{
    FindingInputs in = cve->inputs;
    in.epss = 0;
    return ours(policy, &in);
}

typedef struct Row {
    double auc[HORIZONS], top_hits, coverage5, coverage10;
} Row;

static const struct {
    const char *name;
    double (*rank)(const Policy *policy, const Cve *cve);
    Row expected;
} rankers[RANKERS] = {
    {"KEV alone (all tied)", rank_none, {{.500, .500, .500}, .9, 5.0, 10.0}},
    {"severity label", rank_label, {{.704, .743, .732}, 3.0, 17.2, 34.3}},
    {"CVSS base", rank_cvss, {{.688, .735, .735}, 1.2, 13.2, 31.0}},
    {"CVSS-BT", rank_cvss_bt, {{.748, .805, .804}, 18.5, 35.0, 41.2}},
    {"EPSS", rank_epss, {{.688, .733, .720}, 17, 36.4, 43.2}},
    {"grype risk", rank_grype, {{.720, .757, .744}, 19, 36.4, 43.2}},
    {"ours", rank_ours, {{.799, .890, .879}, 32, 64.8, 68.2}},
    {"ours without VulnCheck KEV",
     rank_ours_without_vulncheck,
     {{.800, .863, .858}, 22, 51.1, 60.2}},
    {"ours, EPSS + severity + age only", rank_ours_open, {{.801, .829, .819}, 18, 37.5, 54.5}},
    {"ours offline (no EPSS)", rank_ours_offline, {{.850, .909, .902}, 44, 68.6, 74.9}},
};
enum { OURS = 6 };

/* ---- measures ---- */

typedef struct Ranked {
    double rank;
    int32_t listed;
} Ranked;

static int ranked_cmp(const void *left, const void *right)
{
    const Ranked *a = left, *b = right;
    return (a->rank < b->rank) - (a->rank > b->rank);
}

static bool is_hit(const Ranked *ranked, int32_t days)
{
    return ranked->listed > 0 && ranked->listed <= days;
}

/* Chance that a listed CVE ranks above one that is not; ties count half. Best first. */
static double auc_of(const Ranked *ranked, size_t count, int32_t days)
{
    double hits = 0, others = 0, won = 0;
    for (size_t i = 0, end; i < count; i = end) {
        double hits_here = 0;
        for (end = i; end < count && !(ranked[end].rank < ranked[i].rank); end++)
            hits_here += is_hit(&ranked[end], days);
        double others_here = (double)(end - i) - hits_here;
        won += others_here * (hits + hits_here / 2);
        hits += hits_here;
        others += others_here;
    }
    return won / (hits * others);
}

/* Hits among the first `share` of all; where the cut falls within ties, in proportion. */
static double hits_within(const Ranked *ranked, size_t count, double share, int32_t days)
{
    double wanted = share * (double)count, found = 0;
    for (size_t i = 0, end; i < count && wanted > 0; i = end) {
        double hits = 0;
        for (end = i; end < count && !(ranked[end].rank < ranked[i].rank); end++)
            hits += is_hit(&ranked[end], days);
        found += hits * fmin(1, wanted / (double)(end - i));
        wanted -= (double)(end - i);
    }
    return found;
}

static Row row_of(const Policy *policy, size_t ranker, const CveVec *cves, Ranked *ranked)
{
    Row row;
    int32_t last = horizons[HORIZONS - 1];
    for (size_t i = 0; i < cves->len; i++)
        ranked[i] = (Ranked){rankers[ranker].rank(policy, &cves->at[i]), cves->at[i].listed};
    qsort(ranked, cves->len, sizeof *ranked, ranked_cmp);
    for (size_t h = 0; h < HORIZONS; h++)
        row.auc[h] = auc_of(ranked, cves->len, horizons[h]);
    double all = hits_within(ranked, cves->len, 1, last);
    row.top_hits = hits_within(ranked, cves->len, .01, last);
    row.coverage5 = 100 * hits_within(ranked, cves->len, .05, last) / all;
    row.coverage10 = 100 * hits_within(ranked, cves->len, .10, last) / all;
    return row;
}

static bool agrees(const Row *got, const Row *want)
{
    bool ok = fabs(got->top_hits - want->top_hits) <= .5 &&
              fabs(got->coverage5 - want->coverage5) <= .5 &&
              fabs(got->coverage10 - want->coverage10) <= .5;
    for (size_t h = 0; h < HORIZONS; h++)
        ok = ok && fabs(got->auc[h] - want->auc[h]) <= .002;
    return ok;
}

static bool run(Str folder, bool *good, Error *err)
{
    Arena arena CLEANUP(arena_fini) = {0};
    const Policy *policy;
    CveVec cves = {0};
    if (!policy_load((Str){0}, (Str){0}, &arena, &policy, err) ||
        !snapshot_read(folder, policy, &arena, &cves, err))
        return false;
    Ranked *ranked = arena_new_array(&arena, Ranked, cves.len);
    printf("%zu CVEs of 2024-03-04 that are not in KEV\n\n", cves.len);
    printf(
        "| ranker | AUC 90 d | AUC 365 d | AUC 540 d | hits in top 1 %% | coverage at 5 %% effort "
        "| at 10 %% |\n|---|---|---|---|---|---|---|\n");
    *good = cves.len == 239232;
    for (size_t i = 0; i < RANKERS; i++) {
        Row row = row_of(policy, i, &cves, ranked);
        bool same = agrees(&row, &rankers[i].expected);
        printf("| %s | %.3f | %.3f | %.3f | %.1f | %.1f %% | %.1f %% |%s\n", rankers[i].name,
               row.auc[0], row.auc[1], row.auc[2], row.top_hits, row.coverage5, row.coverage10,
               same ? "" : " differs");
        *good = *good && same &&
                (i != OURS || (row.auc[2] >= least_auc && row.coverage5 >= least_coverage));
    }
    return true;
}

int main(int argc, char **argv)
{
    Error err = {0};
    bool good = false;
    if (argc != 2) {
        fprintf(stderr, "usage: bench_backtest FOLDER\n");
        return 2;
    }
    if (!run(str_from(argv[1]), &good, &err)) {
        fprintf(stderr, "bench_backtest: %s\n", err.message);
        return err.code == ERR_ABSENT ? EXIT_SKIP : 1;
    }
    return good ? 0 : 1;
}
