/* SPDX-License-Identifier: Apache-2.0 */
/*
 * results_read.c - result files and baselines, read with positions so that errors can say where.
 *
 * Both are JSON, which is YAML to libyaml. Of a result file only what comparisons need is looked at, and keys that
 * are not known are passed over, so that it may grow. A baseline may hold nothing else: --update writes it
 * again, and what was passed over would be lost.
 */
#define _POSIX_C_SOURCE 200809L
#include "results.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_ENTRIES 4096u

struct reading {
    struct results_all *out;
    struct arena *a;
    struct scenario_diags *d;
    const char *help; /* what to do about a damaged file */
};

static const char damaged_results[] = "make the file again: trapline run SCENARIO --json=FILE";
static const char damaged_baseline[] =
    "restore the file from version control, or delete it and make it again with --update";

/* ---- pieces ------------------------------------------------------------------------------------- */

static bool is_kind(struct reading *r, const struct node *n, enum node_kind kind, const char *what)
{
    static const char *const words[] = {"a single value", "a list", "a mapping"};

    if (n->kind == kind)
        return true;
    diag_add(r->d, n->at, r->help, "%s must be %s, not %s", what, words[kind], node_kind_text(n));
    return false;
}

/* Far more than anybody has, and few enough for searches from one end to the other. */
static bool is_moderate(struct reading *r, const struct node *n, const char *what)
{
    if (n->n <= MAX_ENTRIES)
        return true;
    diag_add(r->d, n->at, NULL, "there are %zu %s, more than %u", n->n, what, MAX_ENTRIES);
    return false;
}

/* A member that must be there. */
static const struct node *member(struct reading *r, const struct node *map, const char *key, enum node_kind kind)
{
    const struct node *n = node_get(map, key);
    char what[64];

    if (!n) {
        diag_add(r->d, map->at, r->help, "there is no '%s' here", key);
        return NULL;
    }
    snprintf(what, sizeof what, "'%s'", key);
    return is_kind(r, n, kind, what) ? n : NULL;
}

static const char *member_text(struct reading *r, const struct node *map, const char *key)
{
    const struct node *n = member(r, map, key, NODE_SCALAR);
    return n ? arena_strdup(r->a, n->text) : NULL;
}

/* Digits only; false if it is something else or too large. */
static bool read_uint(const char *s, uint64_t *v)
{
    char *end;

    if (!*s || s[strspn(s, "0123456789")])
        return false;
    errno = 0;
    *v = strtoull(s, &end, 10);
    return errno == 0;
}

static bool read_real(const char *s, double *v)
{
    char *end;

    if (!strchr("-0123456789", *s) || s[strspn(s, "0123456789.eE+-")])
        return false;
    *v = strtod(s, &end);
    return !*end && end != s && isfinite(*v);
}

static bool value(struct reading *r, const struct node *n, struct results_metric *m)
{
    m->valid = true;
    if (n->kind == NODE_SCALAR && !n->quoted && !strcmp(n->text, "null"))
        m->valid = false;
    else if (n->kind == NODE_SCALAR && !n->quoted && read_uint(n->text, &m->u))
        m->real = false;
    else if (n->kind == NODE_SCALAR && !n->quoted && read_real(n->text, &m->r))
        m->real = true;
    else {
        diag_add(r->d, n->at, r->help, "the value of '%.60s' must be a number or null", m->name);
        return false;
    }
    return true;
}

/* Unit and direction, as this version knows them; a metric that is gone counts something. false: it is gone. */
static bool describe(struct results_metric *m)
{
    size_t n;
    const struct machine_metric_info *info = machine_metric_table(&n);

    m->unit = "count";
    m->better = MACHINE_EXACT;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(info[i].name, m->name))
            continue;
        m->unit = info[i].unit;
        m->better = info[i].better;
        return true;
    }
    return false;
}

/* Nothing that is measured is negative, and what is counted is whole. */
static bool is_possible(struct reading *r, const struct node *n, const struct results_metric *m)
{
    bool whole = !strcmp(m->unit, "count");

    if (!m->valid || !m->real || (!whole && m->r >= 0))
        return true;
    diag_add(r->d, n->at, r->help, "the value of '%.60s' must be a %s number that is not negative", m->name,
             whole ? "whole" : "finite");
    return false;
}

/* Index of a metric in a list, or the list's length. */
static size_t index_of(const struct results_metric *m, size_t n, const char *name)
{
    size_t i = 0;

    while (i < n && strcmp(m[i].name, name))
        i++;
    return i;
}

