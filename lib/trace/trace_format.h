/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_format.h - the bytes of a trace file, shared by the writer and the reader.
 *
 * After eight magic bytes a file is a sequence of chunks: tag, length, checksum, payload. Payloads are
 * multiples of 8 bytes. Everything is little-endian; docs/trace-format.md is the full description.
 */
#ifndef TRAPLINE_TRACE_FORMAT_H
#define TRAPLINE_TRACE_FORMAT_H

#include <stdint.h>
#include <trapline/trace_file.h>

/* As PNG does it: a byte above 127, CR LF and a lone LF show at once what a text-mode transfer breaks. */
#define TRACE_MAGIC      "\x89TLT\r\n\x1a\n"
#define TRACE_MAGIC_SIZE 8u

#define TRACE_TAG(a, b, c, d) ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)
#define TRACE_TAG_HEAD        TRACE_TAG('H', 'E', 'A', 'D') /* version */
#define TRACE_TAG_EVTS        TRACE_TAG('E', 'V', 'T', 'S') /* table of events */
#define TRACE_TAG_NAME        TRACE_TAG('N', 'A', 'M', 'E') /* names of one argument's values */
#define TRACE_TAG_RUN         TRACE_TAG('R', 'U', 'N', ' ') /* description of a run */
#define TRACE_TAG_RECS        TRACE_TAG('R', 'E', 'C', 'S') /* records */
#define TRACE_TAG_END         TRACE_TAG('E', 'N', 'D', ' ') /* end of a run */
#define TRACE_TAG_FIN         TRACE_TAG('F', 'I', 'N', ' ') /* end of the file */
/* A chunk that a reader may skip has a small first letter (bit 5 of the first byte). */
#define TRACE_TAG_OPTIONAL(tag) (((tag)&0x20u) != 0)

#define TRACE_CHUNK_HEAD  16u        /* bytes before the payload */
#define TRACE_MAX_CHUNK   (1u << 20) /* longest payload */
#define TRACE_RECORD_HEAD 16u        /* bytes of a record before its arguments */
#define TRACE_RECORD_MAX  (TRACE_RECORD_HEAD + 8u * SIM_TRACE_ARGS)
#define TRACE_RECS_SIZE   (64u * 1024u) /* the writer collects records up to this payload */

static inline void trace_put16(unsigned char *p, uint16_t v)
{
    p[0] = (unsigned char)v;
    p[1] = (unsigned char)(v >> 8);
}

static inline void trace_put32(unsigned char *p, uint32_t v)
{
    trace_put16(p, (uint16_t)v);
    trace_put16(p + 2, (uint16_t)(v >> 16));
}

static inline void trace_put64(unsigned char *p, uint64_t v)
{
    trace_put32(p, (uint32_t)v);
    trace_put32(p + 4, (uint32_t)(v >> 32));
}

static inline uint16_t trace_get16(const unsigned char *p)
{
    return (uint16_t)(p[0] | (unsigned)p[1] << 8);
}

static inline uint32_t trace_get32(const unsigned char *p)
{
    return trace_get16(p) | (uint32_t)trace_get16(p + 2) << 16;
}

static inline uint64_t trace_get64(const unsigned char *p)
{
    return trace_get32(p) | (uint64_t)trace_get32(p + 4) << 32;
}

/*
 * Fletcher's checksum over 32-bit words, started with tag and length so that those are covered too.
 * The low half changes with every change of a single word, the high half with their order. It costs a
 * few cycles per record, where a CRC without special instructions would cost more than the record.
 */
static inline uint64_t trace_checksum(uint32_t tag, uint32_t length, const unsigned char *p)
{
    uint32_t a = tag + length, b = length;

    for (uint32_t i = 0; i < length; i += 4) {
        a += trace_get32(p + i);
        b += a;
    }
    return (uint64_t)b << 32 | a;
}

/* Texts go to terminals and into other formats: no control characters. */
static inline int trace_text_ok(const char *s, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
            return 0;
    return 1;
}

#endif
