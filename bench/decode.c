/* SPDX-License-Identifier: Apache-2.0 */
/* decode FILE: the layer in it is decoded, and both of its digests are taken, by two threads as a scan
 * does it (src/analyze/layer_bytes.h): no child, no sandbox, nothing looked at in the tar and nothing
 * matched. What a scan of one compressed layer cannot be below. Prints the digests. */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>

#include "analyze/layer_bytes.h"
#include "base/processors.h"

typedef struct Rest {
    LayerBytes bytes;
    Digest stored, diff_id;
    Error err;
    bool ok;
} Rest;

typedef struct Helper {
    Lanes *lanes;
    int processor;
} Helper;

static void *help(void *context)
{
    const Helper *helper = context;
    processor_avoid(helper->processor);
    lanes_enter(helper->lanes);
    lanes_help(helper->lanes);
    lanes_leave(helper->lanes);
    return NULL;
}

static void consume(void *context)
{
    Rest *rest = context;
    rest->ok = layer_bytes_finish(&rest->bytes, &rest->stored, &rest->diff_id, &rest->err);
    layer_bytes_stop(&rest->bytes);
}

static bool decode(Lanes *lanes, Fd file, uint64_t size, Rest *rest)
{
    const Limits limits = LIMITS_DEFAULT;
    const ImageLayer layer = {.fd = file, .size = size};
    LayerLanes own CLEANUP(layer_lanes_fini);
    layer_lanes_init(&own, lanes, true);
    lanes_enter(lanes);
    rest->ok = layer_bytes_open(&rest->bytes, &layer, &own, &limits, &rest->err);
    if (rest->ok && !layer_bytes_share(&rest->bytes, consume, rest))
        consume(rest);
    layer_bytes_close(&rest->bytes);
    lanes_leave(lanes);
    return rest->ok;
}

int main(int argc, char **argv)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Rest rest = {0};
    Lanes lanes;
    Fd file CLEANUP(fd_close) = -1;
    uint64_t size;
    pthread_t thread;
    if (argc != 2) {
        fputs("usage: bench_decode FILE\n", stderr);
        return 2;
    }
    lanes_init(&lanes, processor_count());
    Helper helper = {&lanes, processor_current()};
    lanes.helpers = processor_count() > 1 && pthread_create(&thread, NULL, help, &helper) == 0;
    if (lanes.helpers)
        sched_yield();
    bool ok = fd_open_read_at(AT_FDCWD, str_from(argv[1]), &file, &rest.err) &&
              fd_size(file, &size, &rest.err) && hash_prepare(&rest.err) &&
              codec_prepare(&rest.err) && decode(&lanes, file, size, &rest);
    lanes_end(&lanes);
    if (lanes.helpers)
        pthread_join(thread, NULL);
    lanes_fini(&lanes);
    if (!ok) {
        fprintf(stderr, "bench_decode: " STR_FMT "\n", STR_ARG(error_message(&rest.err)));
        return 1;
    }
    printf(STR_FMT " " STR_FMT "\n", STR_ARG(digest_str(&arena, &rest.stored)),
           STR_ARG(digest_str(&arena, &rest.diff_id)));
    return 0;
}
