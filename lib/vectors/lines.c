/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lines.c - what one line of a vector file means, by a table of keywords.
 *
 * An access that no GIC could answer as told - a CPU that is not there, a byte of a word register, expected
 * bits outside the mask - is a mistake in the file and found here, not when it is played.
 */
#include "names.h"
#include "reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <trapline/gic_regs.h>

/* The words of a line, one after the other. */
struct words {
    struct reader *r;
    char *line, *p;
    bool bad; /* a mistake was told: the rest of the line is not looked at */
};

struct word {
    char *s; /* not ended by a NUL */
    size_t len;
    unsigned col;
};

static char *skip_blanks(char *p)
{
    return p + strspn(p, " \t");
}

static struct word peek(const struct words *w)
{
    char *s = skip_blanks(w->p);

    return (struct word){s, strcspn(s, " \t"), (unsigned)(s - w->line) + 1};
}

static struct word next(struct words *w)
{
    const struct word word = peek(w);

    w->p = word.s + word.len;
    return word;
}

static bool is(struct word word, const char *text)
{
    return strlen(text) == word.len && !memcmp(word.s, text, word.len);
}

static void wrong(struct words *w, struct word word, const char *help, const char *what)
{
    if (!w->bad && !word.len)
        vectors_mistake(w->r, word.col, help, "the line ends where %s should be", what);
    else if (!w->bad)
        vectors_mistake(w->r, word.col, help, "'%.*s' is not %s", word.len < 60 ? (int)word.len : 60, word.s, what);
    w->bad = true;
}

/* Decimal, or hexadecimal with 0x; at most 32 bits. */
static bool parse_number(const char *s, size_t len, uint32_t *value)
{
    const bool hex = len > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
    const unsigned base = hex ? 16 : 10;
    uint64_t n = 0;

    for (size_t i = hex ? 2 : 0; i < len; i++) {
        static const char digits[] = "0123456789abcdef";
        const char c = s[i] >= 'A' && s[i] <= 'F' ? (char)(s[i] - 'A' + 'a') : s[i];
        const char *digit = c ? memchr(digits, c, base) : NULL;
        if (!digit)
            return false;
        n = n * base + (unsigned)(digit - digits);
        if (n > UINT32_MAX)
            return false;
    }
    *value = (uint32_t)n;
    return len > 0;
}

/* The next word as a number of first to last; what names it in a message. */
static uint32_t number(struct words *w, uint32_t first, uint32_t last, const char *what)
{
    const struct word word = next(w);
    char help[80];
    uint32_t value = 0;

    if (w->bad)
        return first;
    if (!parse_number(word.s, word.len, &value)) {
        wrong(w, word, "decimal, or hexadecimal with 0x; up to 32 bits", what);
    } else if (value < first || value > last) {
        if (first == last)
            snprintf(help, sizeof help, "only %" PRIu32, first);
        else
            snprintf(help, sizeof help, last > 9999 ? "0x%" PRIx32 " to 0x%" PRIx32 : "%" PRIu32 " to %" PRIu32, first,
                     last);
        wrong(w, word, help, what);
    }
    return w->bad ? first : value;
}

static void line_end(struct words *w)
{
    const struct word word = next(w);

    if (word.len && !w->bad)
        vectors_mistake(w->r, word.col, NULL, "'%.60s' is left over", word.s);
    w->bad |= word.len > 0;
}

/* ---- operations ---------------------------------------------------------------------------------- */

static uint32_t cpu_number(struct words *w, const struct gicvec_config *c)
{
    return number(w, 0, c->cpus - 1, "a CPU of this vector");
}

