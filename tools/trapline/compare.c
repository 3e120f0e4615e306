/* SPDX-License-Identifier: Apache-2.0 */
/* compare.c - `trapline compare`: two modes of a scenario, or two files of results. */
#include "commands.h"
#include "conclusion.h"
#include "formats.h"
#include "table.h"
#include "values.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <trapline/version.h>

/* Everything that is laid side by side. */
struct comparison {
    struct session x; /* first: session_guard hands it back */
    struct outputs out;
    struct results *file[2]; /* NULL: a scenario is run */
    struct results_pair *pair;
    size_t n;
    bool wanted[64];
};

static const struct command *self(void)
{
    return command_find("compare");
}

/* ---- formats -------------------------------------------------------------------------------------- */

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

/* What a pair is about, where that is not plain: several scenarios, or two files. Nothing otherwise. */
static bool put_title(FILE *f, const struct comparison *c, size_t i, const char *mark)
{
    const struct results_pair *p = &c->pair[i];

    if (!c->file[0] || (!c->file[1] && c->file[0]->n == 1))
        return false;
    fprintf(f, "%s%s", mark, p->scenario);
    if (c->file[1] && strcmp(p->base->name, p->with->name))
        fprintf(f, ", mode %s against %s", p->with->name, p->base->name);
    else if (c->file[1])
        fprintf(f, ", mode %s", p->base->name);
    fputc('\n', f);
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

    if (put_title(f, c, i, "### "))
        fputc('\n', f);
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

static bool compare_csv(FILE *f, const void *subject)
{
    const struct comparison *c = subject;
    bool ok = true;

    fputs("scenario,base,with,metric,unit,base_value,with_value,change_percent\n", f);
    for (size_t i = 0; i < c->n && ok; i++) {
        size_t n;
        struct results_change *list = changes(c, i, &n);
        for (size_t k = 0; k < n; k++) {
            struct value_texts t;
            char base[64], with[64];
            value_texts(list[k].base, list[k].with, &t);
            t.percent[strcspn(t.percent, " ")] = '\0';
            value_exact(list[k].base, base, sizeof base);
            value_exact(list[k].with, with, sizeof with);
            const char *const fields[] = {c->pair[i].scenario,
                                          c->pair[i].base_name,
                                          c->pair[i].with_name,
                                          name_of(&list[k]),
                                          (list[k].base ? list[k].base : list[k].with)->unit,
                                          base,
                                          with,
                                          t.percent};
            const size_t last = sizeof fields / sizeof fields[0] - 1;
            for (size_t a = 0; a <= last; a++)
                csv_field(f, fields[a], a == last);
        }
        ok = list != NULL;
        free(list);
    }
    return ok;
}

static bool compare_json(FILE *f, const void *subject)
{
    const struct comparison *c = subject;
    char *text = results_pairs_json(c->pair, c->n, c->x.o->verbose, TRAPLINE_VERSION);

    if (text)
        fputs(text, f);
    free(text);
    return text != NULL;
}

#define OFF(member) offsetof(struct options, member)
static const struct output_format formats[] = {
    {"json", OFF(json_file), OFF(json), compare_json},
    {"md", OFF(md), 0, compare_markdown},
    {"csv", OFF(csv), 0, compare_csv},
};

static void show_pair(const struct comparison *c, size_t i)
{
    const struct colors colors = colors_for(c->x.o, stdout);
    const struct results_pair *p = &c->pair[i];
    size_t n;
    struct results_change *list = changes(c, i, &n);
    struct table *t = table_new("lrrrr");

    if (i && !c->x.o->quiet)
        putchar('\n');
    if (!c->x.o->quiet)
        put_title(stdout, c, i, "");
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
    if (!c->x.o->quiet && n)
        table_print(t, 0);
    else if (!c->x.o->quiet)
        printf("no metric differs\n");
    table_free(t);
    free(list);
}

/* The tables of a scenario's modes, then what is to be known, then the sentences; of files, pair by pair. */
static void show_pairs(const struct comparison *c)
{
    const struct colors colors = colors_for(c->x.o, stdout);
    const char *gap = c->x.o->quiet ? "" : "\n";

    for (size_t i = 0; i < c->n; i++) {
        show_pair(c, i);
        if (!c->file[0])
            continue;
        fputs(gap, stdout);
        put_conclusion(stdout, &colors, &c->pair[i]);
    }
    if (c->file[0])
        return;
    fputs(gap, stdout);
    report_notes(&c->x.r[0]);
    for (size_t i = 0; i < c->n; i++)
        put_conclusion(stdout, &colors, &c->pair[i]);
}

/* ---- what is compared ------------------------------------------------------------------------------ */

static void add_pair(struct comparison *c, const char *scenario, const char *base_name, const struct results_mode *base,
                     const char *with_name, const struct results_mode *with)
{
    struct results_pair *more = realloc(c->pair, (c->n + 1) * sizeof *more);

    if (!more) {
        fputs("trapline: not enough memory\n", stderr);
        session_code(&c->x, EXIT_USAGE);
        return;
    }
    c->pair = more;
    c->pair[c->n++] = (struct results_pair){scenario, base_name, with_name, base, with};
}

/* The mode that others are compared with: --base, or the first one that is not --with itself. */
static size_t base_of(const struct options *o, const char *const *names, size_t n)
{
    size_t i = 0;

    while (i + 1 < n && (o->base ? strcmp(names[i], o->base) : o->with && !strcmp(names[i], o->with)))
        i++;
    return i;
}

/* Whether a mode is compared with the base: --with, or every other one. */
static bool is_with(const struct options *o, const char *const *names, size_t base, size_t i)
{
    return o->with ? !strcmp(names[i], o->with) : i != base;
}

/* Pairs of the modes of one set of results. */
static void pair_modes(struct comparison *c, const struct results_scenario *s)
{
    const char *names[64];
    size_t n = 0, base;

    for (; n < s->n && n < 64; n++)
        names[n] = s->mode[n].name;
    if (!n || (c->x.o->base && !results_mode_find(s, c->x.o->base)))
        return;
    base = base_of(c->x.o, names, n);
    for (size_t i = 0; i < n; i++)
        if (is_with(c->x.o, names, base, i))
            add_pair(c, s->name, names[base], &s->mode[base], names[i], &s->mode[i]);
}

/* ---- a scenario ------------------------------------------------------------------------------------ */

static void run_modes(struct session *x)
{
    struct comparison *c = (struct comparison *)x;

    session_run_modes(x, &x->r[0], c->wanted);
    if (!session_interrupted() && x->code == EXIT_HOLDS)
        pair_modes(c, x->r[0].res->scenario);
}

/* Finds out which modes must be run. */
static int want_modes(struct comparison *c)
{
    const struct scenario *s = c->x.s[0];
    const struct options *o = c->x.o;
    const char *names[64];
    size_t n = 0, base;

    if ((o->base && session_mode(&c->x, s, o->base) < 0) || (o->with && session_mode(&c->x, s, o->with) < 0))
        return EXIT_USAGE;
    for (; n < scenario_modes(s) && n < 64; n++)
        names[n] = scenario_mode_name(s, n);
    if (n == 1 && !o->with) {
        fprintf(stderr,
                "trapline compare: %s has one mode only, '%s'\n"
                "      = help: give it another one under 'modes:', or compare the results of two runs\n",
                scenario_file(s), names[0]);
        return EXIT_USAGE;
    }
    base = base_of(o, names, n);
    for (size_t i = 0; i < n; i++)
        c->wanted[i] = i == base || is_with(o, names, base, i);
    return EXIT_HOLDS;
}

/* ---- files of results ------------------------------------------------------------------------------- */

static void note(const char *fmt, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 1, 2)))
#endif
    ;

