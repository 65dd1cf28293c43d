/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* Processors that this process may run on (sched_getaffinity); 1 where that cannot be told. */
size_t processor_count(void);
/* The one that this thread runs on; -1 where that cannot be told. */
int processor_current(void);
/* This thread will run anywhere but there, if it may run anywhere else. For one that is woken again and
 * again by the thread that runs there: virtual machines take a processor that sleeps for one that is
 * not to be had, and Linux then keeps both on one, in turn, beside an idle one. */
void processor_avoid(int processor);
/* Looks on, without sleeping, until the value is another or so much time has passed; true in the first case.
 * For what another processor will do soon: it need not wake us then, which takes it longer than we look. */
bool processor_watch(const atomic_uint *value, unsigned seen, unsigned microseconds);
