/* SPDX-License-Identifier: Apache-2.0 */
/* regs.c - `trapline regs`: registers and fields, as the tables of the GIC have them. */
#define _POSIX_C_SOURCE 200809L
#include "commands.h"
#include "escape.h"
#include "output.h"
#include "outputs.h"
#include "table.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <trapline/gic.h>
#include <trapline/gicv2m.h>
#include <trapline/scenario.h>
#include <trapline/version.h>

static const struct block {
    const char *name, *about;
    const char *prefix; /* of its registers' names */
    int frame;          /* enum gic_frame; -1: the MSI frame, which stands outside the GIC */
} blocks[] = {
    {"GICD", "Distributor", "GICD_", GIC_DIST},
    {"GICC", "CPU interface", "GICC_", GIC_CPU},
    {"GICH", "virtual interface control", "GICH_", GIC_HYP},
    {"GICV", "virtual CPU interface", "GICV_", GIC_VCPU},
    {"GICv2m", "MSI frame", "MSI_", -1},
};
#define NBLOCKS (sizeof blocks / sizeof blocks[0])

static bool reg_info(const struct block *b, unsigned reg, struct gic_register *out)
{
    return b->frame < 0 ? gicv2m_reg_info(reg, out) : gic_reg_info((enum gic_frame)b->frame, reg, out);
}

static unsigned field_count(const struct block *b, unsigned reg)
{
    return b->frame < 0 ? gicv2m_field_count(reg) : gic_field_count((enum gic_frame)b->frame, reg);
}

static bool field_info(const struct block *b, unsigned reg, unsigned index, struct gic_field *out)
{
    return b->frame < 0 ? gicv2m_field_info(reg, index, out)
                        : gic_field_info((enum gic_frame)b->frame, reg, index, out);
}

/* What is written only has no reset value, and those of the MSI frame follow from its configuration. */
static bool has_reset(const struct block *b, const struct gic_register *r)
{
    return b->frame >= 0 && r->access != GIC_WO;
}

static const char *const access_names[] = {[GIC_RO] = "RO", [GIC_WO] = "WO", [GIC_RW] = "RW"};

/* What the user wants to see. */
struct request {
    const struct options *o;
    struct colors c;
    const struct block *block; /* NULL: all */
    int reg;                   /* row of the block's table; -1: all */
    int number;                /* of one register of an array; -1: all */
};

static const struct command *self(void)
{
    return command_find("regs");
}

/* ---- finding them by name ------------------------------------------------------------------------ */

/* By its name, or by what the names of its registers begin with, without the '_': "MSI". */
static const struct block *find_block(const char *name, size_t len)
{
    for (size_t i = 0; i < NBLOCKS; i++)
        if ((strlen(blocks[i].name) == len && !strncasecmp(blocks[i].name, name, len)) ||
            (strlen(blocks[i].prefix) == len + 1 && !strncasecmp(blocks[i].prefix, name, len)))
            return &blocks[i];
    return NULL;
}

static bool is_array(const struct gic_register *r)
{
    return r->end - r->first > 4;
}

static void upper_case(char *out, size_t n, const char *text)
{
    size_t i = 0;

    for (; text[i] && i + 1 < n; i++)
        out[i] = (char)toupper((unsigned char)text[i]);
    out[i] = '\0';
}

static int unknown_block(const char *name)
{
    const char *names[NBLOCKS], *near;
    char word[32];

    for (size_t i = 0; i < NBLOCKS; i++)
        names[i] = blocks[i].name;
    upper_case(word, sizeof word, name);
    near = scenario_nearest(word, names, NBLOCKS);
    if (near)
        return usage_error(self(), "there is no block '%.60s'; did you mean '%s'?", name, near);
    return usage_error(self(), "there is no block '%.60s'; one of: GICD, GICC, GICH, GICV, GICv2m", name);
}

static const char *without_prefix(const char *name, const struct block *b)
{
    const size_t len = strlen(b->prefix);

    return strncasecmp(name, b->prefix, len) ? name : name + len;
}

/* The digits behind the name of an array: "isenabler3"; NULL: the word is something else. */
static const char *number_behind(const char *word, const char *name, const struct gic_register *r)
{
    const size_t len = strlen(name);

    if (!is_array(r) || strncasecmp(word, name, len) != 0 || !word[len])
        return NULL;
    return strspn(word + len, "0123456789") == strlen(word + len) ? word + len : NULL;
}

static int choose_number(struct request *q, const struct gic_register *r, const char *digits)
{
    const unsigned long last = (r->end - r->first) / 4 - 1, number = strtoul(digits, NULL, 10);

    if (number > last)
        return usage_error(self(), "there is no %s%.20s; they are numbered 0 to %lu", r->name, digits, last);
    q->number = (int)number;
    return EXIT_HOLDS;
}

