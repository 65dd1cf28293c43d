/* SPDX-License-Identifier: Apache-2.0 */
#include "scanners/builtin/describe.h"

/* One source gives label, score and vector together: the distribution (or the ecosystem's advisory
 * that matched), else whoever assigned the id, else CISA, else NVD; another distribution's view of
 * its own package comes last. */
typedef enum Authority {
    BY_MATCHED,
    BY_ASSIGNER,
    BY_CISA,
    BY_NVD,
    BY_STRANGER,
} Authority;

typedef struct Opinion {
    Authority authority;
    Str source;
    Severity word;
    Cvss cvss;
} Opinion;
typedef Vec(Opinion) OpinionVec;

static Authority authority_of(Str source)
{
    Str feed, name;
    if (str_eq(source, STR("nvd")) || str_eq(source, STR("nvd@nist.gov")))
        return BY_NVD;
    if (str_starts(source, STR("cisa")) ||
        str_eq(source, STR("134c704f-9b21-4f2e-91b3-4a467353bcc0")))
        return BY_CISA;
    if (str_cut(source, '/', &feed, &name)) {
        const Ecosystem *eco = ecosystem_find(name);
        return eco && eco->distro.len ? BY_STRANGER : BY_ASSIGNER;
    }
    return BY_ASSIGNER;
}

static Opinion *opinion_of(Arena *arena, OpinionVec *all, Str source, Authority authority)
{
    for (size_t i = 0; i < all->len; i++)
        if (str_eq(all->at[i].source, source)) {
            if (authority < all->at[i].authority)
                all->at[i].authority = authority;
            return &all->at[i];
        }
    Opinion *opinion = vec_push(arena, all);
    opinion->source = source;
    opinion->authority = authority;
    return opinion;
}

/* The newest version; of one version the higher score, then the vector that sorts first. */
static bool is_better(const Cvss *a, const Cvss *b)
{
    int order = str_cmp(a->version, b->version);
    if (order)
        return order > 0;
    if (a->score < b->score || a->score > b->score)
        return a->score > b->score;
    return str_cmp(a->vector, b->vector) < 0;
}

/* Debian marks a word that it assumes: "medium**". */
static void hear(const Claim *claim, Opinion *opinion, Str word, const Cvss *cvss)
{
    Severity severity =
        policy_severity(claim->options->policy, str_trim_char(str_trim(word), '*'), 0);
    if (severity > opinion->word)
        opinion->word = severity;
    if (cvss && cvss->version.len && is_better(cvss, &opinion->cvss))
        opinion->cvss = *cvss;
}

static bool says_something(const Opinion *o)
{
    return o->word != SEVERITY_UNKNOWN || o->cvss.version.len;
}

static bool comes_first(const Opinion *a, const Opinion *b)
{
    if (a->authority != b->authority)
        return a->authority < b->authority;
    return str_cmp(a->source, b->source) < 0;
}

static void hear_all(const Claim *claim, Arena *arena, OpinionVec *all)
{
    for (size_t i = 0; i < claim->count; i++) {
        const Advisory *a = claim->hits[i].advisory;
        Cvss own = a->cvss;
        if (own.vector.len)
            (void)cvss_parse(a->cvss.vector, &own); /* an invalid one stays without a version */
        hear(claim, opinion_of(arena, all, a->feed, BY_MATCHED), a->urgency, &own);
    }
    const Vulnerability *v = claim->vulnerability;
    for (size_t i = 0; v && i < v->words.len; i++)
        hear(claim,
             opinion_of(arena, all, v->words.at[i].source, authority_of(v->words.at[i].source)),
             v->words.at[i].word, NULL);
    for (size_t i = 0; v && i < v->cvss.len; i++)
        hear(claim,
             opinion_of(arena, all, v->cvss.at[i].source, authority_of(v->cvss.at[i].source)),
             (Str){0}, &v->cvss.at[i]);
}

void finding_rate(const Claim *claim, Arena *brief, Finding *out)
{
    OpinionVec all = {0};
    const Opinion *best = NULL;
    hear_all(claim, brief, &all);
    for (size_t i = 0; i < all.len; i++)
        if (says_something(&all.at[i]) && (!best || comes_first(&all.at[i], best)))
            best = &all.at[i];
    if (!best)
        return;
    out->severity_source = best->source;
    out->cvss = best->cvss;
    if (best->cvss.version.len)
        out->cvss.source = best->source;
    out->severity = best->word != SEVERITY_UNKNOWN
                        ? best->word
                        : policy_severity_of_cvss(claim->options->policy, best->cvss.score);
}
