/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The IRQ bypass manager: two sets of objects in one hashed index, and the order in which a pair is
 * connected and taken apart.
 *
 * Invariants (irq_bypass_check): a token is at most once in each set; an object is in the bucket of its
 * token; a pair is connected if and only if both sides are in their sets with equal tokens. So nothing
 * is stored about connections, and an object enters its set only after a connect that succeeded.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <trapline/irqbypass.h>

/* Producers and consumers of one hash value. One index for both: an object and its partner share a bucket. */
struct bucket {
    struct irq_bypass_producer *producers;
    struct irq_bypass_consumer *consumers;
};

struct irq_bypass_manager {
    struct bucket *bucket;
    unsigned bits; /* log2 of the number of buckets */
    size_t nproducers, nconsumers;
    const struct irq_bypass_op *owner; /* operation in progress: it "holds the mutex" */
    bool calling;                      /* inside a callback or an observer */
    bool regression_2020;
    struct irq_bypass_observer observer;
};

#define MIN_BITS 4u
#define MAX_BITS 28u

enum op_kind { REGISTER_PRODUCER, UNREGISTER_PRODUCER, REGISTER_CONSUMER, UNREGISTER_CONSUMER };

/* op->phase: NOT_BEGUN, or 1 + the place in the order of callbacks, or DONE. */
enum { NOT_BEGUN = 0, DONE = UINT8_MAX };

/* PROD_DEL undoes PROD_ADD and runs only when CONS_ADD has failed. */
static const enum irq_bypass_callback connect_order[] = {
    IRQ_BYPASS_PROD_STOP, IRQ_BYPASS_CONS_STOP,  IRQ_BYPASS_PROD_ADD,   IRQ_BYPASS_CONS_ADD,
    IRQ_BYPASS_PROD_DEL,  IRQ_BYPASS_CONS_START, IRQ_BYPASS_PROD_START,
};
/*
 * The regression of 2020 (reverted in 5.13): the starts run only after a success, and the undoing runs after a
 * success too. On arm64 the consumer's stop halts the whole VM, so one refused connection froze the guest.
 */
static const enum irq_bypass_callback connect_order_2020[] = {
    IRQ_BYPASS_PROD_STOP,  IRQ_BYPASS_CONS_STOP,  IRQ_BYPASS_PROD_ADD, IRQ_BYPASS_CONS_ADD,
    IRQ_BYPASS_CONS_START, IRQ_BYPASS_PROD_START, IRQ_BYPASS_PROD_DEL,
};
enum { CONNECT_2020_UNDO = 6 };

/* Where the starts are in connect_order: they run however the connection went. */
enum { CONNECT_STARTS = 5 };

static const enum irq_bypass_callback disconnect_order[] = {
    IRQ_BYPASS_PROD_STOP, IRQ_BYPASS_CONS_STOP,  IRQ_BYPASS_CONS_DEL,
    IRQ_BYPASS_PROD_DEL,  IRQ_BYPASS_CONS_START, IRQ_BYPASS_PROD_START,
};

/* ---- the index ---------------------------------------------------------------------------------- */

/* A power of two, so that a shift of the hash is an index. */
static size_t bucket_count(const struct irq_bypass_manager *m)
{
    return (size_t)1 << m->bits;
}

/* Multiplicative hashing: the upper bits of the product depend on all bits of the pointer. */
static struct bucket *bucket_of(const struct irq_bypass_manager *m, const void *token)
{
    uint64_t product = (uint64_t)(uintptr_t)token * UINT64_C(0x9e3779b97f4a7c15);
    return &m->bucket[product >> (64 - m->bits)];
}

/* The registered producer with this token (not NULL), or NULL. */
static struct irq_bypass_producer *find_producer(const struct irq_bypass_manager *m, const void *token)
{
    struct irq_bypass_producer *p = bucket_of(m, token)->producers;
    while (p && p->token != token)
        p = p->hash_next;
    return p;
}