static int find_register(struct request *q, const char *wanted)
{
    const char *names[128], *near, *word = without_prefix(wanted, q->block);
    struct gic_register row;
    char upper[64];
    unsigned n = 0;

    for (; n < sizeof names / sizeof names[0] && reg_info(q->block, n, &row); n++) {
        const char *digits;
        names[n] = without_prefix(row.name, q->block);
        digits = number_behind(word, names[n], &row);
        if (strcasecmp(names[n], word) != 0 && !digits)
            continue;
        q->reg = (int)n;
        return digits ? choose_number(q, &row, digits) : EXIT_HOLDS;
    }
    upper_case(upper, sizeof upper, word);
    near = scenario_nearest(upper, names, n);
    if (near)
        return usage_error(self(), "%s has no register '%.60s'; did you mean '%s'?", q->block->name, wanted, near);
    return usage_error(self(), "%s has no register '%.60s'; 'trapline regs %s' lists them", q->block->name, wanted,
                       q->block->name);
}

/* BLOCK, BLOCK REGISTER, or BLOCK_REGISTER in one word */
static int understand(struct request *q)
{
    const struct words *args = &q->o->args;
    const char *under = args->n == 1 ? strchr(args->v[0], '_') : NULL;
    size_t len;

    if (!args->n)
        return EXIT_HOLDS;
    len = under ? (size_t)(under - args->v[0]) : strlen(args->v[0]);
    q->block = find_block(args->v[0], len);
    if (!q->block)
        return unknown_block(args->v[0]);
    if (under)
        return find_register(q, under + 1);
    return args->n == 2 ? find_register(q, args->v[1]) : EXIT_HOLDS;
}

/* ---- text ---------------------------------------------------------------------------------------- */

/* "0x100", or of an array "0x100-0x17c": the first and the last register. */
static void offset_text(const struct gic_register *r, char *buf, size_t n)
{
    if (is_array(r))
        snprintf(buf, n, "0x%03" PRIx32 "-0x%03" PRIx32, r->first, r->end - 4);
    else
        snprintf(buf, n, "0x%03" PRIx32, r->first);
}

static const char *width_text(const struct gic_register *r)
{
    return r->widths == (1 | 4) ? "8, 32" : r->widths == (2 | 4) ? "16, 32" : "32";
}

static void reset_text(const struct block *b, const struct gic_register *r, char *buf, size_t n)
{
    if (!has_reset(b, r))
        snprintf(buf, n, "-");
    else
        snprintf(buf, n, "0x%08" PRIx32, r->reset);
}

static const char *access_text(const struct gic_register *r)
{
    return access_names[r->access];
}

static void list_block(const struct request *q, const struct block *b)
{
    struct table *t = table_new("lrrlrl");
    struct gic_register r;
    char text[32];

    printf("%s%s%s: %s\n", q->c.bold, b->name, q->c.off, b->about);
    table_cell(t, "REGISTER");
    table_cell(t, "OFFSET");
    table_cell(t, "BITS");
    table_cell(t, "ACCESS");
    table_cell(t, "RESET");
    table_cell(t, "WHAT");
    table_mark(t, q->c.bold, q->c.off);
    for (unsigned i = 0; reg_info(b, i, &r); i++) {
        table_cell(t, is_array(&r) ? "%s<n>" : "%s", r.name);
        offset_text(&r, text, sizeof text);
        table_cell(t, "%s", text);
        table_cell(t, "%s", width_text(&r));
        table_cell(t, r.secure_only ? "%s, Secure" : "%s", access_text(&r));
        reset_text(b, &r, text, sizeof text);
        table_cell(t, "%s", text);
        table_cell(t, "%s", r.about);
    }
    table_print(t, 0);
    table_free(t);
}

/* Where in the array an interrupt has its bits, or which interrupts have theirs in one register of it. */
static void show_place(const struct gic_register *r, int number)
{
    const unsigned bits = r->bits_per_irq, irqs = bits ? 32 / bits : 0, first = (unsigned)number * irqs;

    if (bits && number >= 0)
        printf("INTIDs %u to %u, %u bit%s each from bit 0 on\n", first, first + irqs - 1, bits, bits == 1 ? "" : "s");
    else if (bits == 1)
        puts("INTID m has bit m % 32 of register m / 32");
    else if (bits)
        printf("INTID m has %u bits of register m / %u, from bit %u * (m %% %u) on\n", bits, 32 / bits, bits,
               32 / bits);
}

static void show_fields(const struct request *q)
{
    struct table *t;
    struct gic_field f;
    unsigned n = field_count(q->block, (unsigned)q->reg);

    if (!n)
        return;
    t = table_new("rll");
    puts("");
    table_cell(t, "BITS");
    table_cell(t, "FIELD");
    table_cell(t, "WHAT");
    table_mark(t, q->c.bold, q->c.off);
    /* From the high bits down, as manuals have them. */
    while (n-- && field_info(q->block, (unsigned)q->reg, n, &f)) {
        if (f.msb == f.lsb)
            table_cell(t, "%u", f.lsb);
        else
            table_cell(t, "%u:%u", f.msb, f.lsb);
        table_cell(t, "%s", f.name);
        table_cell(t, "%s", f.about);
    }
    table_print(t, 0);
    table_free(t);
}

