/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Histograms of durations. Values below 2 * SUB have a bucket each; above, every power of two is cut
 * into SUB buckets, so a bucket is at most 1/SUB of its values wide. Keeping the sum beside the count
 * makes a percentile exact whenever all values of its bucket are equal, the usual case here.
 */
#include <string.h>
#include <trapline/sim.h>

static unsigned bucket_of(uint64_t v)
{
    if (v < 2 * SIM_HIST_SUB)
        return (unsigned)v;
    unsigned msb = 63u - (unsigned)__builtin_clzll(v);
    unsigned shift = msb - 6; /* SUB is 2^6: the six bits below the leading one choose the bucket */
    return (shift + 1) * SIM_HIST_SUB + (unsigned)((v >> shift) - SIM_HIST_SUB);
}

/* Smallest value of a bucket. Sums are kept relative to it: those of large values would not fit. */
static uint64_t low_of(unsigned b)
{
    if (b < 2 * SIM_HIST_SUB)
        return b;
    return (uint64_t)(SIM_HIST_SUB + b % SIM_HIST_SUB) << (b / SIM_HIST_SUB - 1);
}

void sim_hist_reset(struct sim_hist *h)
{
    memset(h, 0, sizeof *h);
}

void sim_hist_add(struct sim_hist *h, uint64_t value)
{
    if (!h->count || value < h->min)
        h->min = value;
    if (value > h->max)
        h->max = value;
    h->count++;
    h->sum += value;
    unsigned b = bucket_of(value);
    h->bucket[b].count++;
    h->bucket[b].sum += value - low_of(b);
}

uint64_t sim_hist_permille(const struct sim_hist *h, unsigned permille)
{
    if (!h->count)
        return 0;
    /* Rank of the wanted value, counted from 1: the smallest k with k/count >= permille/1000. */
    uint64_t rank = h->count / 1000 * permille + (h->count % 1000 * permille + 999) / 1000;
    if (rank == 0)
        rank = 1;
    uint64_t seen = 0;
    for (unsigned i = 0; i < SIM_HIST_BUCKETS; i++) {
        seen += h->bucket[i].count;
        if (seen >= rank)
            return low_of(i) + (h->bucket[i].sum + h->bucket[i].count / 2) / h->bucket[i].count;
    }
    return h->max;
}
