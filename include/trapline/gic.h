/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trapline/gic.h - a GICv2 with the Virtualization Extensions.
 *
 * The GIC is a pure, instantaneous state machine: an access or a change of a wire goes in, a value,
 * changed output wires and state events come out. It knows no time, does no I/O, keeps no globals,
 * allocates nothing after gic_new()/gic_init(), and any number of instances may live side by side.
 *
 * Guest mistakes (bad offset, bad width) are never errors of the API: they behave as the architecture
 * says (RAZ/WI) and are counted in gic_stats.
 *
 * Behaviour follows ARM IHI 0048B (GICv2); choices it leaves open are GIC-400's unless the table "Choices" of
 * docs/gic.md or the configuration says otherwise.
 */
#ifndef TRAPLINE_GIC_H
#define TRAPLINE_GIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef TRAPLINE_API
#if defined(__GNUC__)
#define TRAPLINE_API __attribute__((visibility("default")))
#else
#define TRAPLINE_API
#endif
#endif

#define GIC_MAX_CPUS       8u          /* GICv2: eight CPU interfaces (IHI 0048B 2.1) */
#define GIC_MAX_SPIS       988u        /* INTIDs 32 to 1019 */
#define GIC_NO_SPIS        0xffffffffu /* gic_config.spis: none at all */
#define GIC_MAX_LRS        64u         /* GICH_VTR.ListRegs + 1 */
#define GIC_VPRIO_BITS     5u          /* virtual priority and preemption bits: GICH_LR.Priority (5.3.8) */
#define GIC_SPURIOUS       1023u       /* no interrupt to acknowledge (3.2.5) */
#define GIC_SPURIOUS_GROUP 1022u

/* The four register frames. */
enum gic_frame {
    GIC_DIST, /* GICD: Distributor */
    GIC_CPU,  /* GICC: CPU interface */
    GIC_HYP,  /* GICH: virtual interface control */
    GIC_VCPU, /* GICV: virtual CPU interface */
    GIC_NFRAMES
};

/* Output wires of each CPU. Levels are logical: true means asserted, whatever the polarity of a platform's wires. */
enum gic_pin { GIC_IRQ, GIC_FIQ, GIC_VIRQ, GIC_VFIQ, GIC_MAINT, GIC_NPINS };

/* Physical state of one interrupt as seen by one CPU, as bits. */
enum {
    GIC_ST_PENDING = 1u << 0, /* reads as 1 in GICD_ISPENDR */
    GIC_ST_ACTIVE = 1u << 1,  /* reads as 1 in GICD_ISACTIVER */
    GIC_ST_ENABLED = 1u << 2, /* reads as 1 in GICD_ISENABLER */
    GIC_ST_LINE = 1u << 3,    /* input wire asserted */
    GIC_ST_EDGE = 1u << 4,    /* configured edge-triggered */
};

/* Security state of an access (3.1). Without the Security Extensions it makes no difference. */
enum gic_sec { GIC_NONSECURE, GIC_SECURE };

struct gic; /* opaque */

/* Configuration; 0 in a field means the default named beside it. Copied at creation. */
struct gic_config {
    size_t struct_size;    /* sizeof(struct gic_config): room to grow the structure */
    uint32_t cpus;         /* CPU interfaces, 1 to 8; 0: 1 */
    uint32_t spis;         /* shared interrupts, 1 to 988 or GIC_NO_SPIS; 0: 96 */
    uint32_t lrs;          /* list registers of each CPU, 1 to 64; 0: 4 (GIC-400) */
    bool security;         /* two security states (Security Extensions); default: one */
    uint32_t prio_bits;    /* physical priority bits, 4 to 8, with security 5 to 8; 0: 5 (GIC-400) */
    uint32_t maint_ppi;    /* INTID of the PPI that the maintenance output drives, 16 to 31; 0: not wired */
    bool ppi_config_fixed; /* GICD_ICFGR1 is read-only (GIC-400); default: writable */

