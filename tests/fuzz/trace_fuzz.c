/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_fuzz.c - bytes are read as a trace, as they are and with the checksums of their chunks made right, so
 * that the reader is reached behind them.
 */
#define _POSIX_C_SOURCE 200809L /* fmemopen */
#include <trapline/trace_file.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(const uint8_t *data, size_t size)
{
    FILE *f = size ? fmemopen((void *)(uintptr_t)data, size, "rb") : NULL;
    struct trace_error err = {0};
    struct trace_reader *r = NULL;
    if (!f)
        return;
    int ret = trace_reader_open_stream(&r, f, &err);
    const struct trace_run_info *run = NULL;
    while (ret >= 0 && (ret = trace_reader_next_run(r, &run)) == 1) {
        struct sim_record rec;
        while ((ret = trace_reader_next(r, &rec)) == 1)
            (void)trace_reader_value_name(r, rec.id, 0, rec.arg[0]);
    }
    if (ret < 0 && (err.text[0] == '\0' || err.offset > size))
        abort();
    trace_reader_close(r);
    fclose(f);
}

static uint32_t get32(const uint8_t *b)
{
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static void put32(uint8_t *b, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        b[i] = (uint8_t)(value >> 8 * i);
}

/* Gives every chunk the checksum of its contents (docs/trace-format.md), as far as they can be followed. */
static void seal(uint8_t *b, size_t size)
{
    for (size_t at = 8; at + 16 <= size;) {
        uint32_t length = get32(b + at + 4), s1 = get32(b + at) + length, s2 = length;
        if (length % 4 || length > size - at - 16)
            return;
        for (uint32_t i = 0; i < length; i += 4) {
            s1 += get32(b + at + 16 + i);
            s2 += s1;
        }
        put32(b + at + 8, s1);
        put32(b + at + 12, s2);
        at += 16 + (size_t)length;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_all(data, size);
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy)
        return 0;
    memcpy(copy, data, size);
    seal(copy, size);
    read_all(copy, size);
    free(copy);
    return 0;
}
