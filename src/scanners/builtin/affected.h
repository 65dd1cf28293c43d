/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "scanners/builtin/question.h"

typedef enum Answer {
    ANSWER_NO,     /* not vulnerable, or the statement is about something else */
    ANSWER_DENIED, /* the feed says that this package is not affected at all (rules 24, 30) */
    ANSWER_ABSENT, /* vulnerable, but the executable has none of the functions (rule 74) */
    ANSWER_YES,
} Answer;

typedef struct Verdict {
    Answer answer;
    bool listed; /* by an explicit list of versions */
    bool locked; /* the fix is for subscribers, and this machine is none */
    bool passed; /* the installed version is a fix of this record's, or above it */
    Str fixed;   /* the fix that ends the range that holds the version; may be empty */
    Str last;    /* or its last affected version */
} Verdict;

Verdict advisory_judge(const Advisory *advisory, const Question *question);
/* The order of two versions as the question's rules compare them. */
VersionOrder question_compare(const Question *question, Str a, Str b);