/* "dist", with security=1 "dist.s" or "dist.ns" */
static void region(struct words *w, const struct gicvec_config *c, struct gicvec_op *op)
{
    const struct word word = next(w);
    char *dot = memchr(word.s, '.', word.len);
    struct word stem = word, state = {.len = 0};
    int frame = -1;

    if (w->bad)
        return;
    if (dot) {
        stem.len = (size_t)(dot - word.s);
        state = (struct word){dot + 1, word.len - stem.len - 1, word.col + (unsigned)stem.len + 1};
    }
    for (int i = 0; i < GIC_NFRAMES; i++)
        frame = is(stem, vectors_frames[i].word) ? i : frame;
    if (frame < 0) {
        wrong(w, word, "one of: dist, cpu, hyp, vcpu", "a region");
        return;
    }
    if (c->security != (dot != NULL) || (dot && !is(state, "s") && !is(state, "ns"))) {
        wrong(w, word,
              c->security ? "with security=1 a region ends in '.s' or '.ns'" : "with security=0 there is no suffix",
              "a region of this vector");
        return;
    }
    op->frame = (enum gic_frame)frame;
    op->sec = dot && is(state, "s") ? GIC_SECURE : GIC_NONSECURE;
}

/* The arrays of the Distributor that take accesses of one byte. */
static bool takes_bytes(const struct gicvec_op *op)
{
    static const uint32_t arrays[][2] = {{GICD_IPRIORITYR, GICD_ITARGETSR},
                                         {GICD_ITARGETSR, GICD_ICFGR},
                                         {GICD_CPENDSGIR, GICD_SPENDSGIR},
                                         {GICD_SPENDSGIR, GICD_SPENDSGIR + 16}};

    for (size_t i = 0; op->frame == GIC_DIST && i < sizeof arrays / sizeof arrays[0]; i++)
        if (op->offset >= arrays[i][0] && op->offset < arrays[i][1])
            return true;
    return false;
}

/* OFFSET SIZE */
static void place(struct words *w, struct gicvec_op *op)
{
    const struct frame_name *frame = &vectors_frames[op->frame];
    const struct word offset = peek(w);
    struct word size;

    op->offset = number(w, 0, UINT32_MAX, "an offset");
    size = peek(w);
    op->size = number(w, 1, 4, "a size of 1 or 4 bytes");
    if (w->bad)
        return;
    if (op->offset >= frame->end && (!frame->dir || op->offset != frame->dir))
        wrong(w, offset, NULL, "an offset in this region");
    else if (op->size != 4 && op->size != 1)
        wrong(w, size, "1 or 4 bytes", "a size");
    else if (op->offset % op->size)
        wrong(w, offset, NULL, "a multiple of the size");
    else if (op->size == 1 && !takes_bytes(op))
        wrong(w, size, "bytes are for GICD_IPRIORITYR, GICD_ITARGETSR, GICD_CPENDSGIR and GICD_SPENDSGIR",
              "a size of this register");
}

static void access_head(struct words *w, const struct gicvec_config *c, struct gicvec_op *op)
{
    op->cpu = cpu_number(w, c);
    region(w, c, op);
    if (!w->bad)
        place(w, op);
}

static uint32_t widest(const struct gicvec_op *op)
{
    return op->size == 1 ? 0xff : UINT32_MAX;
}

static void op_write(struct words *w, const struct gicvec_config *c, struct gicvec_op *op)
{
    op->kind = GICVEC_WRITE;
    access_head(w, c, op);
    op->value = number(w, 0, widest(op), "a value of this size");
}

static void op_read(struct words *w, const struct gicvec_config *c, struct gicvec_op *op)
{
    struct word word;

    op->kind = GICVEC_READ;
    op->mask = UINT32_MAX;
    access_head(w, c, op);
    if (w->bad)
        return;
    word = next(w);
    if (is(word, "&")) {
        op->mask = number(w, 0, widest(op), "a mask of this size");
        word = next(w);
    }
    if (w->bad)
        return;
    if (!is(word, "->")) {
        wrong(w, word, "read CPU REGION OFFSET SIZE [& MASK] -> EXPECTED", "'->'");
        return;
    }
    word = peek(w);
    op->value = number(w, 0, widest(op), "a value of this size");
    if (!w->bad && (op->value & ~op->mask)) {
        vectors_mistake(w->r, word.col, NULL, "the expected value has bits outside the mask");
        w->bad = true;
    }
}

