/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>

/* The heap, for src/base alone: everyone else uses an Arena or a Buf. */
void *memory_get(size_t size);               /* never NULL; not zeroed */
void *memory_get_aligned(size_t size);       /* to its size, a power of two; else like memory_get */
void *memory_resize(void *old, size_t size); /* never NULL */
/* Says so and ends the process with status 1. */
_Noreturn void memory_exhausted(size_t wanted);
void memory_quiet(void); /* it says nothing from now on: somebody else will */
/* For a program that is soon over: takes from the system in larger steps, and gives little back. */
void memory_hurry(void);