/* The registered consumer with this token (not NULL), or NULL. */
static struct irq_bypass_consumer *find_consumer(const struct irq_bypass_manager *m, const void *token)
{
    struct irq_bypass_consumer *c = bucket_of(m, token)->consumers;
    while (c && c->token != token)
        c = c->hash_next;
    return c;
}

/* At the head of its chain: the order within a chain means nothing, tokens are unique. */
static void push_producer(struct irq_bypass_manager *m, struct irq_bypass_producer *p)
{
    struct bucket *b = bucket_of(m, p->token);
    p->hash_next = b->producers;
    b->producers = p;
}

static void push_consumer(struct irq_bypass_manager *m, struct irq_bypass_consumer *c)
{
    struct bucket *b = bucket_of(m, c->token);
    c->hash_next = b->consumers;
    b->consumers = c;
}

/*
 * Doubles the index when a side has more objects than buckets, which keeps chains at one object on
 * average. Without memory for that the index stays as it is: chains grow, nothing fails.
 */
static void grow(struct irq_bypass_manager *m)
{
    size_t n = bucket_count(m);
    if ((m->nproducers <= n && m->nconsumers <= n) || m->bits == MAX_BITS)
        return;
    struct bucket *bigger = calloc(n * 2, sizeof(*bigger));
    if (!bigger)
        return;
    struct bucket *old = m->bucket;
    m->bucket = bigger;
    m->bits++;
    for (size_t i = 0; i < n; i++) {
        for (struct irq_bypass_producer *p = old[i].producers, *next; p; p = next) {
            next = p->hash_next;
            push_producer(m, p);
        }
        for (struct irq_bypass_consumer *c = old[i].consumers, *next; c; c = next) {
            next = c->hash_next;
            push_consumer(m, c);
        }
    }
    free(old);
}

/* Entering and leaving the sets. The caller has seen to it that the token is free, or the object in its set. */
static void insert_producer(struct irq_bypass_manager *m, struct irq_bypass_producer *p)
{
    assert(p && p->token);
    push_producer(m, p);
    p->registered = true;
    m->nproducers++;
    grow(m);
}

static void insert_consumer(struct irq_bypass_manager *m, struct irq_bypass_consumer *c)
{
    assert(c && c->token);
    push_consumer(m, c);
    c->registered = true;
    m->nconsumers++;
    grow(m);
}

static void remove_producer(struct irq_bypass_manager *m, struct irq_bypass_producer *p)
{
    struct irq_bypass_producer **link = &bucket_of(m, p->token)->producers;
    while (*link != p)
        link = &(*link)->hash_next;
    *link = p->hash_next;
    p->hash_next = NULL;
    p->registered = false;
    m->nproducers--;
}

static void remove_consumer(struct irq_bypass_manager *m, struct irq_bypass_consumer *c)
{
    struct irq_bypass_consumer **link = &bucket_of(m, c->token)->consumers;
    while (*link != c)
        link = &(*link)->hash_next;
    *link = c->hash_next;
    c->hash_next = NULL;
    c->registered = false;
    m->nconsumers--;
}

/* ---- the manager -------------------------------------------------------------------------------- */

int irq_bypass_manager_new(uint32_t expected, struct irq_bypass_manager **out)
{
    struct irq_bypass_manager *m = calloc(1, sizeof(*m));
    if (!m)
        return -ENOMEM;
    m->bits = MIN_BITS;
    while (bucket_count(m) < expected && m->bits < MAX_BITS)
        m->bits++;
    m->bucket = calloc(bucket_count(m), sizeof(*m->bucket));
    if (!m->bucket) {
        free(m);
        return -ENOMEM;
    }
    /* The rest of the structure is zero: no operation, no observer. */
    *out = m;
    return 0;
}

