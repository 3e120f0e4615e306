/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scenario.c - loading a file and running its modes.
 */
#include "internal.h"
#include "overlay.h"
#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A mode's name is part of expressions, so it must look like a word there. */
static bool mode_name_ok(const char *s)
{
    static const char *const taken[] = {"all", "compare", "accesses", "min", "max"};
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
        if (!strcmp(s, taken[i]))
            return false;
    return n > 0 && !s[n] && n < MACHINE_NAME_MAX && !(s[0] >= '0' && s[0] <= '9');
}

static void find_modes(struct decoder *d, struct scenario *s, const struct node *modes, const struct where nowhere)
{
    s->mode = arena_alloc(&s->arena, sizeof *s->mode);
    s->mode[0].name = "run";
    s->mode[0].at = nowhere;
    s->nmodes = 1;
    if (!modes)
        return;
    if (modes->kind != NODE_MAP || !modes->n) {
        diag_add(d->diags, modes->at, "modes: {forwarded: {'routes[0].forward': true}}",
                 "'modes' must be a mapping with at least one mode");
        return;
    }
    if (modes->n > MODEL_MAX_MODES) {
        diag_add(d->diags, modes->at, NULL, "there are %zu modes, more than %u", modes->n, MODEL_MAX_MODES);
        return;
    }
    s->mode = arena_alloc(&s->arena, modes->n * sizeof *s->mode);
    s->nmodes = modes->n;
    for (size_t i = 0; i < modes->n; i++) {
        const struct pair *p = &modes->pair[i];
        s->mode[i].name = p->key;
        s->mode[i].at = p->at;
        if (!mode_name_ok(p->key))
            diag_add(d->diags, p->at,
                     "letters, digits and '_', not starting with a digit; not all, compare, accesses, min, max",
                     "'%.40s' cannot be the name of a mode", p->key);
    }
}

static void load_mode(struct decoder *d, struct scenario *s, const struct node *root, const struct node *modes,
                      size_t i, const struct scenario_options *opt)
{
    const struct node *overlay = modes && modes->kind == NODE_MAP && i < modes->n ? modes->pair[i].value : NULL;
    struct mode *m = &s->mode[i];
    bool empty = overlay && overlay->kind == NODE_SCALAR && !overlay->quoted && !overlay->text[0];

    m->status = 1;
    if (overlay && overlay->kind == NODE_MAP)
        root = overlay_mode(d, &model_table, root, overlay);
    else if (overlay && !empty)
        diag_add(d->diags, overlay->at, "mode: {path: value}, or mode: {} for no change",
                 "mode '%.40s' must be a mapping, not %s", m->name, node_kind_text(overlay));
    for (size_t k = 0; k < opt->nsets; k++)
        root = overlay_set(d, &model_table, root,
                           source_text(&d->diags->arena, "--set", opt->sets[k], strlen(opt->sets[k])));
    decode_map(d, &model_table, root, &m->model);
    check_mode(d, s, m, opt);
}

/* A machine that is built and thrown away: what only the machine knows is wrong is found before any run. */
static void try_machine(struct decoder *d, struct scenario *s, struct mode *m)
{
    struct machine *machine = NULL;
    char why[256] = "";
    int err = machine_new(&m->config, &machine, why, sizeof why);

    if (err && m->at.src)
        diag_add(d->diags, m->at, NULL, "mode '%s' cannot be built: %s", m->name,
                 why[0] ? why : trapline_strerror(err));
    else if (err)
        diag_file(d->diags, s->src->name, NULL, "the scenario cannot be built: %s",
                  why[0] ? why : trapline_strerror(err));
    machine_free(machine);
}

static void load(struct decoder *d, struct scenario *s, const struct scenario_options *opt)
{
    size_t before = d->diags->count;
    const struct node *root = reader_parse(&s->arena, d->diags, s->src, 0), *modes;

    if (!root)
        return;
    if (root->kind != NODE_MAP) {
        diag_add(d->diags, root->at, "the first line of a scenario is 'schema: 1'", "a scenario is a mapping, not %s",
                 node_kind_text(root));
        return;
    }
    if (root->n && strcmp(root->pair[0].key, "schema"))
        diag_add(d->diags, root->pair[0].at, "schema: 1", "the first key of a file must be 'schema'");
    modes = node_get(root, "modes");
    find_modes(d, s, modes, (struct where){s->src, 0, 0});
    if (!modes)
        s->mode[0].at.src = NULL;
    for (size_t i = 0; i < s->nmodes; i++)
        load_mode(d, s, root, modes, i, opt);
    s->name = s->mode[0].model.name.v;
    s->doc = s->mode[0].model.doc.v;
    expect_decode(d, s, node_get(root, "expect"));
    s->outcome = arena_alloc(&s->arena, s->nexpect * sizeof *s->outcome);
    for (size_t i = 0; i < s->nexpect; i++)
        s->outcome[i] = s->expect[i].pub;
    for (size_t i = 0; i < s->nmodes && d->diags->count == before; i++)
        try_machine(d, s, &s->mode[i]);
}