static void note(const char *fmt, ...)
{
    va_list ap;

    fputs("note: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
}

/* Modes of the same name, or --base of the first file and --with of the second. */
static void pair_scenarios(struct comparison *c, const struct results_scenario *a, const struct results_scenario *b)
{
    const struct options *o = c->x.o;
    const char *const *file = c->x.o->args.v;

    if (a->model_version != b->model_version)
        note("%s: model version %llu in %s, %llu in %s", a->name, (unsigned long long)a->model_version, file[0],
             (unsigned long long)b->model_version, file[1]);
    if (a->sha256 && b->sha256 && strcmp(a->sha256, b->sha256))
        note("%s: the scenario file was not the same", a->name);
    for (size_t i = 0; i < a->n; i++) {
        const char *name = o->with ? o->with : a->mode[i].name;
        const struct results_mode *with = results_mode_find(b, name);
        if (o->base ? strcmp(a->mode[i].name, o->base) : o->with && strcmp(a->mode[i].name, o->with))
            continue;
        if (with)
            add_pair(c, a->name, file[0], &a->mode[i], file[1], with);
        else
            note("%s: mode %s is not in %s", a->name, name, file[1]);
    }
    for (size_t i = 0; i < b->n && !o->base && !o->with; i++)
        if (!results_mode_find(a, b->mode[i].name))
            note("%s: mode %s is not in %s", a->name, b->mode[i].name, file[0]);
}

static void pair_files(struct comparison *c)
{
    const struct results *a = c->file[0], *b = c->file[1];
    const char *const *file = c->x.o->args.v;

    for (size_t i = 0; i < a->n; i++) {
        const struct results_scenario *other = results_scenario_find(b, a->scenario[i].name);
        if (other)
            pair_scenarios(c, &a->scenario[i], other);
        else
            note("scenario %s is not in %s", a->scenario[i].name, file[1]);
    }
    for (size_t i = 0; i < b->n; i++)
        if (!results_scenario_find(a, b->scenario[i].name))
            note("scenario %s is not in %s", b->scenario[i].name, file[0]);
}

static int read_files(struct comparison *c)
{
    const struct words *args = &c->x.o->args;

    for (size_t i = 0; i < args->n; i++)
        results_read(args->v[i], c->x.diags, &c->file[i]);
    if (session_errors(&c->x))
        return EXIT_USAGE;
    if (c->file[1])
        pair_files(c);
    else
        for (size_t i = 0; i < c->file[0]->n; i++)
            pair_modes(c, &c->file[0]->scenario[i]);
    if (c->n || c->x.code != EXIT_HOLDS)
        return c->x.code;
    fprintf(stderr, "trapline compare: there is nothing to compare: no two modes %s%s%s\n",
            c->file[1]                     ? "of the same name"
            : c->x.o->base || c->x.o->with ? "as asked for in '"
                                           : "in '",
            c->file[1] ? "" : args->v[0], c->file[1] ? "" : "'");
    return EXIT_USAGE;
}

/* ---- the command ------------------------------------------------------------------------------------ */

static int prepare(struct comparison *c)
{
    const struct options *o = c->x.o;
    bool files = o->args.n == 2 || results_recognise(o->args.v[0]) != RESULTS_NONE;
    int code = session_load(&c->x, o->args.v, files ? 0 : 1);

    if (code != EXIT_HOLDS)
        return code;
    return files ? read_files(c) : want_modes(c);
}

static void show_all(struct comparison *c)
{
    int code = outputs_open(&c->out);

    session_code(&c->x, code);
    if (code != EXIT_HOLDS)
        return;
    if (!c->file[0] && !session_guard(&c->x, run_modes)) {
        c->x.code = EXIT_INTERRUPTED;
        return;
    }
    if (c->x.code != EXIT_HOLDS)
        return; /* a run failed, and there is nothing to compare */
    if (!c->out.to_stdout)
        show_pairs(c);
    session_code(&c->x, outputs_write(&c->out, c));
}

int cmd_compare(const struct options *o)
{
    static struct comparison c; /* static: siglongjmp would lose changes to a local one */

    memset(&c, 0, sizeof c);
    c.x.o = o;
    c.x.command = "compare";
    c.x.code = outputs_plan(&c.out, self(), o, formats, sizeof formats / sizeof formats[0]);
    if (c.x.code != EXIT_HOLDS)
        return c.x.code;
    c.x.code = prepare(&c);
    if (c.x.code == EXIT_HOLDS)
        show_all(&c);
    outputs_abort(&c.out);
    free(c.pair);
    results_free(c.file[0]);
    results_free(c.file[1]);
    session_free(&c.x);
    return c.x.code;
}