    bool no_nsacr; /* with security: GICD_NSACR is RAZ/WI, as it is optional; default: present */

    /* Choices the architecture leaves open and real parts make differently. */
    uint32_t dist_iidr;       /* GICD_IIDR; 0: 0x0200143b (GIC-400) */
    uint32_t cpu_iidr;        /* GICC_IIDR and GICV_IIDR; 0: 0x0202143b (GIC-400) */
    bool sgi_enable_writable; /* enable bits of SGIs are R/W and reset to 0; default: RAO/WI */
    bool dir_any_mode;        /* GICC_DIR and GICV_DIR also act while EOImode is 0; default: ignored */
    bool vrpr_idle_f8;        /* an idle GICV_RPR reads 0xf8; default: 0xff */

    /*
     * Called when an output wire changes (level true: asserted), after the access or wire change that caused
     * it is complete inside the GIC. It must only latch: it must not call back into this GIC. May be NULL.
     */
    void (*output)(void *ctx, unsigned cpu, enum gic_pin pin, bool level);
    /*
     * Called when the GIC_ST_* bits of a *watched* interrupt (gic_watch) have changed; cpu is
     * meaningful for INTID < 32. Same rule as output. May be NULL.
     */
    void (*state)(void *ctx, unsigned cpu, uint32_t intid, uint32_t old_bits, uint32_t new_bits);
    void *ctx; /* first argument of the callbacks */
};

/* Bytes of memory one instance needs; 0 if the configuration is invalid. */
TRAPLINE_API size_t gic_size(const struct gic_config *cfg);
/*
 * Builds an instance in mem (size bytes, aligned for max_align_t, owned by the caller) and stores its
 * handle in *out. Returns 0, -EINVAL (bad configuration) or -ENOMEM (size too small). Needs no undo.
 */
TRAPLINE_API int gic_init(void *mem, size_t size, const struct gic_config *cfg, struct gic **out);
/* As gic_init with memory from malloc; release with gic_free. Returns 0, -EINVAL or -ENOMEM. */
TRAPLINE_API int gic_new(const struct gic_config *cfg, struct gic **out);
/* Releases an instance of gic_new. NULL is allowed. */
TRAPLINE_API void gic_free(struct gic *g);

/* The configuration of an instance, defaults filled in, callbacks included: gic_new makes its like of it. */
TRAPLINE_API void gic_get_config(const struct gic *g, struct gic_config *out);

/* Warm reset: every register and latch as after creation; input wires keep their level. */
TRAPLINE_API void gic_reset(struct gic *g);

/*
 * A register access by cpu. size is 1 or 4 bytes (others are guest errors: RAZ/WI), offset from the
 * start of the frame; GICC_DIR and GICV_DIR are at 0x1000. A read has the side effects of the
 * register (GICC_IAR, GICV_IAR). A cpu that does not exist is a guest error.
 */
TRAPLINE_API uint32_t gic_read(struct gic *g, unsigned cpu, enum gic_frame frame, uint32_t offset, unsigned size);
TRAPLINE_API void gic_write(struct gic *g, unsigned cpu, enum gic_frame frame, uint32_t offset, unsigned size,
                            uint32_t value);
/* As gic_read, without any side effect or statistics. */
TRAPLINE_API uint32_t gic_peek(const struct gic *g, unsigned cpu, enum gic_frame frame, uint32_t offset, unsigned size);

/*
 * The same with the security state of the access. gic_read, gic_write and gic_peek are Non-secure accesses,
 * as a hypervisor or an operating system makes them. GICH and GICV look the same from both states.
 */
TRAPLINE_API uint32_t gic_read_sec(struct gic *g, unsigned cpu, enum gic_sec sec, enum gic_frame frame, uint32_t offset,
                                   unsigned size);