/* From the row of an array to the register of it that is asked for; the row has the reset value of the first. */
static void narrow(const struct request *q, struct gic_register *r)
{
    const struct gic_config cfg = {.struct_size = sizeof cfg};
    struct gic *g = NULL;

    r->first += 4 * (uint32_t)q->number;
    r->end = r->first + 4;
    if (q->block->frame >= 0 && q->number > 0 && !gic_new(&cfg, &g))
        r->reset = gic_peek(g, 0, (enum gic_frame)q->block->frame, r->first, 4);
    gic_free(g);
}

static void show_register(const struct request *q)
{
    struct gic_register r;
    char offset[32], reset[32], number[16] = "";

    if (!reg_info(q->block, (unsigned)q->reg, &r))
        return;
    if (q->number >= 0) {
        snprintf(number, sizeof number, "%d", q->number);
        narrow(q, &r);
    } else if (is_array(&r)) {
        snprintf(number, sizeof number, "<n>");
    }
    offset_text(&r, offset, sizeof offset);
    reset_text(q->block, &r, reset, sizeof reset);
    printf("%s%s%s%s: %s\n", q->c.bold, r.name, number, q->c.off, r.about);
    printf("offset %s of the %s, %s bits, %s%s%s\n", offset, q->block->about, width_text(&r), access_text(&r),
           has_reset(q->block, &r) ? ", reset " : "", has_reset(q->block, &r) ? reset : "");
    if (r.secure_only)
        puts("with two security states RAZ/WI to Non-secure accesses");
    show_place(&r, q->number);
    show_fields(q);
}

static void show(const struct request *q)
{
    if (q->reg >= 0) {
        show_register(q);
        return;
    }
    for (size_t i = 0; i < NBLOCKS; i++) {
        if (q->block && q->block != &blocks[i])
            continue;
        if (!q->block && i)
            puts("");
        list_block(q, &blocks[i]);
    }
}

/* ---- JSON ---------------------------------------------------------------------------------------- */

static void json_fields(FILE *f, const struct block *b, unsigned reg)
{
    struct gic_field field;

    fputs(", \"fields\": [", f);
    for (unsigned i = 0; field_info(b, reg, i, &field); i++) {
        fprintf(f, "%s\n        {\"name\": ", i ? "," : "");
        json_string(f, field.name);
        fprintf(f, ", \"msb\": %u, \"lsb\": %u, \"about\": ", field.msb, field.lsb);
        json_string(f, field.about);
        fputc('}', f);
    }
    fputc(']', f);
}

static void json_register(FILE *f, const struct block *b, unsigned i, const struct gic_register *r)
{
    fputs("      {\"name\": ", f);
    json_string(f, r->name);
    fprintf(f, ", \"offset\": %" PRIu32 ", \"count\": %" PRIu32 ", \"bits_per_interrupt\": %u, \"widths\": [%s]",
            r->first, (r->end - r->first) / 4, r->bits_per_irq, width_text(r));
    fprintf(f, ", \"access\": \"%s\", \"secure_only\": %s, \"reset\": ", access_text(r),
            r->secure_only ? "true" : "false");
    if (has_reset(b, r))
        fprintf(f, "%" PRIu32, r->reset);
    else
        fputs("null", f);
    fputs(", \"about\": ", f);
    json_string(f, r->about);
    json_fields(f, b, i);
    fputc('}', f);
}

static bool write_json(FILE *f, const void *subject)
{
    const struct request *q = subject;
    const char *comma = "";
    struct gic_register r;

    fprintf(f, "{\n  \"schema\": 1, \"tool\": \"trapline\", \"type\": \"registers\", \"version\": \"%s\",\n",
            TRAPLINE_VERSION);
    fputs("  \"blocks\": [", f);
    for (size_t i = 0; i < NBLOCKS; i++) {
        const char *between = "";
        if (q->block && q->block != &blocks[i])
            continue;
        fprintf(f, "%s\n    {\"name\": \"%s\", \"about\": \"%s\", \"registers\": [", comma, blocks[i].name,
                blocks[i].about);
        for (unsigned k = 0; reg_info(&blocks[i], k, &r); k++) {
            if (q->reg >= 0 && (unsigned)q->reg != k)
                continue;
            fprintf(f, "%s\n", between);
            json_register(f, &blocks[i], k, &r);
            between = ",";
        }
        fputs("]}", f);
        comma = ",";
    }
    fputs("\n  ]\n}\n", f);
    return true;
}

static const struct output_format formats[] = {
    {"json", offsetof(struct options, json_file), offsetof(struct options, json), write_json},
};

int cmd_regs(const struct options *o)
{
    struct request q = {.o = o, .c = colors_for(o, stdout), .reg = -1, .number = -1};
    struct outputs out;
    int code = understand(&q);

    if (code == EXIT_HOLDS)
        code = outputs_plan(&out, self(), o, formats, sizeof formats / sizeof formats[0]);
    if (code != EXIT_HOLDS)
        return code;
    code = outputs_open(&out);
    if (code != EXIT_HOLDS) {
        outputs_abort(&out);
        return code;
    }
    if (!out.to_stdout)
        show(&q);
    return outputs_write(&out, &q);
}
