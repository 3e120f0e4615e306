/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trapline/gicv2m.h - GICv2m, the frame that turns a write of a device into an SPI of a GICv2.
 *
 * A GICv2 has no message-signalled interrupts. The Server Base System Architecture (Arm DEN 0029, appendix on
 * GICv2m) puts a frame beside it: a device writes the number of an SPI to MSI_SETSPI_NS, and the frame pulses
 * the wire of that SPI. Software finds the SPIs in MSI_TYPER and configures them edge-triggered.
 *
 * The frame holds no state but counters, so it has nothing to reset or to save.
 */
#ifndef TRAPLINE_GICV2M_H
#define TRAPLINE_GICV2M_H

#include <trapline/gic.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GICV2M_MSI_TYPER     0x008u
#define GICV2M_MSI_SETSPI_NS 0x040u
#define GICV2M_MSI_IIDR      0xfccu
#define GICV2M_FRAME_SIZE    0x1000u

#define GICV2M_MSI_TYPER_NumSPIs       0x000003ffu
#define GICV2M_MSI_TYPER_NumSPIs_SHIFT 0
#define GICV2M_MSI_TYPER_BaseSPI       0x03ff0000u
#define GICV2M_MSI_TYPER_BaseSPI_SHIFT 16
#define GICV2M_MSI_SETSPI_NS_SPI       0x000003ffu
#define GICV2M_MSI_SETSPI_NS_SPI_SHIFT 0

struct gicv2m; /* opaque */

/* Copied at creation. */
struct gicv2m_config {
    size_t struct_size; /* sizeof(struct gicv2m_config) */
    struct gic *gic;    /* whose SPIs it pulses; has to outlive the frame */
    uint32_t base_spi;  /* INTID of the first SPI */
    uint32_t spis;      /* how many, 1 or more; nobody else may drive them */
    uint32_t iidr;      /* MSI_IIDR; 0: 0x0000043b (Arm) */
};

/* Bytes of memory one instance needs; 0 if the configuration is invalid. */
TRAPLINE_API size_t gicv2m_size(const struct gicv2m_config *cfg);
/*
 * Builds an instance in mem (size bytes, aligned for max_align_t, owned by the caller) and stores its handle
 * in *out. Returns 0, -EINVAL (bad configuration; the GIC lacks one of the SPIs) or -ENOMEM (size too small).
 * Needs no undo.
 */
TRAPLINE_API int gicv2m_init(void *mem, size_t size, const struct gicv2m_config *cfg, struct gicv2m **out);
/* As gicv2m_init with memory from malloc; release with gicv2m_free. Returns 0, -EINVAL or -ENOMEM. */
TRAPLINE_API int gicv2m_new(const struct gicv2m_config *cfg, struct gicv2m **out);
TRAPLINE_API void gicv2m_free(struct gicv2m *m);

/*
 * Register accesses, offset from the start of the frame; size 4, for a write of MSI_SETSPI_NS also 2 bytes.
 * Everything else is RAZ/WI and counted. A write of MSI_SETSPI_NS raises and lowers the wire: the output
 * callback of the GIC may run within it. A read has no side effect but on the counters; gicv2m_peek has none.
 */
TRAPLINE_API uint32_t gicv2m_read(struct gicv2m *m, uint32_t offset, unsigned size);
TRAPLINE_API void gicv2m_write(struct gicv2m *m, uint32_t offset, unsigned size, uint32_t value);
TRAPLINE_API uint32_t gicv2m_peek(const struct gicv2m *m, uint32_t offset, unsigned size);

/* Counters since creation or gicv2m_stats_clear. */
struct gicv2m_counters {
    uint64_t reads, writes;       /* of registers, in a way they take */
    uint64_t errors[GIC_NERRORS]; /* GIC_ERR_OFFSET, _WIDTH, _ACCESS; _INTID: not one of the SPIs */
    uint64_t messages;            /* SPIs pulsed */
    uint64_t lost;                /* of them pulsed while configured level-sensitive, so without effect */
};
/* Copies the counters to *out; sets all of them to 0. */
TRAPLINE_API void gicv2m_stats(const struct gicv2m *m, struct gicv2m_counters *out);
TRAPLINE_API void gicv2m_stats_clear(struct gicv2m *m);

/* The register table, as gic_reg_info and gic_field_info. Reset values depend on the configuration and are 0. */
TRAPLINE_API unsigned gicv2m_reg_count(void);
TRAPLINE_API bool gicv2m_reg_info(unsigned index, struct gic_register *out);
TRAPLINE_API unsigned gicv2m_field_count(unsigned reg);
TRAPLINE_API bool gicv2m_field_info(unsigned reg, unsigned index, struct gic_field *out);

#ifdef __cplusplus
}
#endif
#endif
