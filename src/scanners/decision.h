/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "model/context.h"
#include "model/finding.h"
#include "policy/policy.h"

/* What to do about a vulnerability and by when: fills ssvc.exploitation, ssvc.decision and deadline
 * of a finding of kind cve, host or service; others are left alone. `mission` and `exposure` come
 * from the context. What nobody assessed may be either: of the possible answers, the most urgent
 * first, the one in the middle is taken, the more urgent of two, and `why` says what is not known.
 * A KEV entry's own due date comes first, else days count from `first_seen`. Sources: CISA's SSVC
 * coordinator tree 2.0.3 and BOD 26-04, both in the policy. */
void finding_decide(const Policy *policy, const Context *context, Date first_seen, Arena *arena,
                    Finding *finding);
