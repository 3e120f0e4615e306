/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gic_fuzz.c - bytes become a configuration and operations on a GIC: accesses of any frame, offset, width,
 * CPU and security state, wires, resets, restores of damaged and of forged states. After each, the GIC's own
 * check must hold; whatever a guest or a file does, nothing else may happen.
 */
#include <trapline/gic.h>

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    const uint8_t *at, *end;
};

/* 0 behind the end, so that every input means something. */
static uint8_t byte(struct input *in)
{
    return in->at < in->end ? *in->at++ : 0;
}

static uint32_t word(struct input *in, unsigned bytes)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value |= (uint32_t)byte(in) << 8 * i;
    return value;
}

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "gic_fuzz: %s: %s\n", what, why);
    abort();
}

static void check(const struct gic *g, const char *after)
{
    char why[200] = "";
    if (gic_check(g, why, sizeof(why)) != 0)
        fail(after, why);
}

/* One byte each for the sizes, one for the choices. */
static struct gic_config configuration(struct input *in)
{
    /* Mostly few CPUs: gic_check is slow, and two find what eight do. */
    static const uint32_t cpus[] = {1, 2, 1, 3, 1, 2, 1, 8};
    static const uint32_t spis[] = {32, 96, 988, GIC_NO_SPIS, 987, 100, 33, 1024};
    static const uint32_t lrs[] = {4, 1, 64, 33, 2, 16, 32, 65};
    uint8_t sizes = byte(in), more = byte(in), choices = byte(in);
    return (struct gic_config){
        .struct_size = sizeof(struct gic_config),
        .cpus = cpus[sizes & 7],
        .spis = spis[sizes >> 3 & 7],
        .prio_bits = 4u + (sizes >> 6) + (more >> 6 & 1u),
        .lrs = lrs[more & 7],
        .maint_ppi = more & 8 ? 25 : 0,
        .security = (more & 16) != 0,
        .no_nsacr = (more & 32) != 0,
        .ppi_config_fixed = (choices & 1) != 0,
        .sgi_enable_writable = (choices & 2) != 0,
        .dir_any_mode = (choices & 4) != 0,
        .vrpr_idle_f8 = (choices & 8) != 0,
    };
}

/* An access to any place, or to a register of the tables, which is what most inputs should find. */
static void access(struct gic *g, struct input *in, bool write, bool table)
{
    uint8_t where = byte(in);
    unsigned cpu = where & 7u, width = 4, frame = where >> 3 & 3u;
    enum gic_sec sec = where & 0x80 ? GIC_SECURE : GIC_NONSECURE;
    uint32_t offset;
    if (table) {
        struct gic_register row;
        uint8_t which = byte(in), index = byte(in);
        if (!gic_reg_info((enum gic_frame)frame, which % gic_reg_count((enum gic_frame)frame), &row))
            fail("gic_reg_info", "has no row");
        width = where & 0x40 && row.widths & 1 ? 1 : 4;
        offset = row.first + index * width;
    } else {
        offset = word(in, 2);
        width = byte(in);
        frame = width >> 3 & 7u;
        cpu = where & 15u;
        width = width & 7u;
    }
    uint32_t value = write ? word(in, 4) : 0;
    if (write) {
        gic_write_sec(g, cpu, sec, (enum gic_frame)frame, offset, width, value);
        return;
    }
    uint32_t peeked = gic_peek_sec(g, cpu, sec, (enum gic_frame)frame, offset, width);
    if (gic_read_sec(g, cpu, sec, (enum gic_frame)frame, offset, width) != peeked)
        fail("gic_peek", "says another value than gic_read");
}

static uint32_t check_sum(const uint8_t *buf, size_t size)
{
    uint32_t sum = 2166136261u;
    for (size_t i = 0; i < size; i++)
        sum = (sum ^ buf[i]) * 16777619u;
    return sum;
}

static uint8_t saved[1u << 16], again[1u << 16];

static size_t save(const struct gic *g, uint8_t *buf)
{
    size_t size = gic_save_size(g);
    if (size > sizeof(saved) || gic_save(g, buf, size) != 0)
        fail("gic_save", "refuses");
    return size;
}

