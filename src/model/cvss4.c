/* SPDX-License-Identifier: Apache-2.0 */
#include "model/cvss_metrics.h"

/* CVSS 4.0 has no formula: a vector falls into one of 270 classes (macrovectors), whose scores
 * experts agreed on. Within its class it is moved down towards the next lower class of each of five
 * groups of metrics, by the share of the way from the class's most severe vectors, and the mean of
 * these moves is what is taken off. Everything here is a ratio of small integers and stays exact up
 * to the last rounding.
 * Source: https://www.first.org/cvss/v4.0/specification-document section 8 */

enum {
    AV,
    AC,
    AT,
    PR,
    UI,
    VC,
    VI,
    VA,
    SC,
    SI,
    SA,
    E,
    CR,
    IR,
    AR,
    MAV, /* the modified forms follow in the order AV to SA */
    FIRST_SUPPLEMENTAL = MAV + 11,
};

const CvssMetric cvss4_metrics[CVSS4_METRICS] = {
    [AV] = {STR_INIT("AV"), "NALP", true},
    [AC] = {STR_INIT("AC"), "LH", true},
    [AT] = {STR_INIT("AT"), "NP", true},
    [PR] = {STR_INIT("PR"), "NLH", true},
    [UI] = {STR_INIT("UI"), "NPA", true},
    [VC] = {STR_INIT("VC"), "HLN", true},
    [VI] = {STR_INIT("VI"), "HLN", true},
    [VA] = {STR_INIT("VA"), "HLN", true},
    [SC] = {STR_INIT("SC"), "HLN", true},
    [SI] = {STR_INIT("SI"), "HLN", true},
    [SA] = {STR_INIT("SA"), "HLN", true},
    [E] = {STR_INIT("E"), "XAPU", false},
    [CR] = {STR_INIT("CR"), "XHML", false},
    [IR] = {STR_INIT("IR"), "XHML", false},
    [AR] = {STR_INIT("AR"), "XHML", false},
    [MAV + AV] = {STR_INIT("MAV"), "XNALP", false},
    [MAV + AC] = {STR_INIT("MAC"), "XLH", false},
    [MAV + AT] = {STR_INIT("MAT"), "XNP", false},
    [MAV + PR] = {STR_INIT("MPR"), "XNLH", false},
    [MAV + UI] = {STR_INIT("MUI"), "XNPA", false},
    [MAV + VC] = {STR_INIT("MVC"), "XHLN", false},
    [MAV + VI] = {STR_INIT("MVI"), "XHLN", false},
    [MAV + VA] = {STR_INIT("MVA"), "XHLN", false},
    [MAV + SC] = {STR_INIT("MSC"), "XHLN", false},
    [MAV + SI] = {STR_INIT("MSI"), "XSHLN", false},
    [MAV + SA] = {STR_INIT("MSA"), "XSHLN", false},
    [FIRST_SUPPLEMENTAL] = {STR_INIT("S"), "", false},
    {STR_INIT("AU"), "", false},
    {STR_INIT("R"), "", false},
    {STR_INIT("V"), "", false},
    {STR_INIT("RE"), "", false},
    {STR_INIT("U"), "", false},
};

