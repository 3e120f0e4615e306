/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trapline/irqbypass.h - the producer/consumer IRQ bypass manager.
 *
 * A producer (the physical side, say a VFIO interrupt) and a consumer (the virtual side, say an irqfd)
 * that carry the same token are connected: an agreement over their heads that interrupts may take a
 * shorter way. One manager per host; instances are independent. Behaviour follows the manager merged
 * in Linux 4.4 (virt/lib/irqbypass.c) with a hashed index in place of its two lists.
 *
 * Callbacks may need to wait (for a running handler, for vCPUs to leave the guest). So every operation
 * is an explicit state machine, struct irq_bypass_op, that runs one callback per step and can be put
 * aside between two steps; a callback that is not finished returns IRQ_BYPASS_PENDING and is called
 * again by a later step. The plain calls (irq_bypass_register_producer...) run an operation to its end
 * and are for users whose callbacks never wait.
 */
#ifndef TRAPLINE_IRQBYPASS_H
#define TRAPLINE_IRQBYPASS_H

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

/* What a callback returns when it must be called again later to finish. Not an errno. */
#define IRQ_BYPASS_PENDING (-4095)

/* Which kind of producer this is (the type of the direct-EOI series; a consumer may refuse some). */
enum irq_bypass_type { IRQ_BYPASS_VFIO_PCI_MSI, IRQ_BYPASS_VFIO_PLATFORM };

struct irq_bypass_consumer;

/*
 * The physical side. Caller-owned and zero-initialised; must stay alive and unchanged while registered.
 * All callbacks are optional. stop/start/del cannot fail: they return 0 or IRQ_BYPASS_PENDING. add returns 0,
 * IRQ_BYPASS_PENDING or an error (negative, or positive where the kernel leaks such codes).
 */
struct irq_bypass_producer {
    const void *token; /* pairs with a consumer; NULL is refused with -EINVAL */
    int irq;           /* host interrupt, handed to the consumer */
    enum irq_bypass_type type;
    void *ctx; /* the owner's */
    int (*add_consumer)(struct irq_bypass_producer *prod, struct irq_bypass_consumer *cons);
    int (*del_consumer)(struct irq_bypass_producer *prod, struct irq_bypass_consumer *cons);
    int (*stop)(struct irq_bypass_producer *prod);
    int (*start)(struct irq_bypass_producer *prod);
    struct irq_bypass_producer *hash_next; /* manager's */
    bool registered;                       /* manager's */
};

/* The virtual side; the same rules, but add_producer and del_producer are mandatory (else -EINVAL). */
struct irq_bypass_consumer {
    const void *token;
    void *ctx;
    int (*add_producer)(struct irq_bypass_consumer *cons, struct irq_bypass_producer *prod);
    int (*del_producer)(struct irq_bypass_consumer *cons, struct irq_bypass_producer *prod);
    int (*stop)(struct irq_bypass_consumer *cons);
    int (*start)(struct irq_bypass_consumer *cons);
    struct irq_bypass_consumer *hash_next; /* manager's */
    bool registered;                       /* manager's */
};

/* The callbacks of a connection, in the order of the merged manager; for observers. */
enum irq_bypass_callback {
    IRQ_BYPASS_PROD_STOP,
    IRQ_BYPASS_CONS_STOP,
    IRQ_BYPASS_PROD_ADD,
    IRQ_BYPASS_CONS_ADD,
    IRQ_BYPASS_CONS_DEL,
    IRQ_BYPASS_PROD_DEL,
    IRQ_BYPASS_CONS_START,
    IRQ_BYPASS_PROD_START,
    IRQ_BYPASS_NCALLBACKS
};

struct irq_bypass_manager; /* opaque */

/* Observes the manager; any member may be NULL. Called between callbacks, must not call the manager. */
struct irq_bypass_observer {
    void *ctx;
    void (*callback)(void *ctx, enum irq_bypass_callback which, int ret); /* after a callback has finished */
    void (*connected)(void *ctx, const struct irq_bypass_producer *p, const struct irq_bypass_consumer *c, int ret);
    void (*disconnected)(void *ctx, const struct irq_bypass_producer *p, const struct irq_bypass_consumer *c);
};