TRAPLINE_API void gic_write_sec(struct gic *g, unsigned cpu, enum gic_sec sec, enum gic_frame frame, uint32_t offset,
                                unsigned size, uint32_t value);
TRAPLINE_API uint32_t gic_peek_sec(const struct gic *g, unsigned cpu, enum gic_sec sec, enum gic_frame frame,
                                   uint32_t offset, unsigned size);

/* Input wires. Setting the level a wire already has means nothing. Bad INTIDs are ignored and counted. */
TRAPLINE_API void gic_set_spi(struct gic *g, uint32_t intid, bool level);
TRAPLINE_API void gic_set_ppi(struct gic *g, unsigned cpu, uint32_t intid, bool level);

/* Present level of an output wire: true means asserted. False for a CPU or a pin that does not exist. */
TRAPLINE_API bool gic_output(const struct gic *g, unsigned cpu, enum gic_pin pin);
/* GIC_ST_* bits of an interrupt; cpu selects the bank for INTID < 32. 0 for an unknown INTID. */
TRAPLINE_API uint32_t gic_state(const struct gic *g, unsigned cpu, uint32_t intid);
/* Switches the state callback for one interrupt (every CPU's for INTID < 32) on or off. */
TRAPLINE_API void gic_watch(struct gic *g, uint32_t intid, bool on);

/* ---- Saving and restoring ------------------------------------------------------------------------ */

/* Bytes gic_save writes for this instance. */
TRAPLINE_API size_t gic_save_size(const struct gic *g);
/*
 * Writes the complete state, input wires included, to buf in a versioned format that does not depend on
 * the machine. Watches and statistics are not part of it. Returns 0, or -ENOSPC (size too small).
 */
TRAPLINE_API int gic_save(const struct gic *g, void *buf, size_t size);
/*
 * Takes over a saved state of an instance with the same configuration. The whole buffer is examined
 * before anything changes. Wires and watched interrupts that differ afterwards are reported. Returns 0,
 * -EINVAL (not a state, or a value no GIC can hold), -EPROTO (another format version) or -EXDEV (another
 * configuration).
 */
TRAPLINE_API int gic_restore(struct gic *g, const void *buf, size_t size);

/* ---- Looking inside ------------------------------------------------------------------------------ */

/*
 * Examines the invariants of the whole state, recomputing every summary from scratch (slow). Returns 0,
 * or -EFAULT with the first broken invariant in words in why (n bytes; may be NULL with n 0).
 */
TRAPLINE_API int gic_check(const struct gic *g, char *why, size_t n);

/* One physical interrupt as gic_walk shows it. */
struct gic_irq {
    uint32_t intid;
    unsigned cpu;        /* owner of the bank for INTID < 32, otherwise 0 */
    uint32_t state;      /* GIC_ST_* */
    uint8_t priority;    /* as GICD_IPRIORITYR reads */
    uint8_t group;       /* 0 or 1 */
    uint8_t targets;     /* CPUs it may be signalled to, one bit each */
    uint8_t sgi_sources; /* CPUs an SGI is pending from, one bit each */
    uint8_t ns_access;   /* GICD_NSACR.NS_access: 0 to 3 */
};
/* Calls fn for every implemented interrupt: the 32 of each CPU, then the SPIs. fn must not change g. */
TRAPLINE_API void gic_walk(const struct gic *g, void (*fn)(void *ctx, const struct gic_irq *irq), void *ctx);

/* Guest mistakes; each is harmless and counted. */
enum gic_error {
    GIC_ERR_OFFSET, /* no register there */
    GIC_ERR_WIDTH,  /* width or alignment the register does not take */
    GIC_ERR_CPU,    /* no such CPU interface */
    GIC_ERR_ACCESS, /* read of a write-only or write of a read-only register */
    GIC_ERR_INTID,  /* wire, EOI, DIR or hardware list register of an interrupt that does not exist */
    GIC_ERR_SECURE, /* Non-secure access to a Secure register, or Non-secure end of a Group 0 interrupt */
    GIC_NERRORS
};