void irq_bypass_manager_free(struct irq_bypass_manager *m)
{
    if (!m)
        return;
    assert(!m->calling && "the manager is freed from one of its callbacks");
    free(m->bucket);
    free(m);
}

void irq_bypass_set_regression_2020(struct irq_bypass_manager *m, bool on)
{
    m->regression_2020 = on;
}

void irq_bypass_observe(struct irq_bypass_manager *m, const struct irq_bypass_observer *o)
{
    m->observer = o ? *o : (struct irq_bypass_observer){0};
}

struct irq_bypass_consumer *irq_bypass_partner(const struct irq_bypass_manager *m, const struct irq_bypass_producer *p)
{
    if (!p->token || find_producer(m, p->token) != p)
        return NULL;
    /* Two with one token in the sets are connected: one that failed to connect would not be in its set. */
    return find_consumer(m, p->token);
}

/* ---- operations --------------------------------------------------------------------------------- */

static void op_init(struct irq_bypass_op *op, struct irq_bypass_manager *m, enum op_kind kind,
                    struct irq_bypass_producer *p, struct irq_bypass_consumer *c)
{
    *op = (struct irq_bypass_op){.m = m, .prod = p, .cons = c, .kind = (uint8_t)kind, .phase = NOT_BEGUN};
}

void irq_bypass_op_register_producer(struct irq_bypass_op *op, struct irq_bypass_manager *m,
                                     struct irq_bypass_producer *p)
{
    op_init(op, m, REGISTER_PRODUCER, p, NULL);
}

void irq_bypass_op_unregister_producer(struct irq_bypass_op *op, struct irq_bypass_manager *m,
                                       struct irq_bypass_producer *p)
{
    op_init(op, m, UNREGISTER_PRODUCER, p, NULL);
}

void irq_bypass_op_register_consumer(struct irq_bypass_op *op, struct irq_bypass_manager *m,
                                     struct irq_bypass_consumer *c)
{
    op_init(op, m, REGISTER_CONSUMER, NULL, c);
}

void irq_bypass_op_unregister_consumer(struct irq_bypass_op *op, struct irq_bypass_manager *m,
                                       struct irq_bypass_consumer *c)
{
    op_init(op, m, UNREGISTER_CONSUMER, NULL, c);
}

/* A registration connects, an unregistration disconnects; which side it is for does not matter to the order. */
static bool connecting(const struct irq_bypass_op *op)
{
    return op->kind == REGISTER_PRODUCER || op->kind == REGISTER_CONSUMER;
}

static bool for_producer(const struct irq_bypass_op *op)
{
    return op->kind == REGISTER_PRODUCER || op->kind == UNREGISTER_PRODUCER;
}

/* Whether the operation can go ahead at all: 0, or the result it ends with at once. */
static int op_validate(const struct irq_bypass_op *op)
{
    const struct irq_bypass_producer *p = op->prod;
    const struct irq_bypass_consumer *c = op->cons;
    switch ((enum op_kind)op->kind) {
    case REGISTER_PRODUCER:
        if (!p->token)
            return -EINVAL;
        return p->registered || find_producer(op->m, p->token) ? -EBUSY : 0;
    case REGISTER_CONSUMER:
        if (!c->token || !c->add_producer || !c->del_producer)
            return -EINVAL;
        return c->registered || find_consumer(op->m, c->token) ? -EBUSY : 0;
    case UNREGISTER_PRODUCER:
        return p->token && find_producer(op->m, p->token) ? 0 : -ENOENT;
    case UNREGISTER_CONSUMER:
        return c->token && find_consumer(op->m, c->token) == c ? 0 : -ENOENT;
    }
    return -EINVAL;
}

/* Fills in the partner, if there is one. */
static void op_find_partner(struct irq_bypass_op *op)
{
    if (!for_producer(op)) {
        op->prod = find_producer(op->m, op->cons->token);
        return;
    }
    /* A producer is found by token: the one to unregister may be another object than the one given. */
    if (op->kind == UNREGISTER_PRODUCER)
        op->prod = find_producer(op->m, op->prod->token);
    assert(op->prod); /* validated */
    op->cons = find_consumer(op->m, op->prod->token);
}

