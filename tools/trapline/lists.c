/* SPDX-License-Identifier: Apache-2.0 */
/* lists.c - `trapline metrics`, `events` and `profiles`. */
#define _POSIX_C_SOURCE 200809L
#include "commands.h"
#include "output.h"
#include "table.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <trapline/events.h>
#include <trapline/scenario_results.h>

int cmd_metrics(const struct options *o)
{
    struct colors c = colors_for(o, stdout);
    size_t n;
    const struct machine_metric_info *m = machine_metric_table(&n);
    struct table *t = table_new("llll");

    table_cell(t, "METRIC");
    table_cell(t, "UNIT");
    table_cell(t, "BETTER");
    table_cell(t, "MEANING");
    table_mark(t, c.bold, c.off);
    for (size_t i = 0; i < n; i++) {
        table_cell(t, "%s", m[i].name);
        table_cell(t, "%s", m[i].unit);
        table_cell(t, "%s", results_better_name(m[i].better));
        table_cell(t, "%s", m[i].doc);
    }
    table_print(t, 0);
    table_free(t);
    return EXIT_HOLDS;
}

int cmd_events(const struct options *o)
{
    struct colors c = colors_for(o, stdout);
    size_t n;
    const struct trapline_event_info *e = trapline_events(&n);
    struct table *t = table_new("llll");

    table_cell(t, "ID");
    table_cell(t, "EVENT");
    table_cell(t, "LEVEL");
    table_cell(t, "ARGUMENTS");
    table_mark(t, c.bold, c.off);
    for (size_t i = 0; i < n; i++) {
        table_cell(t, "0x%03x", e[i].id);
        table_cell(t, "%s", e[i].name);
        table_cell(t, "%s", e[i].level == SIM_LIFE ? "life" : e[i].level == SIM_TRANSITION ? "transition" : "access");
        table_cell(t, "%s", e[i].args);
    }
    table_print(t, 0);
    table_free(t);
    return EXIT_HOLDS;
}

/* Length of a file's name without ".yaml"; 0 if it is something else. */
static size_t profile_name(const char *file)
{
    size_t n = strlen(file);
    return n > 5 && !strcmp(file + n - 5, ".yaml") ? n - 5 : 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of all profiles in the directories, sorted, each once. */
static char **find_profiles(const struct profile_dirs *dirs, size_t *count)
{
    char **name = NULL;
    size_t n = 0, kept = 0;

    for (size_t i = 0; i < dirs->n; i++) {
        DIR *d = opendir(dirs->dir[i]);
        struct dirent *e;
        while (d && (e = readdir(d))) {
            size_t len = profile_name(e->d_name);
            char **more = len ? realloc(name, (n + 1) * sizeof *name) : NULL;
            if (!more)
                continue;
            name = more;
            name[n] = malloc(len + 1);
            if (!name[n])
                continue;
            memcpy(name[n], e->d_name, len);
            name[n++][len] = '\0';
        }
        if (d)
            closedir(d);
    }
    if (n)
        qsort(name, n, sizeof *name, by_name);
    for (size_t i = 0; i < n; i++) {
        if (kept && !strcmp(name[kept - 1], name[i]))
            free(name[i]);
        else
            name[kept++] = name[i];
    }
    *count = kept;
    return name;
}

static int report_errors(const struct options *o, struct scenario_diags *d)
{
    struct colors c = colors_for(o, stderr);

    if (!scenario_diags_count(d))
        return EXIT_HOLDS;
    scenario_diags_print(d, stderr, *c.off != '\0');
    return EXIT_USAGE;
}

static void list_profiles(const struct options *o, const struct profile_dirs *dirs, struct scenario_diags *d)
{
    struct colors c = colors_for(o, stdout);
    struct table *t = table_new("lrrl");
    size_t n;
    char **name = find_profiles(dirs, &n);

    table_cell(t, "PROFILE");
    table_cell(t, "UNIT");
    table_cell(t, "PRICED");
    table_cell(t, "WHAT");
    table_mark(t, c.bold, c.off);
    for (size_t i = 0; i < n; i++) {
        struct sim_cost_profile p;
        const char *doc;
        int priced = 0;
        if (!scenario_profile_load(name[i], dirs->dir, dirs->n, d, &p, &doc)) {
            for (int k = 0; k < SIM_COST_COUNT; k++)
                priced += p.price[k].priced;
            table_cell(t, "%s", p.name);
            table_cell(t, "%s", p.unit);
            table_cell(t, "%d/%d", priced, SIM_COST_COUNT);
            table_cell(t, "%s", doc);
        }
        free(name[i]);
    }
    free(name);
    table_print(t, 0);
    table_free(t);
}

static void show_profile(const struct options *o, const struct sim_cost_profile *p, const char *doc)
{
    struct colors c = colors_for(o, stdout);
    struct table *t = table_new("lrrl");

    printf("%s%s%s: %s\n", c.bold, p->name, c.off, doc);
    printf("1 tick = 1 %s, %" PRIu64 " per second\n\n", p->unit, p->tick_hz);
    table_cell(t, "PRIMITIVE");
    table_cell(t, "GROSS");
    table_cell(t, "NET");
    table_cell(t, "SOURCE");
    table_mark(t, c.bold, c.off);
    for (int i = 0; i < SIM_COST_COUNT; i++) {
        const struct sim_price *price = &p->price[i];
        table_cell(t, "%s", sim_cost_name((enum sim_cost_id)i));
        if (price->priced) {
            table_cell(t, "%" PRIu64, price->gross);
            table_cell(t, "%" PRIu64, price->net);
            table_cell(t, "%s", price->source);
        } else {
            table_cell(t, "-");
            table_cell(t, "-");
            table_cell(t, "no price: charging it is an error");
        }
    }
    table_print(t, 0);
    table_free(t);
}

int cmd_profiles(const struct options *o)
{
    struct profile_dirs dirs;
    struct scenario_diags *d;
    struct sim_cost_profile p;
    const char *doc;
    int code;

    if (o->args.n && (strcmp(o->args.v[0], "show") || o->args.n != 2))
        return usage_error(NULL, "'trapline profiles' lists them, 'trapline profiles show NAME' shows one");
    if (scenario_diags_new(&d))
        return EXIT_USAGE;
    profile_dirs_find(o, &dirs);
    if (!o->args.n)
        list_profiles(o, &dirs, d);
    else if (!scenario_profile_load(o->args.v[1], dirs.dir, dirs.n, d, &p, &doc))
        show_profile(o, &p, doc);
    code = report_errors(o, d);
    profile_dirs_free(&dirs);
    scenario_diags_free(d);
    return code;
}
