/* SPDX-License-Identifier: Apache-2.0 */
#include "text.h"

#include <stdio.h>
#include <string.h>
#include <trapline/scenario.h>

#define LONGEST 40u

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static int hex_digit(char c)
{
    return digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* *v = *v * m + add; false if that does not fit. */
static bool push(uint64_t *v, uint64_t m, uint64_t add)
{
    if (*v > (UINT64_MAX - add) / m)
        return false;
    *v = *v * m + add;
    return true;
}

enum text_error text_uint(const char *s, uint64_t *v)
{
    bool hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');

    *v = 0;
    s += hex ? 2 : 0;
    if (!*s)
        return TEXT_BAD;
    for (; *s; s++) {
        int d = hex_digit(*s);
        if (d < 0 || (!hex && d > 9))
            return TEXT_BAD;
        if (!push(v, hex ? 16 : 10, (uint64_t)d)) {
            while (*s && (hex ? hex_digit(*s) >= 0 : digit(*s)))
                s++;
            return *s ? TEXT_BAD : TEXT_TOO_LARGE;
        }
    }
    return TEXT_OK;
}

struct unit {
    const char *name;
    uint64_t scale; /* a power of ten */
};
static const struct unit durations[] = {
    {"s", UINT64_C(1000000000000)}, {"ms", 1000000000}, {"us", 1000000}, {"ns", 1000}};
static const struct unit rates[] = {{"GHz", 1000000000}, {"MHz", 1000000}, {"kHz", 1000}, {"Hz", 1}};

/* Number, optional decimals, unit: exact, or refused. */
static enum text_error quantity(const char *s, const struct unit *unit, size_t nunits, uint64_t *out)
{
    const char *whole = s, *frac, *end;
    uint64_t v = 0, scale = 0;

    while (digit(*s))
        s++;
    if (s == whole)
        return TEXT_BAD;
    frac = end = s;
    if (*s == '.') {
        frac = ++s;
        while (digit(*s))
            s++;
        end = s;
        if (frac == end)
            return TEXT_BAD;
    }
    if (!*s)
        return TEXT_NO_UNIT;
    for (size_t i = 0; i < nunits; i++)
        if (!strcmp(s, unit[i].name))
            scale = unit[i].scale;
    if (!scale)
        return TEXT_BAD_UNIT;
    for (const char *p = whole; digit(*p); p++)
        if (!push(&v, 10, (uint64_t)(*p - '0')))
            return TEXT_TOO_LARGE;
    if (!push(&v, scale, 0))
        return TEXT_TOO_LARGE;
    for (const char *p = frac; p < end; p++) {
        uint64_t d = (uint64_t)(*p - '0');
        if (scale == 1 && d)
            return TEXT_TOO_FINE;
        scale = scale > 1 ? scale / 10 : scale;
        if (v > UINT64_MAX - d * scale)
            return TEXT_TOO_LARGE;
        v += d * scale;
    }
    *out = v;
    return TEXT_OK;
}

enum text_error text_duration(const char *s, uint64_t *ps)
{
    return quantity(s, durations, sizeof durations / sizeof durations[0], ps);
}

enum text_error text_rate(const char *s, uint64_t *hz)
{
    return quantity(s, rates, sizeof rates / sizeof rates[0], hz);
}

/* The largest unit that needs no decimals; below the smallest unit the decimals are written. */
static void show(uint64_t v, const struct unit *unit, size_t nunits, char *buf, size_t n)
{
    const struct unit *u = &unit[nunits - 1];

    for (size_t i = nunits; i-- > 0 && v;)
        if (v % unit[i].scale == 0)
            u = &unit[i];
    if (v % u->scale) {
        char frac[16];
        int len = snprintf(frac, sizeof frac, "%03u", (unsigned)(v % u->scale));
        while (len > 1 && frac[len - 1] == '0')
            frac[--len] = '\0';
        snprintf(buf, n, "%llu.%s%s", (unsigned long long)(v / u->scale), frac, u->name);
    } else {
        snprintf(buf, n, "%llu%s", (unsigned long long)(v / u->scale), u->name);
    }
}

void text_show_duration(uint64_t ps, char *buf, size_t n)
{
    show(ps, durations, sizeof durations / sizeof durations[0], buf, n);
}

void text_show_rate(uint64_t hz, char *buf, size_t n)
{
    show(hz, rates, sizeof rates / sizeof rates[0], buf, n);
}

uint64_t text_muldiv(uint64_t a, uint64_t b, uint64_t c)
{
    /* a * b as hi:lo, by halves of 32 bits */
    uint64_t al = (uint32_t)a, ah = a >> 32, bl = (uint32_t)b, bh = b >> 32;
    uint64_t mid = ah * bl + (al * bl >> 32), mid2 = al * bh + (uint32_t)mid;
    uint64_t hi = ah * bh + (mid >> 32) + (mid2 >> 32), lo = mid2 << 32 | (uint32_t)(al * bl);
    uint64_t q = 0;

    if (lo > UINT64_MAX - c / 2)
        hi++;
    lo += c / 2;
    if (hi >= c)
        return UINT64_MAX;
    for (int i = 0; i < 64; i++) { /* long division, a bit at a time: hi is the remainder */
        bool carry = hi >> 63;
        hi = hi << 1 | lo >> 63;
        lo <<= 1;
        q <<= 1;
        if (carry || hi >= c) {
            hi -= c;
            q |= 1;
        }
    }
    return q;
}

size_t text_distance(const char *a, const char *b)
{
    size_t la = strlen(a), lb = strlen(b), row[3][LONGEST + 1];

    if (la > LONGEST || lb > LONGEST)
        return 99;
    for (size_t j = 0; j <= lb; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= la; i++) {
        size_t *now = row[i % 3], *up = row[(i - 1) % 3], *up2 = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            size_t best = up[j - 1] + (a[i - 1] != b[j - 1]);
            if (up[j] + 1 < best)
                best = up[j] + 1;
            if (now[j - 1] + 1 < best)
                best = now[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && up2[j - 2] + 1 < best)
                best = up2[j - 2] + 1;
            now[j] = best;
        }
    }
    return row[la % 3][lb];
}

void text_nearest_start(struct text_nearest *t, const char *word)
{
    *t = (struct text_nearest){word, NULL, 99};
}

void text_nearest_try(struct text_nearest *t, const char *name)
{
    size_t d = text_distance(t->word, name), len = strlen(t->word);

    /* A word that the name starts with is an abbreviation, however much is missing. */
    if (d > 2 && len >= 3 && !strncmp(t->word, name, len))
        d = 2;
    if (d < t->distance) {
        t->distance = d;
        t->best = name;
    }
}

const char *text_nearest_found(const struct text_nearest *t)
{
    size_t len = strlen(t->word);
    return t->best && t->distance <= (len < 4 ? 1u : len < 8 ? 2u : 3u) ? t->best : NULL;
}

const char *scenario_nearest(const char *word, const char *const *names, size_t n)
{
    struct text_nearest t;

    text_nearest_start(&t, word);
    for (size_t i = 0; i < n; i++)
        text_nearest_try(&t, names[i]);
    return text_nearest_found(&t);
}