static void op_line(struct words *w, const struct gicvec_config *c, struct gicvec_op *op)
{
    const struct word word = next(w);

    if (is(word, "spi")) {
        op->kind = GICVEC_SPI;
        if (!c->spis)
            wrong(w, peek(w), "this vector has no SPIs: its configuration says spis=0", "an SPI of this vector");
        op->intid = number(w, 32, 31 + c->spis, "an SPI of this vector");
    } else if (is(word, "ppi")) {
        op->kind = GICVEC_PPI;
        op->cpu = cpu_number(w, c);
        op->intid = number(w, 16, 31, "a PPI");
    } else {
        wrong(w, word, "one of: spi, ppi", "a kind of line");
    }
    op->value = number(w, 0, 1, "a level");
}

static void op_output(struct words *w, const struct gicvec_config *c, struct gicvec_op *op)
{
    struct word word;
    int pin = -1;

    op->kind = GICVEC_OUTPUT;
    op->cpu = cpu_number(w, c);
    word = next(w);
    for (int i = 0; i < GIC_NPINS; i++)
        pin = is(word, vectors_pins[i]) ? i : pin;
    if (pin < 0)
        wrong(w, word, "one of: irq, fiq, virq, vfiq, maint", "an output");
    else
        op->pin = (enum gic_pin)pin;
    op->value = number(w, 0, 1, "a level");
}

/* ---- the head of a vector ------------------------------------------------------------------------ */

/* Room for one more of n elements; doubles as it goes. NULL: no memory. */
static void *grow(struct reader *r, void *list, size_t n, size_t *room, size_t size)
{
    void *more;

    if (n < *room)
        return list;
    more = realloc(list, (*room ? 2 * *room : 16) * size);
    if (!more) {
        r->no_memory = true;
        return NULL;
    }
    *room = *room ? 2 * *room : 16;
    return more;
}

static void begin_vector(struct words *w)
{
    struct gicvec_file *file = w->r->file;
    const struct word name = next(w);
    struct record *v;
    void *more;

    if (!name.len) {
        wrong(w, name, NULL, "a name");
        return;
    }
    line_end(w);
    if (w->bad)
        return;
    more = grow(w->r, file->records, file->n, &file->room, sizeof *file->records);
    if (!more)
        return;
    file->records = more;
    v = &file->records[file->n++];
    *v = (struct record){.v = {.name = name.s, .about = "", .ref = "", .source = "", .line = w->r->line}};
    w->r->open = true;
}

static void head_about(struct words *w, struct record *v)
{
    v->v.about = skip_blanks(w->p);
}

static void head_ref(struct words *w, struct record *v)
{
    v->v.ref = skip_blanks(w->p);
}

static void head_source(struct words *w, struct record *v)
{
    v->v.source = skip_blanks(w->p);
}

/* What a vector says of its GIC, and the values that there are. */
static const struct {
    const char *key;
    uint32_t first, last;
} config_keys[] = {{"cpus", 1, GIC_MAX_CPUS}, {"spis", 0, GIC_MAX_SPIS}, {"priobits", 4, 8},
                   {"security", 0, 1},        {"lrs", 1, GIC_MAX_LRS},   {"vpriobits", 4, 8}};
enum { CPUS, SPIS, PRIOBITS, SECURITY, LRS, VPRIOBITS, NKEYS };

static void head_config(struct words *w, struct record *v)
{
    uint32_t value[NKEYS] = {0};
    bool seen[NKEYS] = {false};

    if (v->configured) {
        vectors_mistake(w->r, 1, NULL, "a second configuration of this vector");
        return;
    }
    for (struct word word = next(w); word.len && !w->bad; word = next(w)) {
        const char *eq = memchr(word.s, '=', word.len);
        struct word key = word;
        size_t k = 0;
        key.len = eq ? (size_t)(eq - word.s) : word.len;
        while (k < NKEYS && !is(key, config_keys[k].key))
            k++;
        if (k == NKEYS || seen[k] || !eq) {
            wrong(w, word, "KEY=N, each key once: cpus, spis, priobits, security, lrs, vpriobits",
                  "a part of a configuration");
        } else if (!parse_number(eq + 1, word.len - key.len - 1, &value[k]) || value[k] < config_keys[k].first ||
                   value[k] > config_keys[k].last) {
            char help[40];
            snprintf(help, sizeof help, "%" PRIu32 " to %" PRIu32, config_keys[k].first, config_keys[k].last);
            wrong(w, word, help, "a value there can be");
        } else {
            seen[k] = true;
        }
    }
    for (size_t k = 0; k < NKEYS && !w->bad; k++) {
        if (!seen[k]) {
            vectors_mistake(w->r, 1, NULL, "the configuration does not say '%s'", config_keys[k].key);
            w->bad = true;
        }
    }
    /* After a mistake: a GIC that what follows can be read with. */
    v->configured = true;
    v->v.config = (struct gicvec_config){.cpus = seen[CPUS] ? value[CPUS] : GIC_MAX_CPUS,
                                         .spis = seen[SPIS] ? value[SPIS] : GIC_MAX_SPIS,
                                         .prio_bits = value[PRIOBITS],
                                         .lrs = value[LRS],
                                         .vprio_bits = value[VPRIOBITS],
                                         .security = value[SECURITY] != 0};
}