/* Metrics in the order in which all tables show them, and unknown ones behind them; files are sorted by name. */
static void put_in_order(struct reading *r, struct results_metric *list, size_t n)
{
    size_t known, done = 0;
    const struct machine_metric_info *info = machine_metric_table(&known);
    struct results_metric *old = arena_alloc(r->a, n * sizeof *old);

    if (n)
        memcpy(old, list, n * sizeof *old);
    for (size_t k = 0; k <= known; k++) {
        for (size_t i = 0; i < n; i++) {
            if (!old[i].name || (k < known && strcmp(old[i].name, info[k].name)))
                continue;
            list[done++] = old[i];
            old[i].name = NULL;
        }
    }
}

/* `wrapped`: {"value": 1, ...} as in a result file, not just the value. */
static void metrics(struct reading *r, const struct node *map, bool wrapped, struct results_mode *mode)
{
    struct results_metric *list = arena_alloc(r->a, map->n * sizeof *list);
    unsigned *steps = arena_alloc(r->a, map->n * sizeof *steps);

    if (!is_moderate(r, map, "metrics"))
        return;
    mode->metric = list;
    for (size_t i = 0; i < map->n; i++) {
        const struct pair *p = &map->pair[i];
        const struct node *n = p->value;
        struct results_metric m = {.line = p->at.line + 1, .col = p->at.col + 1};
        unsigned renamed;
        size_t at;
        m.name = rename_apply(r->out->renames, arena_strdup(r->a, p->key), &renamed);
        if (wrapped && (!is_kind(r, n, NODE_MAP, "a metric") || !(n = member(r, n, "value", NODE_SCALAR))))
            continue;
        bool known = describe(&m);
        if (!value(r, n, &m) || (known && !is_possible(r, n, &m)))
            continue;
        /* Under its old and its new name, as in a file mended by hand: the newest name counts, wherever it stands. */
        at = index_of(list, mode->n, m.name);
        if (at < mode->n && steps[at] <= renamed)
            continue;
        list[at] = m;
        steps[at] = renamed;
        mode->n += at == mode->n;
    }
    put_in_order(r, list, mode->n);
}

/* ---- result files ------------------------------------------------------------------------------- */

static void run_mode(struct reading *r, const struct node *n, struct results_scenario *s, struct results_mode *list,
                     const char **broken)
{
    struct results_mode m = {.line = n->at.line + 1, .col = n->at.col + 1};
    const struct node *map, *status;

    if (!is_kind(r, n, NODE_MAP, "a mode"))
        return;
    m.name = member_text(r, n, "mode");
    status = member(r, n, "status", NODE_SCALAR);
    if (!m.name || !status)
        return;
    if (strcmp(status->text, "ok")) { /* it did not come to its end and has no metrics */
        broken[s->nbroken++] = m.name;
        return;
    }
    map = member(r, n, "metrics", NODE_MAP);
    if (!map)
        return;
    metrics(r, map, true, &m);
    list[s->n++] = m;
}

static void read_run(struct reading *r, const struct node *root)
{
    const struct node *list = member(r, root, "scenarios", NODE_LIST);
    const char *version = member_text(r, root, "version"), *model = member_text(r, root, "model_version");
    struct results_scenario *s;
    uint64_t model_version = 0;

    if (model && !read_uint(model, &model_version))
        diag_add(r->d, node_get(root, "model_version")->at, r->help, "'model_version' must be a whole number");
    if (!list || !is_moderate(r, list, "scenarios"))
        return;
    s = arena_alloc(r->a, list->n * sizeof *s);
    for (size_t i = 0; i < list->n; i++) {
        const struct node *n = list->item[i], *modes;
        struct results_mode *mode;
        const char **broken;
        if (!is_kind(r, n, NODE_MAP, "a scenario"))
            continue;
        s[i].line = n->at.line + 1;
        s[i].col = n->at.col + 1;
        s[i].name = member_text(r, n, "name");
        s[i].file = member_text(r, n, "file");
        s[i].sha256 = member_text(r, n, "sha256");
        s[i].tool_version = version;
        s[i].model_version = model_version;
        modes = member(r, n, "modes", NODE_LIST);
        if (!modes || !is_moderate(r, modes, "modes"))
            continue;
        mode = arena_alloc(r->a, modes->n * sizeof *mode);
        broken = arena_alloc(r->a, modes->n * sizeof *broken);
        s[i].mode = mode;
        s[i].broken = broken;
        for (size_t k = 0; k < modes->n; k++)
            run_mode(r, modes->item[k], &s[i], mode, broken);
    }
    r->out->pub.scenario = s;
    r->out->pub.n = list->n;
}

/* ---- baselines ---------------------------------------------------------------------------------- */

/* Every key must be one of the names (which end with NULL). */
static void only_keys(struct reading *r, const struct node *map, const char *const *names)
{
    for (size_t i = 0; i < map->n; i++) {
        const char *const *name = names;
        while (*name && strcmp(*name, map->pair[i].key))
            name++;
        if (!*name)
            diag_add(r->d, map->pair[i].at, r->help, "unknown key '%.60s' in a baseline", map->pair[i].key);
    }
}

