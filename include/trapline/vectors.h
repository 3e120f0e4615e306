/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trapline/vectors.h - conformance vectors of a GICv2: reading them, and playing them on any implementation.
 *
 * A vector is a list of register accesses and wire changes with every answer that the GIC has to give; the
 * format "gicvec 1" is described in tests/gic/vectors/FORMAT.md. The reader knows nothing of any GIC, and the
 * replayer drives one through the few functions of struct gicvec_ops: lib/gic (gicvec_gic_ops), a model behind
 * TLM sockets, another project's model, or silicon behind a debugger.
 *
 *     struct gicvec_file *file;
 *     if (gicvec_load("hand-level.vec", complain, NULL, &file) == 0) {
 *         for (size_t i = 0; i < gicvec_count(file); i++) {
 *             struct gicvec_result r;
 *             gicvec_replay(gicvec_get(file, i), gicvec_gic_ops(), NULL, &r);
 *         }
 *         gicvec_free(file);
 *     }
 *
 * Nothing here keeps globals; different files may be read and played in different threads.
 */
#ifndef TRAPLINE_VECTORS_H
#define TRAPLINE_VECTORS_H

#include <trapline/gic.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what a file holds --------------------------------------------------------------------------- */

/* The GIC a vector is for. */
struct gicvec_config {
    uint32_t cpus;       /* CPU interfaces, 1 to 8 */
    uint32_t spis;       /* SPIs: INTIDs 32 to 31 + spis; 0 to 988 */
    uint32_t prio_bits;  /* implemented priority bits of the physical side, 4 to 8 */
    uint32_t lrs;        /* list registers of each CPU, 1 to 64 */
    uint32_t vprio_bits; /* virtual priority and preemption bits, 4 to 8 */
    bool security;       /* with the Security Extensions */
};

enum gicvec_kind {
    GICVEC_WRITE,  /* a register is written */
    GICVEC_READ,   /* a register is read, with its side effects; the answer is compared */
    GICVEC_SPI,    /* the input wire of an SPI changes */
    GICVEC_PPI,    /* the input wire of a PPI of one CPU changes */
    GICVEC_OUTPUT, /* the level of an output wire is compared */
};

/* One operation. Members that its kind does not need are 0. */
struct gicvec_op {
    enum gicvec_kind kind;
    unsigned line;        /* of the file, from 1 */
    unsigned cpu;         /* who makes the access, or whose wire it is */
    enum gic_frame frame; /* WRITE, READ */
    enum gic_sec sec;     /* WRITE, READ of a vector with security; otherwise GIC_NONSECURE */
    unsigned size;        /* WRITE, READ: 1 or 4 bytes */
    uint32_t offset;      /* WRITE, READ: from the start of the frame */
    uint32_t intid;       /* SPI, PPI */
    enum gic_pin pin;     /* OUTPUT */
    uint32_t mask;        /* READ: bits that are compared */
    uint32_t value;       /* written, or expected, or the level of the wire (0 or 1) */
    const char *text;     /* the line as it stands in the file */
};

/* One vector. Everything it points to belongs to its file. */
struct gicvec {
    const char *name;   /* "sec/typer.0", unique in its file */
    const char *about;  /* what it shows; "" if the file does not say */
    const char *ref;    /* sections of IHI 0048B; "" if the file does not say */
    const char *source; /* where the expected values come from; "" if the file does not say */
    unsigned line;      /* of its first line, from 1 */
    struct gicvec_config config;
    const char *const *needs; /* choices of the implementation that it depends on */
    size_t nneeds;
    const struct gicvec_op *ops; /* in order; each is complete with its consequences before the next begins */
    size_t nops;
};

/* ---- reading ------------------------------------------------------------------------------------- */

struct gicvec_file; /* opaque: the vectors of one file */

/* A mistake in a file. line and col count from 1; 0: it concerns the whole file. */
struct gicvec_error {
    const char *file;
    unsigned line, col;
    const char *message; /* "unknown operation 'raed'" */
    const char *help;    /* "one of: write, read, line, expect-out"; may be NULL */
    const char *text;    /* the line; NULL: there is none */
};
/* Told of each mistake, in the order of the lines; the texts are only valid during the call. */
typedef void gicvec_error_fn(void *ctx, const struct gicvec_error *error);

/*
 * Reads a file ("-": standard input) and stores its vectors, which the caller releases with gicvec_free, in
 * *out. error may be NULL. Returns 0; -EINVAL after a mistake was told to error (all of a file's mistakes are,
 * up to 20); the negative errno of opening or reading the file; -EFBIG (more than 256 MiB) or -ENOMEM.
 */
