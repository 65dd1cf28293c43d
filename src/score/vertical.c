/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "score/score.h"

/* Only own hazards cross between a container and its host, so there is no feedback and every share
 * stays exact. */

double score_escape(const Policy *policy, const StrVec *flags)
{
    double held = 1;
    for (size_t i = 0; i < POLICY_ESCAPES; i++)
        for (size_t k = 0; k < flags->len; k++)
            if (str_eq(flags->at[k], policy_escape_name(i))) {
                held *= 1 - policy->escape[i];
                break;
            }
    return 1 - held;
}

static void cross(const ShareVec *from, Str through, double factor, Arena *arena, ShareVec *out)
{
    for (size_t i = 0; i < from->len; i++) {
        const Share *share = &from->at[i];
        Share *crossed = vec_push(arena, out);
        crossed->nanonats = (int64_t)((double)share->nanonats * factor);
        crossed->finding = UINT32_MAX;
        crossed->key = (ShareKey){.part = {through}, .parts = share->key.parts + 1};
        for (uint32_t k = 0; k < share->key.parts && k < 4; k++)
            crossed->key.part[k + 1] = share->key.part[k];
    }
}

void score_inherit(const Policy *policy, const ShareVec *host, double escape, Arena *arena,
                   ShareVec *out)
{
    double factor = policy->rho0 + (1 - policy->rho0) * escape;
    cross(host, STR("host"), factor, arena, out);
}

void score_ascend(const ShareVec *container, Str name, double escape, Arena *arena, ShareVec *out)
{
    cross(container, name, escape, arena, out);
}

int64_t score_application(const Policy *policy, const int64_t *members, size_t count)
{
    double beta = policy->beta_app, sum = 0;
    bool square = !(beta > 2 || beta < 2);
    for (size_t i = 0; i < count; i++) {
        double nats = (double)members[i] / 1e9;
        sum += square ? nats * nats : pow(nats, beta);
    }
    double nats = square ? sqrt(sum) : pow(sum, 1 / beta);
    return (int64_t)fmin(9e18, round(nats * 1e9));
}