/* Counters since creation or gic_stats_clear; a reset does not clear them. */
struct gic_counters {
    uint64_t reads[GIC_NFRAMES];
    uint64_t writes[GIC_NFRAMES];
    uint64_t errors[GIC_NERRORS];

    /* Physical interrupts by step of their life, in its order. */
    uint64_t asserted;         /* input wires that went high */
    uint64_t pended;           /* made pending by a write: GICD_ISPENDR, GICD_SPENDSGIR */
    uint64_t sgis;             /* SGIs that reached a CPU, counted once for each */
    uint64_t signalled;        /* times nIRQ or nFIQ of a CPU went high */
    uint64_t acks;             /* interrupts acknowledged on GICC */
    uint64_t spurious;         /* GICC acknowledges that returned 1022 or 1023 */
    uint64_t activated;        /* made active by a write of GICD_ISACTIVER */
    uint64_t eois;             /* priority drops on GICC */
    uint64_t deactivations;    /* physical interrupts that became inactive, whatever did it */
    uint64_t hw_deactivations; /* those of them done by a hardware list register */

    /* Virtual interrupts. */
    uint64_t listed;             /* list registers written with a pending interrupt */
    uint64_t virt_signalled;     /* times nVIRQ or nVFIQ of a CPU went high */
    uint64_t virt_acks;          /* interrupts acknowledged on GICV */
    uint64_t virt_spurious;      /* GICV acknowledges that returned 1022 or 1023 */
    uint64_t virt_eois;          /* priority drops on GICV */
    uint64_t virt_deactivations; /* list registers that the guest deactivated */
    uint64_t unlisted_ends;      /* guest ends that GICH_HCR.EOICount counted */
    uint64_t maintenance;        /* times the maintenance output of a CPU went high */
};
/* Copies the counters to *out; sets all of them, the accesses per register too, to 0. */
TRAPLINE_API void gic_stats(const struct gic *g, struct gic_counters *out);
TRAPLINE_API void gic_stats_clear(struct gic *g);

/* ---- The register tables ------------------------------------------------------------------------- */

enum gic_access { GIC_RO, GIC_WO, GIC_RW };

struct gic_register {
    const char *name;     /* "GICD_ISENABLER" */
    uint32_t first, end;  /* offsets in the frame: first <= offset < end */
    uint8_t bits_per_irq; /* 0: not an array over interrupts */
    uint8_t widths;       /* sum of the access sizes it takes: 1, 2, 4 */
    uint8_t access;       /* enum gic_access */
    bool secure_only;     /* RAZ/WI to Non-secure accesses if there are two security states */
    uint32_t reset;       /* of the first register, in the default configuration; of a WO register 0 */
    const char *about;    /* what it is for */
};
/* One field of a register. */
struct gic_field {
    const char *name; /* "EnableGrp0" */
    uint8_t msb, lsb; /* bits msb to lsb, both included */
    const char *about;
};
/* Rows in the table of a frame, in order of their offsets. */
TRAPLINE_API unsigned gic_reg_count(enum gic_frame frame);
/* Copies row index to *out; false if there is none. */
TRAPLINE_API bool gic_reg_info(enum gic_frame frame, unsigned index, struct gic_register *out);
/* Fields of the register of row reg, from the low bits up; 0: none, or the whole register is one value. */
TRAPLINE_API unsigned gic_field_count(enum gic_frame frame, unsigned reg);
/* Copies field index of row reg to *out; false if there is none. */
TRAPLINE_API bool gic_field_info(enum gic_frame frame, unsigned reg, unsigned index, struct gic_field *out);
/* How often a row was read or written since gic_stats_clear. */
TRAPLINE_API uint64_t gic_reg_accesses(const struct gic *g, enum gic_frame frame, unsigned index, bool write);

#ifdef __cplusplus
}
#endif
#endif