/* Whether the pair has this callback. A missing one takes no step and is not observed. */
static bool has_callback(const struct irq_bypass_op *op, enum irq_bypass_callback which)
{
    switch (which) {
    case IRQ_BYPASS_PROD_STOP:
        return op->prod->stop;
    case IRQ_BYPASS_CONS_STOP:
        return op->cons->stop;
    case IRQ_BYPASS_PROD_ADD:
        return op->prod->add_consumer;
    case IRQ_BYPASS_PROD_DEL:
        return op->prod->del_consumer;
    case IRQ_BYPASS_CONS_START:
        return op->cons->start;
    case IRQ_BYPASS_PROD_START:
        return op->prod->start;
    case IRQ_BYPASS_CONS_ADD: /* mandatory */
    case IRQ_BYPASS_CONS_DEL:
    case IRQ_BYPASS_NCALLBACKS:
        break;
    }
    return true;
}

/* Calls it; has_callback() holds. */
static int run_callback(const struct irq_bypass_op *op, enum irq_bypass_callback which)
{
    switch (which) {
    case IRQ_BYPASS_PROD_STOP:
        return op->prod->stop(op->prod);
    case IRQ_BYPASS_CONS_STOP:
        return op->cons->stop(op->cons);
    case IRQ_BYPASS_PROD_ADD:
        return op->prod->add_consumer(op->prod, op->cons);
    case IRQ_BYPASS_CONS_ADD:
        return op->cons->add_producer(op->cons, op->prod);
    case IRQ_BYPASS_CONS_DEL:
        return op->cons->del_producer(op->cons, op->prod);
    case IRQ_BYPASS_PROD_DEL:
        return op->prod->del_consumer(op->prod, op->cons);
    case IRQ_BYPASS_CONS_START:
        return op->cons->start(op->cons);
    case IRQ_BYPASS_PROD_START:
        return op->prod->start(op->prod);
    case IRQ_BYPASS_NCALLBACKS:
        break;
    }
    return 0;
}

/* The callbacks of the operation in their order. */
static const enum irq_bypass_callback *order_of(const struct irq_bypass_op *op, size_t *n)
{
    if (connecting(op) && op->m->regression_2020) {
        *n = sizeof(connect_order_2020) / sizeof(connect_order_2020[0]);
        return connect_order_2020;
    }
    *n = connecting(op) ? sizeof(connect_order) / sizeof(connect_order[0])
                        : sizeof(disconnect_order) / sizeof(disconnect_order[0]);
    return connecting(op) ? connect_order : disconnect_order;
}

/* Moves on to the first callback from op->phase on that exists. false: there is none left. */
static bool seek_callback(struct irq_bypass_op *op)
{
    size_t n;
    const enum irq_bypass_callback *order = order_of(op, &n);
    while (op->phase <= n && !has_callback(op, order[op->phase - 1]))
        op->phase++;
    return op->phase <= n;
}

/* Moves past a callback that has finished with ret. */
static void pass_callback(struct irq_bypass_op *op, enum irq_bypass_callback which, int ret)
{
    if (connecting(op)) {
        bool producer_failed = which == IRQ_BYPASS_PROD_ADD && ret;
        bool both_added = which == IRQ_BYPASS_CONS_ADD && !ret;
        if (which == IRQ_BYPASS_PROD_ADD || which == IRQ_BYPASS_CONS_ADD)
            op->ret = ret;
        if (op->m->regression_2020) {
            if (which == IRQ_BYPASS_CONS_ADD && ret)
                op->phase = 1 + CONNECT_2020_UNDO;
            else
                op->phase = (uint8_t)(producer_failed ? 2 + CONNECT_2020_UNDO : op->phase + 1);
            return;
        }
        /* Either way there is nothing to undo, so PROD_DEL is passed over. */
        if (producer_failed || both_added) {
            op->phase = 1 + CONNECT_STARTS;
            return;
        }
    }
    op->phase++;
}