enum { NA = -1 };
/* Scores in tenths: a row for EQ1 EQ2 EQ3 EQ4, a column for EQ5 EQ6. */
static const int8_t classes[54][6] = {{100, 99, 98, 95, 95, 92}, /* 0000 */
                                      {100, 96, 93, 87, 91, 81}, /* 0001 */
                                      {93, 90, 89, 80, 81, 68},  /* 0002 */
                                      {98, 95, 95, 92, 90, 84},  /* 0010 */
                                      {93, 92, 89, 81, 81, 65},  /* 0011 */
                                      {88, 80, 78, 70, 69, 48},  /* 0012 */
                                      {NA, 92, NA, 82, NA, 72},  /* 0020 */
                                      {NA, 79, NA, 69, NA, 50},  /* 0021 */
                                      {NA, 69, NA, 55, NA, 27},  /* 0022 */
                                      {99, 97, 95, 92, 92, 85},  /* 0100 */
                                      {95, 91, 90, 83, 84, 71},  /* 0101 */
                                      {92, 81, 82, 71, 72, 53},  /* 0102 */
                                      {95, 93, 92, 85, 85, 73},  /* 0110 */
                                      {92, 82, 80, 72, 70, 59},  /* 0111 */
                                      {84, 70, 71, 52, 50, 30},  /* 0112 */
                                      {NA, 86, NA, 75, NA, 52},  /* 0120 */
                                      {NA, 71, NA, 52, NA, 29},  /* 0121 */
                                      {NA, 63, NA, 29, NA, 17},  /* 0122 */
                                      {98, 95, 94, 87, 91, 81},  /* 1000 */
                                      {94, 89, 86, 74, 77, 64},  /* 1001 */
                                      {87, 75, 74, 63, 63, 49},  /* 1002 */
                                      {94, 89, 88, 77, 76, 67},  /* 1010 */
                                      {86, 76, 74, 58, 59, 50},  /* 1011 */
                                      {72, 57, 57, 52, 52, 25},  /* 1012 */
                                      {NA, 83, NA, 70, NA, 54},  /* 1020 */
                                      {NA, 65, NA, 58, NA, 26},  /* 1021 */
                                      {NA, 53, NA, 21, NA, 13},  /* 1022 */
                                      {95, 90, 88, 76, 76, 70},  /* 1100 */
                                      {90, 77, 75, 62, 61, 53},  /* 1101 */
                                      {77, 66, 68, 59, 52, 30},  /* 1102 */
                                      {89, 78, 76, 67, 62, 58},  /* 1110 */
                                      {74, 59, 57, 57, 47, 23},  /* 1111 */
                                      {61, 52, 57, 29, 24, 16},  /* 1112 */
                                      {NA, 71, NA, 59, NA, 30},  /* 1120 */
                                      {NA, 58, NA, 26, NA, 15},  /* 1121 */
                                      {NA, 23, NA, 13, NA, 6},   /* 1122 */
                                      {93, 87, 86, 72, 75, 58},  /* 2000 */
                                      {86, 74, 74, 61, 56, 34},  /* 2001 */
                                      {70, 54, 52, 40, 40, 22},  /* 2002 */
                                      {85, 75, 74, 55, 62, 51},  /* 2010 */
                                      {72, 57, 55, 41, 46, 19},  /* 2011 */
                                      {53, 36, 34, 19, 19, 8},   /* 2012 */
                                      {NA, 64, NA, 51, NA, 20},  /* 2020 */
                                      {NA, 47, NA, 21, NA, 11},  /* 2021 */
                                      {NA, 24, NA, 9, NA, 4},    /* 2022 */
                                      {88, 75, 73, 53, 60, 50},  /* 2100 */
                                      {73, 55, 59, 40, 41, 20},  /* 2101 */
                                      {54, 43, 45, 22, 20, 11},  /* 2102 */
                                      {75, 55, 58, 45, 40, 21},  /* 2110 */
                                      {61, 51, 48, 18, 20, 9},   /* 2111 */
                                      {46, 18, 17, 7, 8, 2},     /* 2112 */
                                      {NA, 53, NA, 24, NA, 14},  /* 2120 */
                                      {NA, 24, NA, 12, NA, 5},   /* 2121 */
                                      {NA, 10, NA, 3, NA, 1},
                                      /* 2122 */};

/* The most severe vectors of each class, group by group: letters in the order of the group's
 * metrics. EQ3 and EQ6 go together; EQ5 has one metric, and no way within a class. */
enum { MAXES = 5 };
typedef struct Group {
    int metrics[6];
    int count;
    struct {
        const char *most_severe[MAXES];
        int depth; /* steps from there to the least severe vector of the class */
    } classes[6];
} Group;

enum { EQ1, EQ2, EQ36, EQ4, GROUPS };
static const Group groups[GROUPS] = {
    [EQ1] = {{AV, PR, UI}, 3, {{{"NNN"}, 1}, {{"ANN", "NLN", "NNP"}, 4}, {{"PNN", "ALP"}, 5}}},
    [EQ2] = {{AC, AT}, 2, {{{"LN"}, 1}, {{"HN", "LP"}, 2}}},
    [EQ36] = {{VC, VI, VA, CR, IR, AR},
              6,
              {{{"HHHHHH"}, 7},
               {{"HHLMMH", "HHHMMM"}, 6},
               {{"LHHHHH", "HLHHHH"}, 8},
               {{"LHLHMH", "LHHHMM", "HLHMHM", "HLLMHH", "LLHHHM"}, 8},
               {{0}, 0},
               {{"LLLHHH"}, 10}}},
    [EQ4] = {{SC, SI, SA}, 3, {{{"HSS"}, 6}, {{"HHH"}, 5}, {{"LLL"}, 4}}},
};

typedef struct Macro {
    int eq1, eq2, eq3, eq4, eq5, eq6;
} Macro;

/* The letter that counts: modified over base, and the worst where nothing is said. */
static char letter_of(const char *letters, int metric)
{
    char c = letters[metric];
    if (metric == E)
        return c == 0 || c == 'X' ? 'A' : c;
    if (metric == CR || metric == IR || metric == AR)
        return c == 0 || c == 'X' ? 'H' : c;
    char modified = letters[MAV + metric];
    return modified && modified != 'X' ? modified : c;
}

