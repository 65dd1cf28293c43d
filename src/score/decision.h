/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "policy/policy.h"

/* What public rules say of a finding, beside its score: CISA's SSVC decision for the mission in the
 * context (default medium), and the day by which to act: the KEV entry's own, else BOD 26-04's row
 * counted from `first_seen`. Sets f->ssvc.decision and f->deadline of kinds with a CVE; what a feed
 * does not say of exploitation, automation and technical impact is taken from the exploit flags and
 * the CVSS vector. What they do not tell either may be so or so: of the possible answers by urgency
 * the one in the middle is taken, the more urgent of two, and `why` says what is not known. An
 * exposure that nobody stated is none. */
void finding_decide(const Policy *policy, const Context *context, Date first_seen, Arena *arena,
                    Finding *f);
/* All of them: exposure and mission steer what is to be done until when. Those in one situation
 * share the text. */
void findings_decide(const Policy *policy, const Context *context, Date first_seen, Arena *arena,
                     FindingVec *findings);