TRAPLINE_API int gicvec_load(const char *path, gicvec_error_fn *error, void *ctx, struct gicvec_file **out);
/* The same from text in memory, which is copied; `name` stands for the file in messages. */
TRAPLINE_API int gicvec_load_text(const char *name, const char *text, size_t len, gicvec_error_fn *error, void *ctx,
                                  struct gicvec_file **out);
/* Releases a file and everything that was got from it. NULL is allowed. */
TRAPLINE_API void gicvec_free(struct gicvec_file *file);
/* Vectors in the file. */
TRAPLINE_API size_t gicvec_count(const struct gicvec_file *file);
/* One of them, in the order of the file; NULL if there is none with this index. */
TRAPLINE_API const struct gicvec *gicvec_get(const struct gicvec_file *file, size_t index);

/* ---- playing ------------------------------------------------------------------------------------- */

/*
 * A GIC as the replayer sees it. Every function but those that may be NULL is called only between create and
 * destroy of one vector. Those that return int return 0 or a negative errno, which fails the vector.
 */
struct gicvec_ops {
    /* Whether the implementation makes the choice that this word of a `needs` line names. */
    bool (*offers)(void *ctx, const char *need);
    /*
     * Makes a GIC in its reset state with v->config and v->needs, all input wires low, and stores it in *gic.
     * -ENOTSUP: it cannot be like that, and the vector is skipped.
     */
    int (*create)(void *ctx, const struct gicvec *v, void **gic);
    void (*destroy)(void *ctx, void *gic);
    int (*write)(void *gic, const struct gicvec_op *op);
    int (*read)(void *gic, const struct gicvec_op *op, uint32_t *value);
    /* kind SPI or PPI */
    int (*set_line)(void *gic, const struct gicvec_op *op);
    int (*output)(void *gic, const struct gicvec_op *op, bool *level);
    /* Called after each operation: looks at the implementation's own invariants; why has n bytes. May be NULL. */
    int (*check)(void *gic, char *why, size_t n);
};

enum gicvec_verdict { GICVEC_PASSED, GICVEC_FAILED, GICVEC_SKIPPED };

struct gicvec_result {
    enum gicvec_verdict verdict;
    const struct gicvec_op *op; /* failed: the first operation that did; NULL: the GIC could not be made */
    bool differs;               /* failed: got is an answer, and the wrong one */
    uint32_t got;               /* the whole answer, bits outside the mask too */
    const char *need;           /* skipped: the first choice that is not offered; NULL: the configuration is not */
    int err;                    /* failed: what a function returned; 0: none did */
    char why[160];              /* failed: what check found; otherwise empty */
};

/* Plays a vector on a GIC of its own, up to the first operation that fails. Returns result->verdict. */
TRAPLINE_API enum gicvec_verdict gicvec_replay(const struct gicvec *v, const struct gicvec_ops *ops, void *ctx,
                                               struct gicvec_result *result);
/*
 * Why a vector failed or was skipped, in words: "GICC_IAR of CPU 0: expected 0x00000022, got 0x000003ff".
 * Writes at most n bytes; "" for a vector that passed.
 */
TRAPLINE_API void gicvec_explain(const struct gicvec_result *result, char *buf, size_t n);

/* ---- lib/gic ------------------------------------------------------------------------------------- */

/* Options of gicvec_gic_ops, its ctx; NULL means all zero. */
struct gicvec_gic {
    bool check; /* gic_check after every operation */
    /*
     * Choices not to offer. Where lib/gic can be configured for the other choice (gicvec_gic_choice), it is;
     * the vectors that need this one are skipped, and all others have to pass still.
     */
    const char *const *without;
    size_t nwithout;
};
/* The operations of lib/gic; ctx is a const struct gicvec_gic or NULL. */
TRAPLINE_API const struct gicvec_ops *gicvec_gic_ops(void);

/* A choice that lib/gic makes. */
struct gicvec_choice {
    const char *word;  /* "sgi-always-enabled" */
    const char *other; /* member of struct gic_config that makes the other choice; NULL: there is none */
    const char *doc;
};
/* The choices that lib/gic offers, by index from 0; NULL after the last. */
TRAPLINE_API const struct gicvec_choice *gicvec_gic_choice(size_t index);

#ifdef __cplusplus
}
#endif
#endif
