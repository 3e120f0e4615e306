/* SPDX-License-Identifier: Apache-2.0 */
#include "arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE ((size_t)32 * 1024)

struct arena_block {
    struct arena_block *next;
    max_align_t data[];
};

void arena_init(struct arena *a)
{
    memset(a, 0, sizeof *a);
}

void arena_fini(struct arena *a)
{
    while (a->head) {
        struct arena_block *next = a->head->next;
        free(a->head);
        a->head = next;
    }
    arena_init(a);
}

/* A program that checks files has nothing useful left to do without memory; it must only not corrupt. */
static void *out_of_memory(void)
{
    fputs("trapline: out of memory\n", stderr);
    abort();
}

void *arena_alloc(struct arena *a, size_t n)
{
    const size_t align = alignof(max_align_t);
    void *p;

    n = n ? (n + align - 1) / align * align : align;
    if (!a->head || a->size - a->used < n) {
        size_t size = n > BLOCK_SIZE / 4 ? n : BLOCK_SIZE;
        struct arena_block *b = malloc(sizeof *b + size);
        if (!b)
            return out_of_memory();
        /* A large block goes behind the head, whose rest stays in use. */
        if (a->head && size != BLOCK_SIZE) {
            b->next = a->head->next;
            a->head->next = b;
            return memset(b->data, 0, n);
        }
        b->next = a->head;
        a->head = b;
        a->size = size;
        a->used = 0;
    }
    p = (char *)a->head->data + a->used;
    a->used += n;
    return memset(p, 0, n);
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
    char *p = arena_alloc(a, n + 1);
    memcpy(p, s, n);
    p[n] = '\0';
    return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap, again;
    char *p;
    int n;

    va_start(ap, fmt);
    va_copy(again, ap);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    p = arena_alloc(a, (size_t)(n < 0 ? 0 : n) + 1);
    vsnprintf(p, (size_t)(n < 0 ? 0 : n) + 1, fmt, again);
    va_end(again);
    return p;
}
