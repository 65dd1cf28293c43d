/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "model/finding.h"

/* Any scanner's or feed's word as one of ours; unknown for a word that says nothing. */
Severity severity_of_word(Str word);
/* By the bands of CVSS 3. */
Severity severity_of_score(double cvss);