/* Any word is taken: whether a choice is made is for the implementation to say. */
static void head_needs(struct words *w, struct record *v)
{
    for (struct word word = next(w); word.len; word = next(w)) {
        const char **more = realloc(v->needs, (v->v.nneeds + 1) * sizeof *more);
        w->p += *w->p != '\0';
        word.s[word.len] = '\0';
        if (!more) {
            w->r->no_memory = true;
            return;
        }
        v->needs = more;
        v->needs[v->v.nneeds++] = word.s;
    }
    if (!v->v.nneeds)
        wrong(w, next(w), NULL, "a choice");
}

static void head_end(struct words *w, struct record *v)
{
    line_end(w);
    if (!v->v.nops && !w->bad && !w->r->errors)
        vectors_mistake(w->r, 1, NULL, "the vector '%.80s' has no operations", v->v.name);
    w->r->open = false;
}

/* ---- lines --------------------------------------------------------------------------------------- */

/* The first, `vector`, begins one; all others stand in one, and either say something of it or are an operation. */
static const struct keyword {
    const char *word;
    void (*head)(struct words *w, struct record *v);
    void (*op)(struct words *w, const struct gicvec_config *c, struct gicvec_op *op);
} keywords[] = {
    {"vector", NULL, NULL},          {"about", head_about, NULL},   {"ref", head_ref, NULL},
    {"source", head_source, NULL},   {"config", head_config, NULL}, {"needs", head_needs, NULL},
    {"write", NULL, op_write},       {"read", NULL, op_read},       {"line", NULL, op_line},
    {"expect-out", NULL, op_output}, {"end", head_end, NULL},
};

static void add_operation(struct words *w, const struct keyword *k, struct record *v)
{
    struct gicvec_op *more;
    struct gicvec_op op = {.line = w->r->line, .text = w->line};

    if (!v->configured) {
        vectors_mistake(w->r, 1, NULL, "the 'config' line of this vector is missing");
        v->configured = true;
        v->v.config = (struct gicvec_config){.cpus = GIC_MAX_CPUS, .spis = GIC_MAX_SPIS};
        return;
    }
    k->op(w, &v->v.config, &op);
    line_end(w);
    if (w->bad)
        return;
    more = grow(w->r, v->ops, v->v.nops, &v->room, sizeof *v->ops);
    if (!more)
        return;
    v->ops = more;
    v->ops[v->v.nops++] = op;
}

void vectors_line(struct reader *r, char *text)
{
    struct words w = {.r = r, .line = text, .p = text};
    const struct word word = next(&w);
    const struct keyword *k = NULL;
    struct record *v = r->open ? &r->file->records[r->file->n - 1] : NULL;

    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0] && !k; i++)
        k = is(word, keywords[i].word) ? &keywords[i] : NULL;
    if (!k)
        wrong(&w, word, "one of: write, read, line, expect-out; vector, about, ref, source, config, needs, end",
              "a keyword");
    else if (k == keywords && v)
        vectors_mistake(r, word.col, NULL, "the vector of line %u has no 'end'", v->v.line);
    else if (k == keywords)
        begin_vector(&w);
    else if (!v)
        vectors_mistake(r, word.col, NULL, "'%s' stands outside a vector", k->word);
    else if (k->op)
        add_operation(&w, k, v);
    else
        k->head(&w, v);
}
