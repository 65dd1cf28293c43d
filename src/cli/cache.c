/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/cache.h"

#include <stdio.h>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/places.h"

static bool print_stats(const Options *options, const char *what, const CacheStats *stats,
                        const char *limit, Error *err)
{
    bool json;
    if (!print_begin(options, &json, err))
        return false;
    if (json)
        printf("{\n  \"entries\": %llu,\n  \"bytes\": %llu,\n  \"limit\": %llu\n}\n",
               (unsigned long long)stats->entries, (unsigned long long)stats->bytes,
               (unsigned long long)options->cache_limit);
    else
        printf("%s: %llu entries, %.1f MB%s\n", what, (unsigned long long)stats->entries,
               (double)stats->bytes / 1e6, limit);
    return print_end(options, true, err);
}

static bool prune(const Options *options, const Cache *cache, Error *err)
{
    uint64_t days = 30;
    CacheStats removed;
    if (options->operands.len == 2 && (!str_to_u64(options->operands.at[1], &days) || days > 36500))
        return error_set(err, ERR_USAGE, "prune " STR_FMT ": expected a number of days",
                         STR_ARG(options->operands.at[1]));
    if (!cache_prune(cache, (unsigned)days, &removed, err))
        return false;
    return print_stats(options, "removed", &removed, "", err);
}

static bool run(const Options *options, Arena *arena, int *exit_code, Error *err)
{
    (void)exit_code;
    CacheStats stats;
    const Cache cache = place_layers(arena, options);
    Str verb = options->operands.len ? options->operands.at[0] : STR("show");
    if (str_eq(verb, STR("prune")) && options->operands.len <= 2)
        return prune(options, &cache, err);
    if (!str_eq(verb, STR("show")) || options->operands.len > 1)
        return error_set(err, ERR_USAGE, "expected show, or prune [DAYS]");
    if (!cache_stats(&cache, &stats, err))
        return false;
    Str limit = cache.limit ? arena_printf(arena, " of at most %.1f MB", (double)cache.limit / 1e6)
                            : STR(", without a limit");
    return print_stats(options, cache.dir.ptr, &stats, limit.ptr, err);
}

static const OptionSpec *const tables[] = {options_report, options_data, NULL};
const Command command_cache = {
    .name = "cache",
    .summary = "show or prune what is kept of layers and images that were read before",
    .options = tables,
    .run = run,
};
