/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/stream.h"

/* A stream whose bytes a second thread pulls ahead from `inner`, so that decoding on one core runs
 * beside what is done with the bytes on another. Slots are used again and again: no byte of a layer
 * is kept. Where no thread can be had it reads from `inner` itself. */
typedef struct Ring Ring;

/* `inner` belongs to the ring's thread until stream_close. Lives on the arena. */
Stream *ring_open(Arena *arena, Stream *inner);
