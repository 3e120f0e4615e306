/* SPDX-License-Identifier: Apache-2.0 */
/* compare_files.c - `trapline compare` of files of results: reading them, and what in them belongs together. */
#include "commands.h"
#include "compare.h"

#include <stdarg.h>
#include <string.h>

/* What a file is called in messages and tables. */
static const char *file_name(const struct comparison *c, size_t i)
{
    const char *name = c->x.o->args.v[i];

    return strcmp(name, "-") ? name : "<stdin>";
}

static bool is_broken(const struct results_scenario *s, const char *mode)
{
    for (size_t i = 0; i < s->nbroken; i++)
        if (!strcmp(s->broken[i], mode))
            return true;
    return false;
}

/* ---- what was asked for ----------------------------------------------------------------------------- */

/* Options that change a scenario have nothing to change here. */
static int check_options(const struct comparison *c)
{
    const struct options *o = c->x.o;
    const struct {
        const char *name;
        bool given;
    } options[] = {
        {"set", o->sets.n > 0},
        {"seed", o->seed != NULL},
        {"until", o->until != NULL},
        {"profile-dir", o->profile_dirs.n > 0},
        {"allow-unpriced", o->allow_unpriced},
    };

    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        if (options[i].given)
            return usage_error(command_find("compare"),
                               "'--%s' is about a run, and '%s' holds results: give it to 'trapline run'",
                               options[i].name, file_name(c, 0));
    return EXIT_HOLDS;
}

/* A mode that is asked for must be in one of the scenarios of a file. */
static int check_mode(const struct comparison *c, size_t file, const char *name)
{
    const struct results *r = c->file[file];
    const char *names[64];
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++) {
        if (results_mode_find(&r->scenario[i], name) || is_broken(&r->scenario[i], name))
            return EXIT_HOLDS;
        for (size_t m = 0; m < r->scenario[i].n && n < sizeof names / sizeof names[0]; m++) {
            size_t k = 0;
            while (k < n && strcmp(names[k], r->scenario[i].mode[m].name))
                k++;
            names[k] = r->scenario[i].mode[m].name;
            n += k == n;
        }
    }
    return session_no_mode(&c->x, file_name(c, file), name, names, n);
}

/* --base is about the first file and --with about the second; one alone is about both. */
static int check_modes(const struct comparison *c)
{
    const char *base = c->x.o->base, *with = c->x.o->with;
    size_t last = c->file[1] ? 1 : 0;
    int code = EXIT_HOLDS;

    if (base)
        code = check_mode(c, 0, base);
    if (code == EXIT_HOLDS && (with || (base && last)))
        code = check_mode(c, last, with ? with : base);
    if (code == EXIT_HOLDS && with && !base && last)
        code = check_mode(c, 0, with);
    return code;
}

/* ---- which scenario belongs to which ---------------------------------------------------------------- */

static size_t count_name(const struct results *r, const char *name)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++)
        n += !strcmp(r->scenario[i].name, name);
    return n;
}

static bool same_file(const struct results_scenario *a, const struct results_scenario *b)
{
    return a->file && b->file && !strcmp(a->file, b->file);
}

/* The scenario of r that s is laid beside: by its name, and where that is not unique by its file too. */
static const struct results_scenario *partner(const struct results *own, const struct results_scenario *s,
                                              const struct results *r)
{
    bool unique = count_name(own, s->name) == 1 && count_name(r, s->name) == 1;

    for (size_t i = 0; i < r->n; i++)
        if (!strcmp(r->scenario[i].name, s->name) && (unique || same_file(s, &r->scenario[i])))
            return &r->scenario[i];
    return NULL;
}

/* Whether the scenario's name is not unique and its file does not help. */
static bool is_ambiguous(const struct results *own, const struct results_scenario *s, const struct results *other)
{
    size_t there = count_name(other, s->name), alike = 0;

    if (!there || (there == 1 && count_name(own, s->name) == 1))
        return false;
    for (size_t i = 0; i < own->n; i++)
        alike += !strcmp(own->scenario[i].name, s->name) && same_file(s, &own->scenario[i]);
    return alike != 1;
}

/* Scenarios of one name that their files do not tell apart must not be paired by chance. */
static int check_names(const struct comparison *c)
{
    for (size_t k = 0; k < 2; k++) {
        const struct results *own = c->file[k];
        for (size_t i = 0; i < own->n; i++) {
            const struct results_scenario *s = &own->scenario[i];
            if (!is_ambiguous(own, s, c->file[1 - k]))
                continue;
            fprintf(stderr,
                    "trapline compare: several scenarios are called '%s', and the file that %s names (%s) does not say "
                    "which belongs to which\n"
                    "      = help: give each scenario a name of its own, or compare the results of one at a time\n",
                    s->name, file_name(c, k), s->file ? s->file : "none");
            return EXIT_USAGE;
        }
    }
    return EXIT_HOLDS;
}

/* ---- pairs ------------------------------------------------------------------------------------------ */

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