static void baseline_modes(struct reading *r, const struct node *map, struct results_scenario *s)
{
    static const char *const keys[] = {"config_sha256", "metrics", NULL};
    struct results_mode *list = arena_alloc(r->a, map->n * sizeof *list);

    s->mode = list;
    for (size_t i = 0; i < map->n; i++) {
        const struct pair *p = &map->pair[i];
        const struct node *values;
        struct results_mode m = {.name = arena_strdup(r->a, p->key), .line = p->at.line + 1, .col = p->at.col + 1};
        if (!is_kind(r, p->value, NODE_MAP, "a mode"))
            continue;
        only_keys(r, p->value, keys);
        m.config = member_text(r, p->value, "config_sha256");
        values = member(r, p->value, "metrics", NODE_MAP);
        if (values)
            metrics(r, values, false, &m);
        list[s->n++] = m;
    }
}

static void baseline_scenario(struct reading *r, const struct pair *p, struct results_scenario *s)
{
    static const char *const keys[] = {"model_version", "modes", "sha256", "version", NULL};
    const struct node *model, *modes;

    s->name = arena_strdup(r->a, p->key);
    s->line = p->at.line + 1;
    s->col = p->at.col + 1;
    if (!is_kind(r, p->value, NODE_MAP, "a scenario"))
        return;
    only_keys(r, p->value, keys);
    s->sha256 = member_text(r, p->value, "sha256");
    s->tool_version = member_text(r, p->value, "version");
    model = member(r, p->value, "model_version", NODE_SCALAR);
    if (model && !read_uint(model->text, &s->model_version))
        diag_add(r->d, model->at, r->help, "'model_version' must be a whole number");
    modes = member(r, p->value, "modes", NODE_MAP);
    if (modes && is_moderate(r, modes, "modes"))
        baseline_modes(r, modes, s);
}

static void read_baseline(struct reading *r, const struct node *root)
{
    static const char *const keys[] = {"scenarios", "schema", "tolerances", "tool", "type", NULL};
    const struct node *map = member(r, root, "scenarios", NODE_MAP);
    const struct node *list = member(r, root, "tolerances", NODE_LIST);
    struct results_scenario *s = arena_alloc(r->a, (map ? map->n : 0) * sizeof *s);

    only_keys(r, root, keys);
    if (map && !is_moderate(r, map, "scenarios"))
        return;
    for (size_t i = 0; map && i < map->n; i++)
        baseline_scenario(r, &map->pair[i], &s[i]);
    r->out->pub.scenario = s;
    r->out->pub.n = map ? map->n : 0;
    if (list && !is_moderate(r, list, "tolerances"))
        return;
    for (size_t i = 0; list && i < list->n; i++)
        if (is_kind(r, list->item[i], NODE_SCALAR, "a tolerance"))
            tolerance_add(r->out, list->item[i]->text, list->item[i]->text_at, NULL, 0, r->d);
}

/* ---- documents ---------------------------------------------------------------------------------- */

static const struct document {
    const char *type, *what;
    enum results_kind kind;
    uint64_t schema;
    const char *help;
    void (*read)(struct reading *r, const struct node *root);
} documents[] = {
    {"results", "result file", RESULTS_RUN, RESULT_SCHEMA, damaged_results, read_run},
    {"baseline", "baseline", RESULTS_BASELINE, BASELINE_SCHEMA, damaged_baseline, read_baseline},
};
#define NDOCUMENTS (sizeof documents / sizeof documents[0])

static const struct document *document_of(const struct node *root)
{
    const struct node *tool = node_get(root, "tool"), *type = node_get(root, "type");

    if (!tool || tool->kind != NODE_SCALAR || strcmp(tool->text, "trapline") || !type || type->kind != NODE_SCALAR)
        return NULL;
    for (size_t i = 0; i < NDOCUMENTS; i++)
        if (!strcmp(documents[i].type, type->text))
            return &documents[i];
    return NULL;
}

/* Whether this program knows the version of the format. */
static bool schema_ok(struct reading *r, const struct node *root, const struct document *doc)
{
    const struct node *n = member(r, root, "schema", NODE_SCALAR);
    uint64_t v;

    if (!n)
        return false;
    if (!read_uint(n->text, &v) || v == 0) {
        diag_add(r->d, n->at, r->help, "'schema' must be a whole number from 1");
        return false;
    }
    if (v == doc->schema)
        return true;
    diag_add(r->d, n->at,
             v > doc->schema ? "a newer trapline wrote it; use that one, or make the file again with this one"
                             : r->help,
             "this is version %llu of the %s format, and this program reads version %llu", (unsigned long long)v,
             doc->what, (unsigned long long)doc->schema);
    return false;
}