/* Takes a scenario with its source; frees it if there are errors. */
static int finish(struct scenario *s, const struct scenario_options *opt, struct scenario **out)
{
    static const struct scenario_options none = {.struct_size = sizeof none};
    struct decoder d = {&s->arena, s->diags};
    size_t before = s->diags->count;

    sha256_hex(s->src->text, s->src->len, s->sha256);
    load(&d, s, opt ? opt : &none);
    if (s->diags->count != before) {
        scenario_free(s);
        return -EINVAL;
    }
    *out = s;
    return 0;
}

static struct scenario *new_scenario(struct scenario_diags *d)
{
    struct scenario *s = calloc(1, sizeof *s);

    if (s) {
        arena_init(&s->arena);
        s->diags = d;
    }
    return s;
}

int scenario_load(const char *path, const struct scenario_options *opt, struct scenario_diags *d, struct scenario **out)
{
    struct scenario *s = new_scenario(d);
    const char *slash = strrchr(path, '/'), *why;

    *out = NULL;
    if (!s)
        return -ENOMEM;
    /* In the diags' arena: errors quote it after a scenario that could not be loaded is gone. */
    s->src = source_read(&d->arena, path, &why);
    if (!s->src) {
        diag_file(d, path, NULL, "cannot read the scenario: %s", why);
        scenario_free(s);
        return -EINVAL;
    }
    if (strcmp(path, "-"))
        s->dir = !slash ? "." : slash == path ? "/" : arena_strndup(&s->arena, path, (size_t)(slash - path));
    return finish(s, opt, out);
}

int scenario_load_text(const char *name, const char *text, size_t len, const struct scenario_options *opt,
                       struct scenario_diags *d, struct scenario **out)
{
    struct scenario *s = new_scenario(d);

    *out = NULL;
    if (!s)
        return -ENOMEM;
    if (len > SOURCE_MAX_BYTES) {
        diag_file(d, name, NULL, "cannot read the scenario: the file is larger than 16 MiB");
        scenario_free(s);
        return -EINVAL;
    }
    s->src = source_text(&d->arena, name, text, len);
    return finish(s, opt, out);
}

void scenario_free(struct scenario *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->nmodes; i++)
        machine_free(s->mode[i].machine);
    arena_fini(&s->arena);
    free(s);
}

const char *scenario_file(const struct scenario *s)
{
    return s->src->name;
}

const char *scenario_name(const struct scenario *s)
{
    return s->name;
}

const char *scenario_doc(const struct scenario *s)
{
    return s->doc;
}

const char *scenario_sha256(const struct scenario *s)
{
    return s->sha256;
}

size_t scenario_modes(const struct scenario *s)
{
    return s->nmodes;
}

const char *scenario_mode_name(const struct scenario *s, size_t mode)
{
    return s->mode[mode].name;
}

int scenario_mode_find(const struct scenario *s, const char *name)
{
    for (size_t i = 0; i < s->nmodes; i++)
        if (!strcmp(s->mode[i].name, name))
            return (int)i;
    return -1;
}

const struct machine_config *scenario_mode_config(const struct scenario *s, size_t mode)
{
    return &s->mode[mode].config;
}

uint64_t scenario_mode_interrupts(const struct scenario *s, size_t mode)
{
    return s->mode[mode].interrupts;
}

/* The accesses that the run itself records: those of the first list for this mode. */
static int watch(struct scenario *s, size_t mode, struct machine *m)
{
    for (size_t i = 0; i < s->nexpect; i++) {
        const struct access_list *l = s->expect[i].access;
        if (l && l->mode == mode)
            return machine_watch_accesses(m, l->device, l->occurrence, l->cpu);
    }
    return 0;
}

int scenario_run(struct scenario *s, size_t mode, const struct scenario_hooks *h)
{
    struct mode *m = &s->mode[mode];
    char why[256] = "";

    machine_free(m->machine);
    m->machine = NULL;
    m->error = NULL;
    m->status = machine_new(&m->config, &m->machine, why, sizeof why);
    if (!m->status)
        m->status = watch(s, mode, m->machine);
    if (!m->status && h && h->prepare)
        m->status = h->prepare(h->ctx, s, mode, m->machine);
    if (!m->status) {
        if (h && h->progress)
            machine_on_progress(m->machine, h->progress, h->ctx);
        m->status = h && h->run ? h->run(h->ctx, m->machine) : machine_run(m->machine);
        if (m->status && machine_error(m->machine))
            m->error = arena_strdup(&s->arena, machine_error(m->machine));
    }
    if (m->status && (!m->error || !m->error[0]))
        m->error = arena_strdup(&s->arena, why[0] ? why : trapline_strerror(m->status));
    return m->status;
}

const char *scenario_error(const struct scenario *s, size_t mode)
{
    return s->mode[mode].error ? s->mode[mode].error : "";
}

int scenario_status(const struct scenario *s, size_t mode)
{
    return s->mode[mode].status;
}

struct machine *scenario_machine(const struct scenario *s, size_t mode)
{
    return s->mode[mode].machine;
}
