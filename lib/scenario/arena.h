/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena.h - memory that lives as long as the scenario it belongs to.
 *
 * A scenario is many small pieces (nodes, strings, decoded structures) that die together; an arena
 * frees them in one call, so no error path can leak. Running out of memory ends the program with a
 * message: a scenario file is limited to 16 MiB, so this is no way for a file to stop its user.
 */
#ifndef SCENARIO_ARENA_H
#define SCENARIO_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *head;
    size_t used, size; /* of the head block */
};

void arena_init(struct arena *a);
void arena_fini(struct arena *a);
/* Zeroed memory, aligned for any type; never NULL. */
void *arena_alloc(struct arena *a, size_t n);
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_strdup(struct arena *a, const char *s);
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
char *
arena_printf(struct arena *a, const char *fmt, ...);

#endif
