/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gicv2m.c - the MSI frame of GICv2m. It stands outside the GIC and knows only the wires of its SPIs: whether
 * an SPI is enabled, edge-triggered or of Group 0 is the business of the Distributor.
 */
#include "internal.h"
#include <trapline/gicv2m.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_IIDR 0x0000043bu

struct gicv2m {
    struct gicv2m_config cfg; /* with its defaults filled in */
    struct gicv2m_counters stats;
};

enum { REG_TYPER, REG_SETSPI_NS, REG_IIDR, NREGS };

static const struct gic_register rows[NREGS] = {
    {"MSI_TYPER", GICV2M_MSI_TYPER, GICV2M_MSI_TYPER + 4, 0, 4, GIC_RO, false, 0, "which SPIs the frame pulses"},
    {"MSI_SETSPI_NS", GICV2M_MSI_SETSPI_NS, GICV2M_MSI_SETSPI_NS + 4, 0, 4 | 2, GIC_WO, false, 0, "pulses an SPI"},
    {"MSI_IIDR", GICV2M_MSI_IIDR, GICV2M_MSI_IIDR + 4, 0, 4, GIC_RO, false, 0, "implementer and revision"},
};

static const struct {
    unsigned reg;
    struct gic_field field;
} fields[] = {
    {REG_TYPER, {"NumSPIs", 9, 0, "how many SPIs"}},
    {REG_TYPER, {"BaseSPI", 25, 16, "INTID of the first one"}},
    {REG_SETSPI_NS, {"SPI", 9, 0, "INTID"}},
    {REG_IIDR, {"Implementer", 11, 0, "JEP106 code"}},
    {REG_IIDR, {"Revision", 15, 12, "minor revision"}},
    {REG_IIDR, {"Architecture", 19, 16, "0: GICv2m"}},
    {REG_IIDR, {"ProductID", 31, 20, "product"}},
};
#define NFIELDS (sizeof(fields) / sizeof(fields[0]))

static bool config_ok(const struct gicv2m_config *cfg)
{
    if (!cfg || cfg->struct_size != sizeof(*cfg) || !cfg->gic)
        return false;
    uint32_t end = NUM_PRIVATE + cfg->gic->cfg.spis;
    return cfg->base_spi >= NUM_PRIVATE && cfg->base_spi < end && cfg->spis >= 1 && cfg->spis <= end - cfg->base_spi;
}

size_t gicv2m_size(const struct gicv2m_config *cfg)
{
    return config_ok(cfg) ? sizeof(struct gicv2m) : 0;
}

int gicv2m_init(void *mem, size_t size, const struct gicv2m_config *cfg, struct gicv2m **out)
{
    if (!mem || !out || !config_ok(cfg))
        return -EINVAL;
    if (size < sizeof(struct gicv2m))
        return -ENOMEM;
    struct gicv2m *m = mem;
    memset(m, 0, sizeof(*m));
    m->cfg = *cfg;
    if (!m->cfg.iidr)
        m->cfg.iidr = DEFAULT_IIDR;
    *out = m;
    return 0;
}

int gicv2m_new(const struct gicv2m_config *cfg, struct gicv2m **out)
{
    size_t size = gicv2m_size(cfg);
    if (!size || !out)
        return -EINVAL;
    void *mem = malloc(size);
    if (!mem)
        return -ENOMEM;
    int err = gicv2m_init(mem, size, cfg, out);
    if (err)
        free(mem);
    return err;
}

void gicv2m_free(struct gicv2m *m)
{
    free(m);
}

/* The register of an access, or NREGS with the mistake in *error. */
static unsigned find(uint32_t offset, unsigned size, bool write, enum gic_error *error)
{
    for (unsigned reg = 0; reg < NREGS; reg++) {
        if (offset < rows[reg].first || offset >= rows[reg].end)
            continue;
        if (offset == rows[reg].first && rows[reg].access == (write ? GIC_RO : GIC_WO))
            *error = GIC_ERR_ACCESS;
        else if (offset != rows[reg].first || (size != 2 && size != 4) || !(rows[reg].widths & size))
            *error = GIC_ERR_WIDTH;
        else
            return reg;
        return NREGS;
    }
    *error = GIC_ERR_OFFSET;
    return NREGS;
}

static uint32_t value_of(const struct gicv2m *m, unsigned reg)
{
    if (reg == REG_IIDR)
        return m->cfg.iidr;
    return GIC_FIELD_SET(GICV2M_MSI_TYPER_BaseSPI, m->cfg.base_spi) |
           GIC_FIELD_SET(GICV2M_MSI_TYPER_NumSPIs, m->cfg.spis);
}

uint32_t gicv2m_peek(const struct gicv2m *m, uint32_t offset, unsigned size)
{
    enum gic_error error;
    unsigned reg = find(offset, size, false, &error);
    return reg == NREGS ? 0 : value_of(m, reg);
}

uint32_t gicv2m_read(struct gicv2m *m, uint32_t offset, unsigned size)
{
    enum gic_error error;
    unsigned reg = find(offset, size, false, &error);
    if (reg == NREGS) {
        m->stats.errors[error]++;
        return 0;
    }
    m->stats.reads++;
    return value_of(m, reg);
}

/* The only register that can be written: MSI_SETSPI_NS. */
void gicv2m_write(struct gicv2m *m, uint32_t offset, unsigned size, uint32_t value)
{
    enum gic_error error;
    if (find(offset, size, true, &error) == NREGS) {
        m->stats.errors[error]++;
        return;
    }
    m->stats.writes++;
    uint32_t spi = value & GICV2M_MSI_SETSPI_NS_SPI;
    if (spi - m->cfg.base_spi >= m->cfg.spis) {
        m->stats.errors[GIC_ERR_INTID]++;
        return;
    }
    m->stats.messages++;
    m->stats.lost += !(gic_state(m->cfg.gic, 0, spi) & GIC_ST_EDGE);
    gic_set_spi(m->cfg.gic, spi, true);
    gic_set_spi(m->cfg.gic, spi, false);
}

void gicv2m_stats(const struct gicv2m *m, struct gicv2m_counters *out)
{
    *out = m->stats;
}

void gicv2m_stats_clear(struct gicv2m *m)
{
    memset(&m->stats, 0, sizeof(m->stats));
}

unsigned gicv2m_reg_count(void)
{
    return NREGS;
}

bool gicv2m_reg_info(unsigned index, struct gic_register *out)
{
    if (index >= NREGS)
        return false;
    *out = rows[index];
    return true;
}

unsigned gicv2m_field_count(unsigned reg)
{
    unsigned n = 0;
    for (unsigned i = 0; i < NFIELDS; i++)
        n += fields[i].reg == reg;
    return n;
}

bool gicv2m_field_info(unsigned reg, unsigned index, struct gic_field *out)
{
    for (unsigned i = 0; i < NFIELDS; i++) {
        if (fields[i].reg == reg && index-- == 0) {
            *out = fields[i].field;
            return true;
        }
    }
    return false;
}