/* A mode that cannot be compared because its run failed must not look as if nobody had wanted it. */
static void note_broken(struct comparison *c, size_t file)
{
    const struct results *r = c->file[file];
    const struct options *o = c->x.o;

    for (size_t i = 0; i < r->n; i++) {
        const struct results_scenario *s = &r->scenario[i];
        for (size_t k = 0; k < s->nbroken; k++) {
            if ((o->base || o->with) && !(o->base && !strcmp(o->base, s->broken[k])) &&
                !(o->with && !strcmp(o->with, s->broken[k])))
                continue;
            note("%s: the run of mode %s in %s did not come to its end", s->name, s->broken[k], file_name(c, file));
            c->broken = true;
        }
    }
}

/* Modes of the same name, or --base of the first file and --with of the second. */
static void pair_scenarios(struct comparison *c, const struct results_scenario *a, const struct results_scenario *b)
{
    const struct options *o = c->x.o;
    const char *const file[] = {file_name(c, 0), file_name(c, 1)};

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
            compare_add(c, a, file[0], &a->mode[i], file[1], with);
        else if (!is_broken(b, name))
            note("%s: mode %s is not in %s", a->name, name, file[1]);
    }
    for (size_t i = 0; i < b->n && !o->base && !o->with; i++)
        if (!results_mode_find(a, b->mode[i].name) && !is_broken(a, b->mode[i].name))
            note("%s: mode %s is not in %s", a->name, b->mode[i].name, file[0]);
}

/* Scenarios that only the first of two files has. */
static void note_missing(const struct results *own, const struct results *other, const char *file)
{
    for (size_t i = 0; i < own->n; i++) {
        const struct results_scenario *s = &own->scenario[i];
        bool told = count_name(own, s->name) > 1 && s->file;
        if (!partner(own, s, other))
            note("scenario %s%s%s%s is not in %s", s->name, told ? " (" : "", told ? s->file : "", told ? ")" : "",
                 file);
    }
}

static void pair_files(struct comparison *c)
{
    const struct results *a = c->file[0], *b = c->file[1];
    const char *const file[] = {file_name(c, 0), file_name(c, 1)};

    for (size_t i = 0; i < a->n; i++) {
        const struct results_scenario *other = partner(a, &a->scenario[i], b);
        if (other)
            pair_scenarios(c, &a->scenario[i], other);
    }
    note_missing(a, b, file[1]);
    note_missing(b, a, file[0]);
}

/* A pair without a common metric would look like one in which nothing differs. */
static int check_pairs(const struct comparison *c)
{
    for (size_t i = 0; i < c->n; i++) {
        const struct results_pair *p = &c->pair[i];
        size_t k = 0;
        while (k < p->base->n && !results_metric_find(p->with, p->base->metric[k].name))
            k++;
        if (k < p->base->n)
            continue;
        fprintf(stderr, "trapline compare: %s: mode %s of %s and mode %s of %s have no metric in common\n", p->scenario,
                p->base->name, file_name(c, 0), p->with->name, file_name(c, c->file[1] ? 1 : 0));
        return EXIT_USAGE;
    }
    return EXIT_HOLDS;
}

static int nothing(const struct comparison *c)
{
    const struct options *o = c->x.o;

    if (c->file[1])
        fputs("trapline compare: there is nothing to compare: no two modes of the same name\n", stderr);
    else
        fprintf(stderr, "trapline compare: there is nothing to compare: no two modes %s '%s'\n",
                o->base || o->with ? "as asked for in" : "in", file_name(c, 0));
    return EXIT_USAGE;
}

/* ---- files ------------------------------------------------------------------------------------------ */

bool compare_is_files(const struct comparison *c, const char *text, size_t len)
{
    const struct words *args = &c->x.o->args;

    if (args->n == 2)
        return true;
    return (text ? results_recognise_text(text, len) : results_recognise(args->v[0])) != RESULTS_NONE;
}

int compare_files(struct comparison *c, const char *text, size_t len)
{
    const struct words *args = &c->x.o->args;
    int code = check_options(c);

    if (code != EXIT_HOLDS)
        return code;
    for (size_t i = 0; i < args->n; i++)
        if (text)
            results_read_text(file_name(c, 0), text, len, c->x.diags, &c->file[0]);
        else
            results_read(args->v[i], c->x.diags, &c->file[i]);
    code = session_errors(&c->x);
    if (code == EXIT_HOLDS)
        code = check_modes(c);
    if (code == EXIT_HOLDS && c->file[1])
        code = check_names(c);
    if (code != EXIT_HOLDS)
        return code;
    for (size_t i = 0; i < args->n; i++)
        note_broken(c, i);
    if (c->file[1])
        pair_files(c);
    else
        for (size_t i = 0; i < c->file[0]->n; i++)
            compare_modes(c, &c->file[0]->scenario[i]);
    if (c->x.code != EXIT_HOLDS)
        return c->x.code;
    return c->n ? check_pairs(c) : nothing(c);
}
