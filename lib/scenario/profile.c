/* SPDX-License-Identifier: Apache-2.0 */
#include "profile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Accesses that a published figure contains and that the machine charges one by one. */
struct includes {
    struct head h;
    struct f_uint count[SIM_COST_COUNT];
};
struct price {
    struct head h;
    struct f_uint value;
    struct f_str source;
    struct includes includes;
};
struct prices {
    struct head h;
    struct price price[SIM_COST_COUNT];
};
struct profile {
    struct head h;
    struct f_uint schema, unit, clock;
    struct f_str name, doc, clock_source;
    struct prices prices;
};

static const char *const unit_choices[] = {"cycle", "ns", NULL};

static const struct field includes_fields[] = {
#define X(id, cost, text)                                                                                              \
    {.key = cost,                                                                                                      \
     .kind = FIELD_UINT,                                                                                               \
     .offset = offsetof(struct includes, count[SIM_COST_##id]),                                                        \
     .min = 1,                                                                                                         \
     .max = 1000,                                                                                                      \
     .doc = text},
    SIM_COSTS(X)
#undef X
};
static TABLE(includes_table, "list of included accesses", struct includes, includes_fields);

static const struct field price_fields[] = {
    {.key = "value",
     .kind = FIELD_UINT,
     .offset = offsetof(struct price, value),
     .flags = FIELD_REQUIRED,
     .max = 1000000000,
     .doc = "the published figure, in the profile's unit"},
    {.key = "source",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct price, source),
     .flags = FIELD_REQUIRED,
     .max = sizeof((struct sim_price *)0)->source - 1,
     .doc = "where the figure is from: [S] seen, [D] derived, [M] memory, [A] assumed"},
    {.key = "includes",
     .kind = FIELD_MAP,
     .offset = offsetof(struct price, includes),
     .flags = FIELD_OPTIONAL,
     .sub = &includes_table,
     .doc = "accesses inside the figure that are charged beside it"},
};
static TABLE(price_table, "price", struct price, price_fields);

static const struct field prices_fields[] = {
#define X(id, cost, text)                                                                                              \
    {.key = cost,                                                                                                      \
     .kind = FIELD_MAP,                                                                                                \
     .offset = offsetof(struct prices, price[SIM_COST_##id]),                                                          \
     .flags = FIELD_OPTIONAL,                                                                                          \
     .sub = &price_table,                                                                                              \
     .doc = text},
    SIM_COSTS(X)
#undef X
};
static TABLE(prices_table, "price list", struct prices, prices_fields);

static const struct field profile_fields[] = {
    {.key = "schema",
     .kind = FIELD_UINT,
     .offset = offsetof(struct profile, schema),
     .flags = FIELD_REQUIRED,
     .min = 1,
     .max = 1,
     .doc = "version of this format: 1, as the first key",
     .hint = "this program reads schema: 1"},
    {.key = "name",
     .kind = FIELD_NAME,
     .offset = offsetof(struct profile, name),
     .flags = FIELD_REQUIRED,
     .max = 63,
     .doc = "name of the profile, the same as the file's"},
    {.key = "doc",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct profile, doc),
     .max = 200,
     .def = "",
     .doc = "one sentence: which machine and kernel"},
    {.key = "unit",
     .kind = FIELD_CHOICE,
     .offset = offsetof(struct profile, unit),
     .flags = FIELD_REQUIRED,
     .choices = unit_choices,
     .doc = "what one tick is: cycle or ns"},
    {.key = "clock",
     .kind = FIELD_RATE,
     .offset = offsetof(struct profile, clock),
     .min = 1,
     .max = UINT64_C(1000000000000),
     .doc = "cycles per second; not for unit: ns",
     .hint = "1Hz to 1000GHz"},
    {.key = "clock_source",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct profile, clock_source),
     .max = 159,
     .def = "",
     .doc = "where the clock rate is from"},
    {.key = "prices",
     .kind = FIELD_MAP,
     .offset = offsetof(struct profile, prices),
     .flags = FIELD_REQUIRED | FIELD_OPTIONAL,
     .sub = &prices_table,
     .doc = "primitive: {value, source, includes}"},
};
TABLE(profile_table, "cost profile", struct profile, profile_fields);

/* Net price of one primitive: its figure less what is charged beside it. */
static void net_price(struct decoder *d, const struct profile *p, size_t id, struct sim_cost_profile *out)
{
    const struct price *price = &p->prices.price[id];
    uint64_t beside = 0;

    for (size_t i = 0; i < SIM_COST_COUNT && price->includes.h.given; i++) {
        const struct f_uint *count = &price->includes.count[i];
        const struct price *other = &p->prices.price[i];
        if (!count->h.given)
            continue;
        if (i == id)
            diag_add(d->diags, count->h.at, NULL, "'%s' cannot include itself", sim_cost_name((enum sim_cost_id)i));
        else if (!other->h.given)
            diag_add(d->diags, count->h.at, "give it a price, or leave it out here",
                     "'%s' has no price in this profile", sim_cost_name((enum sim_cost_id)i));
        else if (other->includes.h.given)
            diag_add(d->diags, count->h.at, "only plain accesses can be included", "'%s' includes accesses itself",
                     sim_cost_name((enum sim_cost_id)i));
        else
            beside += count->v * other->value.v;
    }
    if (beside > price->value.v) {
        diag_add(d->diags, price->value.h.at, NULL, "the included accesses cost %llu, more than %llu",
                 (unsigned long long)beside, (unsigned long long)price->value.v);
        return;
    }
    out->price[id].priced = true;
    out->price[id].gross = price->value.v;
    out->price[id].net = price->value.v - beside;
    snprintf(out->price[id].source, sizeof out->price[id].source, "%s", price->source.v);
}

static void convert(struct decoder *d, const struct profile *p, const char *name, struct sim_cost_profile *out)
{
    memset(out, 0, sizeof *out);
    snprintf(out->name, sizeof out->name, "%s", p->name.v);
    snprintf(out->unit, sizeof out->unit, "%s", unit_choices[p->unit.v]);
    out->tick_hz = p->unit.v == 1 ? 1000000000 : p->clock.v;
    if (strcmp(p->name.v, name))
        diag_add(d->diags, p->name.h.at, NULL, "the profile is called '%.63s' but its file '%.63s.yaml'", p->name.v,
                 name);
    if (p->unit.v == 0 && !p->clock.h.given)
        diag_add(d->diags, p->h.at, "clock: 1.7GHz", "a profile in cycles needs a 'clock'");
    if (p->unit.v == 1 && p->clock.h.given)
        diag_add(d->diags, p->clock.h.at, NULL, "'clock' has no meaning with unit: ns");
    for (size_t i = 0; i < SIM_COST_COUNT; i++)
        if (p->prices.price[i].h.given)
            net_price(d, p, i, out);
}

/* The names of a list of directories, for a message. */
static const char *searched(struct arena *a, const char *name, const char *const *dirs, size_t ndirs)
{
    char *s = arena_printf(a, "looked for %s.yaml in:", name);
    for (size_t i = 0; i < ndirs; i++)
        s = arena_printf(a, "%s%s %s", s, i ? "," : "", dirs[i]);
    return ndirs ? s : "no directory was given to look in";
}

/* A name is part of a path: it must not lead out of the directory. */
static bool safe_name(const char *name)
{
    return name[0] && name[0] != '.' && !strpbrk(name, "/\\");
}

int profile_load(struct scenario_diags *d, const char *name, struct where at, const char *const *dirs, size_t ndirs,
                 struct sim_cost_profile *out, const char **doc, const char **file)
{
    struct decoder dec = {&d->arena, d};
    size_t before = d->count;
    const struct node *root;
    struct source *src = NULL;
    struct profile *p;
    const char *why = NULL;

    for (size_t i = 0; i < ndirs && !src && safe_name(name); i++) {
        const char *path = strcmp(dirs[i], ".") ? arena_printf(&d->arena, "%s/%s.yaml", dirs[i], name)
                                                : arena_printf(&d->arena, "%s.yaml", name);
        FILE *f = fopen(path, "rb");
        if (!f && errno == ENOENT)
            continue;
        if (f)
            fclose(f);
        src = source_read(&d->arena, path, &why);
        if (!src) {
            diag_file(d, path, NULL, "cannot read the cost profile: %s", why);
            return -EINVAL;
        }
    }
    if (!src) {
        const char *help = searched(&d->arena, name, dirs, ndirs);
        if (at.src)
            diag_add(d, at, help, "there is no cost profile '%.63s'", name);
        else
            diag_file(d, "trapline", help, "there is no cost profile '%.63s'", name);
        return -EINVAL;
    }
    root = reader_parse(&d->arena, d, src, 0);
    if (!root)
        return -EINVAL;
    if (root->kind == NODE_MAP && root->n && strcmp(root->pair[0].key, "schema"))
        diag_add(d, root->pair[0].at, "schema: 1", "the first key of a file must be 'schema'");
    p = arena_alloc(&d->arena, sizeof *p);
    decode_map(&dec, &profile_table, root, p);
    if (d->count != before)
        return -EINVAL;
    convert(&dec, p, name, out);
    if (doc)
        *doc = p->doc.v;
    if (file)
        *file = src->name;
    return d->count == before ? 0 : -EINVAL;
}

int scenario_profile_load(const char *name, const char *const *dirs, size_t ndirs, struct scenario_diags *d,
                          struct sim_cost_profile *out, const char **doc)
{
    return profile_load(d, name, (struct where){0}, dirs, ndirs, out, doc, NULL);
}
