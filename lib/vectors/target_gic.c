/* SPDX-License-Identifier: Apache-2.0 */
/*
 * target_gic.c - lib/gic as a target of the replayer, through its public header only.
 *
 * Each choice that vectors may need is a row of one table; those that lib/gic can also make the other way have
 * a function that does.
 */
#include <trapline/vectors.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MAINT_PPI = 25 };

static void writable_sgi_enable(struct gic_config *cfg)
{
    cfg->sgi_enable_writable = true;
}

static void fixed_ppi_config(struct gic_config *cfg)
{
    cfg->ppi_config_fixed = true;
}

static void idle_vrpr_f8(struct gic_config *cfg)
{
    cfg->vrpr_idle_f8 = true;
}

static void dir_in_any_mode(struct gic_config *cfg)
{
    cfg->dir_any_mode = true;
}

static void no_maint_ppi(struct gic_config *cfg)
{
    cfg->maint_ppi = 0;
}

static void own_iidr(struct gic_config *cfg)
{
    cfg->dist_iidr = 0;
    cfg->cpu_iidr = 0;
}

static const struct choice {
    struct gicvec_choice public;
    void (*make_other)(struct gic_config *cfg); /* NULL: lib/gic always makes this choice */
} choices[] = {
    {{"tie-lowest-id", NULL, "of equal priorities the lowest INTID goes first"}, NULL},
    {{"tie-lowest-lr", NULL, "of equal priorities the lowest list register goes first"}, NULL},
    {{"sgi-lowest-source", NULL, "an SGI is acknowledged for its lowest source first"}, NULL},
    {{"sgi-always-enabled", "sgi_enable_writable", "enable bits of SGIs are RAO/WI"}, writable_sgi_enable},
    {{"ppi-config-writable", "ppi_config_fixed", "GICD_ICFGR1 can make PPIs edge-triggered"}, fixed_ppi_config},
    {{"icfgr-reset-level", NULL, "GICD_ICFGR1 and up read as level-sensitive after reset"}, NULL},
    {{"vmcr-reset-min", NULL, "GICH_VMCR comes up with the minimum binary points"}, NULL},
    {{"gicc-apr-bitmap", NULL, "GICC_APR and GICC_NSAPR hold one bit for each group priority"}, NULL},
    {{"gicv-apr-mirror", NULL, "GICV_APR0 shows GICH_APR"}, NULL},
    {{"gicv-rpr-idle-ff", "vrpr_idle_f8", "an idle GICV_RPR reads 0xff"}, idle_vrpr_f8},
    {{"rpr-current-bpr", NULL, "GICC_RPR is masked with the binary point in force"}, NULL},
    {{"dir-mode0-ignored", "dir_any_mode", "GICC_DIR is ignored while EOImode is 0"}, dir_in_any_mode},
    {{"spi-dir-any-cpu", NULL, "an SPI may be deactivated from any CPU"}, NULL},
    {{"maint-ppi-25", "maint_ppi", "the maintenance output drives INTID 25"}, no_maint_ppi},
    {{"iidr-arm", "dist_iidr, cpu_iidr", "GICD_IIDR is 0x0000043b, GICC_IIDR and GICV_IIDR 0x0002043b"}, own_iidr},
};
#define NCHOICES (sizeof choices / sizeof choices[0])

const struct gicvec_choice *gicvec_gic_choice(size_t index)
{
    return index < NCHOICES ? &choices[index].public : NULL;
}

/* One GIC that a vector is played on. */
struct target {
    struct gic *g;
    bool check;
};

static bool is_without(const struct gicvec_gic *o, const char *need)
{
    for (size_t i = 0; o && i < o->nwithout; i++)
        if (!strcmp(o->without[i], need))
            return true;
    return false;
}

static bool target_offers(void *ctx, const char *need)
{
    for (size_t i = 0; i < NCHOICES; i++)
        if (!strcmp(choices[i].public.word, need))
            return !is_without(ctx, need);
    return false;
}

/* Every choice as the vectors know it, but for those that the user does not want. */
static void configure(struct gic_config *cfg, const struct gicvec_config *c, const struct gicvec_gic *o)
{
    *cfg = (struct gic_config){
        .struct_size = sizeof *cfg,
        .cpus = c->cpus,
        .spis = c->spis ? c->spis : GIC_NO_SPIS,
        .lrs = c->lrs,
        .security = c->security,
        .prio_bits = c->prio_bits,
        .maint_ppi = MAINT_PPI,
        .dist_iidr = 0x0000043b,
        .cpu_iidr = 0x0002043b,
    };
    for (size_t i = 0; i < NCHOICES; i++)
        if (choices[i].make_other && is_without(o, choices[i].public.word))
            choices[i].make_other(cfg);
}

static int target_create(void *ctx, const struct gicvec *v, void **gic)
{
    const struct gicvec_gic *o = ctx;
    struct gic_config cfg;
    struct target *t;
    int err;

    configure(&cfg, &v->config, o);
    if (v->config.vprio_bits != GIC_VPRIO_BITS || !gic_size(&cfg))
        return -ENOTSUP;
    t = malloc(sizeof *t);
    if (!t)
        return -ENOMEM;
    t->check = o && o->check;
    err = gic_new(&cfg, &t->g);
    if (err) {
        free(t);
        return err;
    }
    *gic = t;
    return 0;
}

static void target_destroy(void *ctx, void *gic)
{
    struct target *t = gic;

    (void)ctx;
    gic_free(t->g);
    free(t);
}

static int target_write(void *gic, const struct gicvec_op *op)
{
    struct target *t = gic;

    gic_write_sec(t->g, op->cpu, op->sec, op->frame, op->offset, op->size, op->value);
    return 0;
}

static int target_read(void *gic, const struct gicvec_op *op, uint32_t *value)
{
    struct target *t = gic;

    *value = gic_read_sec(t->g, op->cpu, op->sec, op->frame, op->offset, op->size);
    return 0;
}

static int target_set_line(void *gic, const struct gicvec_op *op)
{
    struct target *t = gic;

    if (op->kind == GICVEC_SPI)
        gic_set_spi(t->g, op->intid, op->value != 0);
    else
        gic_set_ppi(t->g, op->cpu, op->intid, op->value != 0);
    return 0;
}

static int target_output(void *gic, const struct gicvec_op *op, bool *level)
{
    struct target *t = gic;

    *level = gic_output(t->g, op->cpu, op->pin);
    return 0;
}

static int target_check(void *gic, char *why, size_t n)
{
    struct target *t = gic;

    return t->check ? gic_check(t->g, why, n) : 0;
}

const struct gicvec_ops *gicvec_gic_ops(void)
{
    static const struct gicvec_ops ops = {target_offers, target_create,   target_destroy, target_write,
                                          target_read,   target_set_line, target_output,  target_check};
    return &ops;
}
