/* SPDX-License-Identifier: Apache-2.0 */
/* compare_formats.c - what was compared, as tables, Markdown, CSV and JSON. */
#include "compare.h"
#include "conclusion.h"
#include "formats.h"
#include "table.h"
#include "values.h"

#include <stdlib.h>
#include <string.h>
#include <trapline/version.h>

/* Changes of one pair: those that are told; free() them. */
static struct results_change *changes(const struct comparison *c, size_t i, size_t *n)
{
    size_t all, kept = 0;
    struct results_change *list = results_diff(NULL, c->pair[i].base, c->pair[i].with, &all);

    for (size_t k = 0; list && k < all; k++)
        if (c->x.o->verbose || list[k].verdict != RESULTS_SAME)
            list[kept++] = list[k];
    *n = list ? kept : 0;
    return list;
}

static const char *name_of(const struct results_change *c)
{
    return (c->base ? c->base : c->with)->name;
}

/* Whether another scenario of this name is compared too. */
static bool same_name(const struct comparison *c, const struct results_pair *p)
{
    for (size_t i = 0; i < c->n; i++)
        if (!strcmp(c->pair[i].scenario, p->scenario) && p->file && c->pair[i].file && strcmp(c->pair[i].file, p->file))
            return true;
    return false;
}

/* What a pair is about, where that is not plain: several scenarios, or two files. Nothing otherwise. */
static bool put_title(FILE *f, const struct comparison *c, size_t i, const char *head, const char *tail)
{
    const struct results_pair *p = &c->pair[i];

    if (!c->file[0] || (!c->file[1] && c->file[0]->n == 1))
        return false;
    fprintf(f, "%s%s", head, p->scenario);
    if (same_name(c, p))
        fprintf(f, " (%s)", p->file);
    if (c->file[1] && strcmp(p->base->name, p->with->name))
        fprintf(f, ", mode %s against %s", p->with->name, p->base->name);
    else if (c->file[1])
        fprintf(f, ", mode %s", p->base->name);
    fputs(tail, f);
    return true;
}

static void put_conclusion(FILE *f, const struct colors *colors, const struct results_pair *p)
{
    conclusion_put(f, colors, p->base_name, p->base, p->with_name, p->with);
}

static bool pair_markdown(FILE *f, const struct comparison *c, size_t i)
{
    static const struct colors plain = {"", "", "", "", ""};
    const struct results_pair *p = &c->pair[i];
    size_t n;
    struct results_change *list = changes(c, i, &n);

    put_title(f, c, i, "### ", "\n\n");
    if (n) {
        fputs("| metric | ", f);
        markdown_cell(f, p->base_name);
        fputs(" | ", f);
        markdown_cell(f, p->with_name);
        fputs(" | change | % |\n|:---|---:|---:|---:|---:|\n", f);
    } else {
        fputs("No metric differs.\n", f);
    }
    for (size_t k = 0; k < n; k++) {
        struct value_texts t;
        value_texts(list[k].base, list[k].with, &t);
        fputs("| ", f);
        markdown_cell(f, name_of(&list[k]));
        fprintf(f, " | %s | %s | %s | %s |\n", t.base, t.with, t.change, t.percent);
    }
    fputc('\n', f);
    put_conclusion(f, &plain, p);
    free(list);
    return list != NULL;
}

static bool compare_markdown(FILE *f, const void *subject)
{
    const struct comparison *c = subject;
    bool ok = true;

    for (size_t i = 0; i < c->n && ok; i++) {
        if (i)
            fputc('\n', f);
        ok = pair_markdown(f, c, i);
    }
    return ok;
}

static void put_line(FILE *f, const struct results_pair *p, const struct results_change *c)
{
    struct value_texts t;
    char base[64], with[64];

    value_texts(c->base, c->with, &t);
    t.percent[strcspn(t.percent, " ")] = '\0';
    value_exact(c->base, base, sizeof base);
    value_exact(c->with, with, sizeof with);
    const char *const fields[] = {p->scenario,  p->file ? p->file : "",
                                  p->base_name, p->base->name,
                                  p->with_name, p->with->name,
                                  name_of(c),   (c->base ? c->base : c->with)->unit,
                                  base,         with,
                                  t.percent};
    csv_fields(f, fields, sizeof fields / sizeof fields[0]);
}

static bool compare_csv(FILE *f, const void *subject)
{
    const struct comparison *c = subject;
    bool ok = true;

    fputs("scenario,file,base,base_mode,with,with_mode,metric,unit,base_value,with_value,change_percent\n", f);
    for (size_t i = 0; i < c->n && ok; i++) {
        size_t n;
        struct results_change *list = changes(c, i, &n);
        for (size_t k = 0; k < n; k++)
            put_line(f, &c->pair[i], &list[k]);
        ok = list != NULL;
        free(list);
    }
    return ok;
}

static bool compare_json(FILE *f, const void *subject)
{
    const struct comparison *c = subject;

    return output_text(f, results_pairs_json(c->pair, c->n, c->x.o->verbose, TRAPLINE_VERSION));
}

#define OFF(member) offsetof(struct options, member)
const struct output_format compare_formats[] = {
    {"json", OFF(json_file), OFF(json), compare_json},
    {"md", OFF(md), 0, compare_markdown},
    {"csv", OFF(csv), 0, compare_csv},
};
const size_t ncompare_formats = sizeof compare_formats / sizeof compare_formats[0];

static void show_pair(const struct comparison *c, size_t i)
{
    const struct colors colors = colors_for(c->x.o, stdout);
    const struct results_pair *p = &c->pair[i];
    size_t n;
    struct results_change *list = changes(c, i, &n);
    struct table *t = table_new("lrrrr");

    if (i)
        putchar('\n');
    put_title(stdout, c, i, "", "\n");
    table_cell(t, "metric");
    table_cell(t, "%s", p->base_name);
    table_cell(t, "%s", p->with_name);
    table_cell(t, "change");
    table_cell(t, "%%");
    table_mark(t, colors.bold, colors.off);
    for (size_t k = 0; k < n; k++) {
        struct value_texts v;
        value_texts(list[k].base, list[k].with, &v);
        table_cell(t, "%s", name_of(&list[k]));
        table_cell(t, "%s", v.base);
        table_cell(t, "%s", v.with);
        table_cell(t, "%s", v.change);
        table_cell(t, "%s", v.percent);
    }
    if (n)
        table_print(t, 0);
    else
        printf("no metric differs\n");
    table_free(t);
    free(list);
}

/* The tables of a scenario's modes, then what is to be known, then the sentences; of files, pair by pair. */
void compare_show(const struct comparison *c)
{
    const struct colors colors = colors_for(c->x.o, stdout);
    const bool quiet = c->x.o->quiet;

    for (size_t i = 0; i < c->n; i++) {
        if (!quiet)
            show_pair(c, i);
        if (!c->file[0])
            continue;
        if (quiet) /* there is no table with a title above it */
            put_title(stdout, c, i, "", ": ");
        else
            putchar('\n');
        put_conclusion(stdout, &colors, &c->pair[i]);
    }
    if (c->file[0])
        return;
    if (!quiet)
        putchar('\n');
    report_notes(&c->x.r[0]);
    for (size_t i = 0; i < c->n; i++)
        put_conclusion(stdout, &colors, &c->pair[i]);
}