/* Two people accepted changes, and nobody has put them together yet. */
static bool has_conflict(struct reading *r, const struct source *src)
{
    static const char mark[] = "<<<<<<< ";

    for (size_t i = 0; i < src->nlines; i++) {
        size_t len;
        const char *line = source_line(src, i, &len);
        if (len < sizeof mark - 1 || strncmp(line, mark, sizeof mark - 1))
            continue;
        diag_add(r->d, (struct where){src, (uint32_t)i, 0},
                 "take either side of a baseline whole, then make it again with --update",
                 "an unresolved merge conflict");
        return true;
    }
    return false;
}

static void read_root(struct reading *r, const struct source *src)
{
    const struct node *root = has_conflict(r, src) ? NULL : reader_parse(r->a, r->d, src, 0);
    const struct document *doc;

    if (!root)
        return;
    doc = document_of(root);
    if (!doc) {
        diag_add(r->d, root->at,
                 "result files come from 'run --json=FILE', baselines from 'run --baseline FILE --update'",
                 "this is neither a result file nor a baseline");
        return;
    }
    r->help = doc->help;
    r->out->pub.kind = doc->kind;
    if (schema_ok(r, root, doc))
        doc->read(r, root);
}

static int read_source(const struct source *src, const struct rename *renames, struct scenario_diags *d,
                       struct results **out)
{
    struct reading r = {.out = results_new(RESULTS_NONE), .d = d};
    size_t before = d->count;

    *out = NULL;
    if (!r.out)
        return -ENOMEM;
    r.a = &r.out->arena;
    r.out->renames = renames;
    r.out->pub.file = arena_strdup(r.a, src->name);
    read_root(&r, src);
    if (d->count != before) {
        results_free(&r.out->pub);
        return -EINVAL;
    }
    *out = &r.out->pub;
    return 0;
}

int results_read_renamed(const char *name, const char *text, size_t len, const struct rename *renames,
                         struct scenario_diags *d, struct results **out)
{
    return read_source(source_text(&d->arena, name, text, len), renames, d, out);
}

int results_read_text(const char *name, const char *text, size_t len, struct scenario_diags *d, struct results **out)
{
    return results_read_renamed(name, text, len, metric_renames, d, out);
}

int results_read(const char *path, struct scenario_diags *d, struct results **out)
{
    const char *why;
    /* In the diags' arena: errors quote it after results that could not be read are gone. */
    const struct source *src = source_read(&d->arena, path, &why);

    if (!src) {
        *out = NULL;
        diag_file(d, path, NULL, "cannot read the file: %s", why);
        return -EINVAL;
    }
    return read_source(src, metric_renames, d, out);
}

static enum results_kind recognise(const struct source *src, struct scenario_diags *d)
{
    const struct node *root = reader_parse(&d->arena, d, src, 0);
    const struct document *doc = root ? document_of(root) : NULL;

    /* A damaged file must not be taken for a scenario: its errors would make no sense. */
    for (size_t i = 0; !root && i < NDOCUMENTS; i++)
        if (src->text[0] == '{' && strstr(src->text, "\"tool\": \"trapline\"") && strstr(src->text, documents[i].type))
            doc = &documents[i];
    return doc ? doc->kind : RESULTS_NONE;
}

enum results_kind results_recognise_text(const char *text, size_t len)
{
    struct scenario_diags *d;
    enum results_kind kind;

    if (scenario_diags_new(&d))
        return RESULTS_NONE;
    kind = recognise(source_text(&d->arena, "", text, len), d);
    scenario_diags_free(d);
    return kind;
}

enum results_kind results_recognise(const char *path)
{
    enum results_kind kind = RESULTS_NONE;
    struct scenario_diags *d;
    const struct source *src;
    const char *why;
    struct stat st;

    /* Standard input and pipes can be read only once. */
    if (!strcmp(path, "-") || stat(path, &st) || !S_ISREG(st.st_mode) || scenario_diags_new(&d))
        return RESULTS_NONE;
    src = source_read(&d->arena, path, &why);
    if (src)
        kind = recognise(src, d);
    scenario_diags_free(d);
    return kind;
}

char *results_file_text(const char *path, struct scenario_diags *d, size_t *len)
{
    const char *why;
    const struct source *src = source_read(&d->arena, path, &why);
    char *text = src ? malloc(src->len + 1) : NULL;

    if (!text) {
        diag_file(d, strcmp(path, "-") ? path : "<stdin>", NULL, "cannot read the file: %s",
                  src ? "not enough memory" : why);
        return NULL;
    }
    memcpy(text, src->text, src->len);
    text[src->len] = '\0';
    *len = src->len;
    return text;
}
