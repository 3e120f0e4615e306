/* SPDX-License-Identifier: Apache-2.0 */
/* replay.c - `trapline replay`: plays conformance vectors on lib/gic. What it gave is written by replay_report.c. */
#define _POSIX_C_SOURCE 200809L
#include "replay.h"

#include "commands.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <trapline/scenario.h>

static const struct command *self(void)
{
    return command_find("replay");
}

/* ---- which files --------------------------------------------------------------------------------- */

static int no_memory(void)
{
    fputs("trapline: not enough memory\n", stderr);
    return EXIT_USAGE;
}

static int unreadable(const char *path, int err)
{
    fprintf(stderr, "%s: error: cannot read the vectors: %s\n", path, strerror(-err));
    return EXIT_USAGE;
}

/* Takes over path, which is from malloc. */
static int add_path(struct replay *p, char *path)
{
    struct replay_file *more = path ? realloc(p->file, (p->n + 1) * sizeof *more) : NULL;

    if (!more) {
        free(path);
        return no_memory();
    }
    p->file = more;
    p->file[p->n++] = (struct replay_file){.path = path};
    return EXIT_HOLDS;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct replay_file *)a)->path, ((const struct replay_file *)b)->path);
}

/* Every *.vec of a folder, in the order of their names. */
static int add_folder(struct replay *p, const char *folder)
{
    const size_t before = p->n, len = strlen(folder);
    const char *slash = len && folder[len - 1] == '/' ? "" : "/";
    DIR *d = opendir(folder);
    struct dirent *e;
    int code = EXIT_HOLDS;

    if (!d)
        return unreadable(folder, -errno);
    while (code == EXIT_HOLDS && (e = readdir(d))) {
        const size_t room = len + strlen(e->d_name) + 2;
        char *path;
        if (fnmatch("*.vec", e->d_name, FNM_PERIOD))
            continue;
        path = malloc(room);
        if (path)
            snprintf(path, room, "%s%s%s", folder, slash, e->d_name);
        code = add_path(p, path);
    }
    closedir(d);
    if (code == EXIT_HOLDS && p->n == before) {
        fprintf(stderr, "%s: error: there are no *.vec files in this folder\n", folder);
        return EXIT_USAGE;
    }
    if (p->n > before)
        qsort(p->file + before, p->n - before, sizeof *p->file, by_path);
    return code;
}

static int add_argument(struct replay *p, const char *path)
{
    struct stat s;

    if (strcmp(path, "-") != 0 && !stat(path, &s) && S_ISDIR(s.st_mode))
        return add_folder(p, path);
    return add_path(p, strdup(path));
}

/* ---- reading them -------------------------------------------------------------------------------- */

struct mistakes {
    struct colors c;
    unsigned n;
};

static void put_mistake(void *ctx, const struct gicvec_error *e)
{
    struct mistakes *m = ctx;

    m->n++;
    fprintf(stderr, "%s%s:%u:%u: %serror:%s %s\n", m->c.bold, e->file, e->line, e->col, m->c.red, m->c.off, e->message);
    if (e->text && e->col && strlen(e->text) < 200)
        fprintf(stderr, "%5u | %s\n      | %*s\n", e->line, e->text, (int)e->col, "^");
    if (e->help)
        fprintf(stderr, "      = help: %s\n", e->help);
}

/* Keeps the vectors that are asked for. */
static int choose(struct replay *p, struct replay_file *f)
{
    const struct words *globs = &p->o->filters;
    const size_t n = gicvec_count(f->vectors);

    f->run = calloc(n + 1, sizeof *f->run);
    if (!f->run)
        return no_memory();
    for (size_t i = 0; i < n; i++) {
        const struct gicvec *v = gicvec_get(f->vectors, i);
        bool wanted = !globs->n;
        for (size_t k = 0; k < globs->n; k++)
            wanted = wanted || !fnmatch(globs->v[k], v->name, 0);
        if (wanted)
            f->run[f->n++].v = v;
    }
    p->vectors += f->n;
    return EXIT_HOLDS;
}