/* The sets change last: registered only if connected, and found by everybody until disconnected. */
static void op_finish(struct irq_bypass_op *op)
{
    struct irq_bypass_manager *m = op->m;
    const struct irq_bypass_observer *o = &m->observer;
    switch ((enum op_kind)op->kind) {
    case REGISTER_PRODUCER:
        if (!op->ret)
            insert_producer(m, op->prod);
        break;
    case REGISTER_CONSUMER:
        if (!op->ret)
            insert_consumer(m, op->cons);
        break;
    case UNREGISTER_PRODUCER:
        remove_producer(m, op->prod);
        break;
    case UNREGISTER_CONSUMER:
        remove_consumer(m, op->cons);
        break;
    }
    /* The manager is still taken while the observers look at the new state. */
    if (op->prod && op->cons) {
        m->calling = true;
        if (connecting(op) && o->connected)
            o->connected(o->ctx, op->prod, op->cons, op->ret);
        if (!connecting(op) && o->disconnected)
            o->disconnected(o->ctx, op->prod, op->cons);
        m->calling = false;
    }
    m->owner = NULL;
    op->phase = DONE;
}

/*
 * Takes the manager for this operation and finds the first callback. true: there is none, the operation
 * has ended and op->ret says how.
 */
static bool op_begin(struct irq_bypass_op *op)
{
    int ret = op_validate(op);
    if (ret) {
        /* What is not registered needs no unregistering: not an error. */
        op->ret = ret == -ENOENT ? 0 : ret;
        op->phase = DONE;
        return true;
    }
    op->ret = 0;
    op->m->owner = op;
    op->phase = 1;
    op_find_partner(op);
    if (op->prod && op->cons && seek_callback(op))
        return false;
    op_finish(op);
    return true;
}

/* Runs the callback that op->phase stands for. Returns whether it has finished. */
static bool op_run_callback(struct irq_bypass_op *op)
{
    struct irq_bypass_manager *m = op->m;
    size_t n;
    const enum irq_bypass_callback *order = order_of(op, &n);
    assert(op->phase >= 1 && op->phase <= n);
    enum irq_bypass_callback which = order[op->phase - 1];
    bool may_fail = which == IRQ_BYPASS_PROD_ADD || which == IRQ_BYPASS_CONS_ADD;
    m->calling = true; /* from here on whoever calls the manager is called by it */
    int ret = run_callback(op, which);
    assert((may_fail || !ret || ret == IRQ_BYPASS_PENDING) && "stop, start and del cannot fail");
    if (ret != IRQ_BYPASS_PENDING && m->observer.callback)
        m->observer.callback(m->observer.ctx, which, may_fail ? ret : 0);
    m->calling = false;
    if (ret == IRQ_BYPASS_PENDING)
        return false;
    pass_callback(op, which, ret);
    return true;
}

bool irq_bypass_op_step(struct irq_bypass_op *op)
{
    struct irq_bypass_manager *m = op->m;
    if (op->phase == DONE)
        return true;
    op->wait = 0;
    if (m->calling) {
        assert(m->owner != op && "a callback steps the operation that called it");
        if (m->owner == op)
            return false;
        op->ret = -EDEADLK;
        op->phase = DONE;
        return true;
    }
    /* The mutex: not begun, and nothing looked up yet, since the sets may change until it is free. */
    if (m->owner && m->owner != op) {
        op->ret = op->wait = -EBUSY;
        return false;
    }
    if (op->phase == NOT_BEGUN && op_begin(op))
        return true;
    if (!op_run_callback(op)) {
        op->wait = IRQ_BYPASS_PENDING;
        return false;
    }
    if (seek_callback(op))
        return false;
    op_finish(op);
    return true;
}