static Macro macro_of(const char *l)
{
    Macro m;
    int none = (l[AV] == 'N') + (l[PR] == 'N') + (l[UI] == 'N');
    m.eq1 = none == 3 ? 0 : none > 0 && l[AV] != 'P' ? 1 : 2;
    m.eq2 = l[AC] == 'L' && l[AT] == 'N' ? 0 : 1;
    bool any = l[VC] == 'H' || l[VI] == 'H' || l[VA] == 'H';
    m.eq3 = l[VC] == 'H' && l[VI] == 'H' ? 0 : any ? 1 : 2;
    bool safety = l[SI] == 'S' || l[SA] == 'S';
    m.eq4 = safety ? 0 : l[SC] == 'H' || l[SI] == 'H' || l[SA] == 'H' ? 1 : 2;
    m.eq5 = l[E] == 'A' ? 0 : l[E] == 'P' ? 1 : 2;
    bool wanted = (l[CR] == 'H' && l[VC] == 'H') || (l[IR] == 'H' && l[VI] == 'H') ||
                  (l[AR] == 'H' && l[VA] == 'H');
    m.eq6 = wanted ? 0 : 1;
    return m;
}

static int class_score(Macro m)
{
    if (m.eq1 > 2 || m.eq2 > 1 || m.eq3 > 2 || m.eq4 > 2 || m.eq5 > 2 || m.eq6 > 1)
        return NA;
    return classes[((m.eq1 * 2 + m.eq2) * 3 + m.eq3) * 3 + m.eq4][m.eq5 * 2 + m.eq6];
}

/* Of EQ3 and EQ6: 11 goes to 21, 01 and 10 to 11, 00 to the higher of 01 and 10. */
static int lower36_score(Macro m)
{
    Macro by3 = m, by6 = m;
    by3.eq3++;
    by6.eq6++;
    if (m.eq6 == 1)
        return class_score(by3);
    if (m.eq3 == 1)
        return class_score(by6);
    int a = class_score(by3), b = class_score(by6);
    return a > b ? a : b;
}

static int steps(int metric, char letter)
{
    static const char *const order[] = {
        [AV] = "NALP", [AC] = "LH",  [AT] = "NP",  [PR] = "NLH",  [UI] = "NPA",
        [VC] = "HLN",  [VI] = "HLN", [VA] = "HLN", [SC] = "SHLN", [SI] = "SHLN",
        [SA] = "SHLN", [E] = "APU",  [CR] = "HML", [IR] = "HML",  [AR] = "HML",
    };
    return (int)str_find_char(str_from(order[metric]), letter);
}

/* Steps from the first of the most severe vectors that is nowhere less severe. */
static int distance(const Group *group, int class, const char *letters)
{
    for (int max = 0; max < MAXES && group->classes[class].most_severe[max]; max++) {
        Str top = str_from(group->classes[class].most_severe[max]);
        int sum = 0, i = 0;
        for (; i < group->count; i++) {
            int metric = group->metrics[i];
            int step = steps(metric, letters[metric]) - steps(metric, str_at(top, (size_t)i));
            if (step < 0)
                break;
            sum += step;
        }
        if (i == group->count)
            return sum;
    }
    return 0;
}

int64_t cvss4_score(const char *vector)
{
    char letters[MAV] = {0};
    bool harmless = true;
    for (int i = 0; i < MAV; i++)
        letters[i] = letter_of(vector, i);
    for (int i = VC; i <= SA; i++)
        harmless = harmless && letters[i] == 'N';
    if (harmless)
        return 0;
    Macro m = macro_of(letters), lower1 = m, lower2 = m, lower4 = m, lower5 = m;
    lower1.eq1++;
    lower2.eq2++;
    lower4.eq4++;
    lower5.eq5++;
    const int class[GROUPS] = {m.eq1, m.eq2, m.eq3 * 2 + m.eq6, m.eq4};
    const int lower[GROUPS] = {class_score(lower1), class_score(lower2), lower36_score(m),
                               class_score(lower4)};
    enum { COMMON = 840 }; /* a multiple of every depth */
    int64_t value = class_score(m), off = 0;
    int count = class_score(lower5) != NA; /* counted in the mean, though it moves nothing */
    for (int g = 0; g < GROUPS; g++) {
        if (lower[g] == NA)
            continue;
        count++;
        off += (value - lower[g]) * distance(&groups[g], class[g], letters) * COMMON /
               groups[g].classes[class[g]].depth;
    }
    if (count == 0)
        return value;
    int64_t unit = (int64_t)COMMON * count;
    int64_t score = (2 * (value * unit - off) + unit) / (2 * unit); /* half up */
    return score < 0 ? 0 : score > 100 ? 100 : score;
}