/* Reads every file, so that all mistakes of all files are told before anything is played. */
static int load(struct replay *p)
{
    struct mistakes m = {.c = colors_for(p->o, stderr)};
    int code = EXIT_HOLDS;

    for (size_t i = 0; i < p->o->args.n; i++)
        if (add_argument(p, p->o->args.v[i]) != EXIT_HOLDS)
            code = EXIT_USAGE;
    for (size_t i = 0; i < p->n; i++) {
        struct replay_file *f = &p->file[i];
        const int err = gicvec_load(f->path, put_mistake, &m, &f->vectors);
        if (err && err != -EINVAL)
            unreadable(f->path, err);
        if (err || choose(p, f) != EXIT_HOLDS)
            code = EXIT_USAGE;
    }
    if (m.n)
        fprintf(stderr, "%u error%s\n", m.n, m.n == 1 ? "" : "s");
    if (code == EXIT_HOLDS && !p->vectors)
        return usage_error(self(),
                           p->o->filters.n ? "no vector has a name like '%.60s'" : "there are no vectors in '%.60s'",
                           p->o->filters.n ? p->o->filters.v[0] : p->o->args.v[0]);
    return code;
}

/* ---- playing ------------------------------------------------------------------------------------- */

/* Whether a word of --without is a choice that lib/gic makes. */
static bool known_choice(const char *word)
{
    const char *names[32], *near;
    const struct gicvec_choice *c;
    char all[600] = "";
    size_t n = 0, used = 0;

    for (; (c = gicvec_gic_choice(n)) && n < sizeof names / sizeof names[0] && used < sizeof all; n++) {
        names[n] = c->word;
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", n ? ", " : "", c->word);
        if (!strcmp(c->word, word))
            return true;
    }
    near = scenario_nearest(word, names, n);
    if (near)
        usage_error(self(), "'%.60s' is no choice; did you mean '%s'?", word, near);
    else
        usage_error(self(), "'%.60s' is no choice; one of: %s", word, all);
    return false;
}

static void play(struct replay *p)
{
    struct gicvec_gic gic = {.check = true, .without = p->o->without.v, .nwithout = p->o->without.n};

    for (size_t i = 0; i < p->n; i++) {
        struct replay_file *f = &p->file[i];
        for (size_t k = 0; k < f->n; k++) {
            enum gicvec_verdict verdict = gicvec_replay(f->run[k].v, gicvec_gic_ops(), &gic, &f->run[k].result);
            f->count[verdict]++;
            p->count[verdict]++;
            p->broken = p->broken || f->run[k].result.why[0];
        }
    }
}

static int exit_code(const struct replay *p)
{
    if (p->broken)
        return EXIT_MODEL;
    /* Where every vector was skipped nothing has been shown. */
    return p->count[GICVEC_FAILED] || !p->count[GICVEC_PASSED] ? EXIT_FAILS : EXIT_HOLDS;
}

static void release(struct replay *p)
{
    for (size_t i = 0; i < p->n; i++) {
        gicvec_free(p->file[i].vectors);
        free(p->file[i].run);
        free(p->file[i].path);
    }
    free(p->file);
}

#define OFF(member) offsetof(struct options, member)
static const struct output_format formats[] = {
    {"junit", OFF(junit), 0, replay_junit},
    {"json", OFF(json_file), OFF(json), replay_json},
};

/* `--format junit` is short for `--junit -`, and so is json. */
static struct options with_format(const struct options *o)
{
    struct options mine = *o;

    if (o->format && !strcmp(o->format, "json"))
        mine.json = true;
    if (o->format && !strcmp(o->format, "junit") && !o->junit)
        mine.junit = "-";
    return mine;
}

static int play_and_tell(struct replay *p)
{
    struct outputs out;
    int code = outputs_plan(&out, self(), p->o, formats, sizeof formats / sizeof formats[0]);

    if (code == EXIT_HOLDS)
        code = outputs_open(&out);
    if (code != EXIT_HOLDS) {
        outputs_abort(&out);
        return code;
    }
    play(p);
    if (!out.to_stdout)
        replay_text(p);
    code = outputs_write(&out, p);
    return code != EXIT_HOLDS ? code : exit_code(p);
}

int cmd_replay(const struct options *o)
{
    const struct options mine = with_format(o);
    struct replay p = {.o = &mine, .c = colors_for(o, stdout)};
    int code;

    if (o->format && !strcmp(o->format, "junit") && o->junit && strcmp(o->junit, "-") != 0)
        return usage_error(self(), "'--format junit' writes to standard output, '--junit' to a file: one of them");
    for (size_t i = 0; i < o->without.n; i++)
        if (!known_choice(o->without.v[i]))
            return EXIT_USAGE;
    code = load(&p);
    if (code == EXIT_HOLDS && o->list)
        replay_list(&p);
    else if (code == EXIT_HOLDS)
        code = play_and_tell(&p);
    release(&p);
    return code;
}