/* A state with some bytes changed, and the check sum made right again if `forged`. */
static void restore(struct gic *g, struct input *in, bool forged, bool maint_ppi)
{
    size_t size = save(g, saved), given = size;
    unsigned changes = byte(in) & 7u;
    memcpy(again, saved, size);
    for (unsigned i = 0; i < changes; i++) {
        size_t at = word(in, 2) % size;
        saved[at] ^= byte(in);
    }
    if (changes == 7)
        given = word(in, 2) % (size + 1);
    if (forged) {
        uint32_t sum = check_sum(saved, size - 4);
        for (unsigned i = 0; i < 4; i++)
            saved[size - 4 + i] = (uint8_t)(sum >> 8 * i);
    }
    int err = gic_restore(g, saved, given);
    if (err != 0) {
        memcpy(saved, again, size); /* refused: nothing changed */
        if (changes == 0)
            fail("gic_restore", "refuses what gic_save wrote");
    }
    save(g, again);
    if (memcmp(saved, again, size) == 0)
        return;
    if (err != 0)
        fail("gic_restore", "refuses, but changes something");
    /* A forged level of the PPI that the maintenance output drives gives way to its driver. */
    if (!maint_ppi)
        fail("gic_restore", "takes over another state");
    if (gic_restore(g, again, size) != 0)
        fail("gic_restore", "refuses what gic_save wrote");
    save(g, saved);
    if (memcmp(saved, again, size) != 0)
        fail("gic_restore", "a restored state saves as another");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static alignas(max_align_t) unsigned char memory[1u << 16];
    struct input in = {data, data + size};
    struct gic_config cfg = configuration(&in);
    struct gic *g = NULL;
    size_t wanted = gic_size(&cfg);
    if (wanted > sizeof(memory))
        fail("gic_size", "larger than expected");
    if (gic_init(memory, sizeof(memory), &cfg, &g) != 0) {
        if (wanted != 0)
            fail("gic_init", "refuses what gic_size accepts");
        return 0;
    }
    while (in.at < in.end) {
        uint8_t op = byte(&in);
        switch (op & 15) {
        case 0:
        case 1: {
            uint32_t intid = word(&in, 2);
            gic_set_spi(g, intid & 0x7fff, intid >> 15);
            break;
        }
        case 2: {
            uint8_t intid = byte(&in);
            gic_set_ppi(g, op >> 4, intid & 0x7f, intid >> 7);
            break;
        }
        case 3:
            access(g, &in, op & 16, false);
            break;
        case 4:
            restore(g, &in, op & 16, cfg.maint_ppi != 0);
            break;
        case 5:
            if (op >> 4 == 0)
                gic_reset(g);
            else
                gic_watch(g, word(&in, 2), op & 16);
            break;
        case 6: /* everything open: the long way there would hide the rest */
            for (unsigned cpu = 0; cpu < cfg.cpus; cpu++) {
                gic_write_sec(g, cpu, GIC_SECURE, GIC_DIST, 0x000, 4, 3);
                gic_write_sec(g, cpu, GIC_SECURE, GIC_CPU, 0x000, 4, 3u | (uint32_t)(op & 0xf0) << 2);
                gic_write_sec(g, cpu, GIC_SECURE, GIC_CPU, 0x004, 4, 0xff);
                gic_write_sec(g, cpu, GIC_SECURE, GIC_DIST, 0x104, 4, 0xffffffff);
                gic_write_sec(g, cpu, GIC_SECURE, GIC_DIST, 0x820, 4, 0xffffffff);
                gic_write_sec(g, cpu, GIC_NONSECURE, GIC_HYP, 0x000, 4, 1);
                gic_write_sec(g, cpu, GIC_NONSECURE, GIC_VCPU, 0x000, 4, 3);
                gic_write_sec(g, cpu, GIC_NONSECURE, GIC_VCPU, 0x004, 4, 0xff);
            }
            break;
        default:
            access(g, &in, op & 16, true);
            break;
        }
        check(g, "after an operation");
    }
    return 0;
}