/* ---- operations run to their end ---------------------------------------------------------------- */

/* For callbacks that never wait. -EBUSY if another operation holds the manager: nobody could wait for it here. */
static int run_to_end(struct irq_bypass_op *op)
{
    while (!irq_bypass_op_step(op)) {
        if (op->wait == -EBUSY)
            return -EBUSY;
        assert(op->wait != IRQ_BYPASS_PENDING && "a callback that waits needs irq_bypass_op_step()");
    }
    assert(op->ret != -EDEADLK && "the manager is called from one of its callbacks");
    return op->ret;
}

int irq_bypass_register_producer(struct irq_bypass_manager *m, struct irq_bypass_producer *p)
{
    struct irq_bypass_op op;
    irq_bypass_op_register_producer(&op, m, p);
    return run_to_end(&op);
}

int irq_bypass_register_consumer(struct irq_bypass_manager *m, struct irq_bypass_consumer *c)
{
    struct irq_bypass_op op;
    irq_bypass_op_register_consumer(&op, m, c);
    return run_to_end(&op);
}

void irq_bypass_unregister_producer(struct irq_bypass_manager *m, struct irq_bypass_producer *p)
{
    struct irq_bypass_op op;
    irq_bypass_op_unregister_producer(&op, m, p);
    int ret = run_to_end(&op);
    assert(!ret && "unregistered while another operation is in progress");
    (void)ret;
}

void irq_bypass_unregister_consumer(struct irq_bypass_manager *m, struct irq_bypass_consumer *c)
{
    struct irq_bypass_op op;
    irq_bypass_op_unregister_consumer(&op, m, c);
    int ret = run_to_end(&op);
    assert(!ret && "unregistered while another operation is in progress");
    (void)ret;
}

/* ---- invariants --------------------------------------------------------------------------------- */

/* The first broken rule of one bucket, or NULL. The counters bound the walk, should a chain be a ring. */
static const char *check_bucket(const struct irq_bypass_manager *m, const struct bucket *b, size_t *nproducers,
                                size_t *nconsumers)
{
    for (const struct irq_bypass_producer *p = b->producers; p; p = p->hash_next) {
        if (++*nproducers > m->nproducers)
            return "more producers in the index than were registered";
        if (!p->token || !p->registered)
            return "a producer in the index has no token or is not marked as registered";
        if (bucket_of(m, p->token) != b)
            return "a producer's token was changed while it was registered";
        if (find_producer(m, p->token) != p)
            return "two producers have the same token";
    }
    for (const struct irq_bypass_consumer *c = b->consumers; c; c = c->hash_next) {
        if (++*nconsumers > m->nconsumers)
            return "more consumers in the index than were registered";
        if (!c->token || !c->registered)
            return "a consumer in the index has no token or is not marked as registered";
        if (!c->add_producer || !c->del_producer)
            return "a consumer in the index lacks a mandatory callback";
        if (bucket_of(m, c->token) != b)
            return "a consumer's token was changed while it was registered";
        if (find_consumer(m, c->token) != c)
            return "two consumers have the same token";
    }
    return NULL;
}

int irq_bypass_check(const struct irq_bypass_manager *m, char *why, size_t n)
{
    const char *broken = NULL;
    size_t nproducers = 0, nconsumers = 0;
    for (size_t i = 0; i < bucket_count(m) && !broken; i++)
        broken = check_bucket(m, &m->bucket[i], &nproducers, &nconsumers);
    if (!broken && (nproducers != m->nproducers || nconsumers != m->nconsumers))
        broken = "objects that were registered are missing from the index";
    if (!broken && m->owner && m->owner->m != m)
        broken = "the operation in progress belongs to another manager";
    if (!broken)
        return 0;
    if (n)
        snprintf(why, n, "%s", broken);
    return -EFAULT;
}