/* Creates a manager with an index for about `expected` objects on each side (it grows). 0 or -ENOMEM. */
TRAPLINE_API int irq_bypass_manager_new(uint32_t expected, struct irq_bypass_manager **out);
/* Frees the manager, not the registered objects. */
TRAPLINE_API void irq_bypass_manager_free(struct irq_bypass_manager *m);
/*
 * Historical behaviour, off by default: Linux 5.8 to 5.12 ran the start callbacks only after a connection that
 * succeeded, and producer.del_consumer even then (section 5.6 of the reference).
 */
TRAPLINE_API void irq_bypass_set_regression_2020(struct irq_bypass_manager *m, bool on);
TRAPLINE_API void irq_bypass_observe(struct irq_bypass_manager *m, const struct irq_bypass_observer *o);

/*
 * An operation in progress. Caller-owned, no cleanup needed; must stay where it is while in progress.
 * One at a time per manager (its mutex): stepping a second one does nothing but set ret and wait to
 * -EBUSY until the first has finished.
 */
struct irq_bypass_op {
    struct irq_bypass_manager *m;
    struct irq_bypass_producer *prod;
    struct irq_bypass_consumer *cons;
    uint8_t kind;  /* which operation */
    uint8_t phase; /* next callback */
    int ret;       /* result so far */
    int wait;      /* after a step that returned false, what is waited for: 0 nothing, step again;
                      IRQ_BYPASS_PENDING the callback; -EBUSY another operation */
};

/*
 * Prepare an operation in *op: the one that the function of the same name without `op` does at once. Nothing
 * happens before irq_bypass_op_step.
 */
TRAPLINE_API void irq_bypass_op_register_producer(struct irq_bypass_op *op, struct irq_bypass_manager *m,
                                                  struct irq_bypass_producer *p);
TRAPLINE_API void irq_bypass_op_unregister_producer(struct irq_bypass_op *op, struct irq_bypass_manager *m,
                                                    struct irq_bypass_producer *p);
TRAPLINE_API void irq_bypass_op_register_consumer(struct irq_bypass_op *op, struct irq_bypass_manager *m,
                                                  struct irq_bypass_consumer *c);
TRAPLINE_API void irq_bypass_op_unregister_consumer(struct irq_bypass_op *op, struct irq_bypass_manager *m,
                                                    struct irq_bypass_consumer *c);
/*
 * Runs the operation up to and including its next callback. true: finished, the result is in op->ret
 * (0, or the error with which registration failed; nothing is registered then). false: step again
 * when what op->wait names may get on.
 *
 * Callbacks and observers run "under the mutex": an operation stepped from within one ends at once with
 * -EDEADLK and changes nothing (the kernel would hang). Stepping the very operation that is calling is
 * an assert.
 */
TRAPLINE_API bool irq_bypass_op_step(struct irq_bypass_op *op);

/*
 * Operations run to their end at once. Return 0; -EINVAL (NULL token, missing mandatory callback),
 * -EBUSY (token already in this set; the same object twice; an operation is in progress), or what a
 * connect callback returned, negative or positive. Programming errors (assert): a callback that returns
 * IRQ_BYPASS_PENDING here, a call from within a callback.
 */
TRAPLINE_API int irq_bypass_register_producer(struct irq_bypass_manager *m, struct irq_bypass_producer *p);
TRAPLINE_API int irq_bypass_register_consumer(struct irq_bypass_manager *m, struct irq_bypass_consumer *c);
/*
 * Unknown objects and NULL tokens are ignored. A consumer is found by identity. A producer is found by
 * token: what is unregistered is the registered producer with p's token, be it p or not (so clear the
 * token of a producer that could not be registered).
 */
TRAPLINE_API void irq_bypass_unregister_producer(struct irq_bypass_manager *m, struct irq_bypass_producer *p);
TRAPLINE_API void irq_bypass_unregister_consumer(struct irq_bypass_manager *m, struct irq_bypass_consumer *c);

/* The connected partner of a registered producer, or NULL. A pair is connected until its unregistering ends. */
TRAPLINE_API struct irq_bypass_consumer *irq_bypass_partner(const struct irq_bypass_manager *m,
                                                            const struct irq_bypass_producer *p);
/* Names the first broken invariant in why (n bytes); 0 or -EFAULT. */
TRAPLINE_API int irq_bypass_check(const struct irq_bypass_manager *m, char *why, size_t n);

#ifdef __cplusplus
}
#endif
#endif
