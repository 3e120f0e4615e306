/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "accept.h"

#include <stdlib.h>
#include <string.h>

/* Characters that a shell takes as they are. */
static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=,:+@%";

/* A word as a shell takes it, with something plain in front. */
static void put_quoted(FILE *f, const char *head, const char *word)
{
    bool quote = !*word || word[strspn(word, plain)];

    fprintf(f, quote ? " %s'" : " %s", head);
    for (; *word; word++) {
        if (*word == '\'')
            fputs("'\\''", f);
        else
            fputc(*word, f);
    }
    if (quote)
        fputc('\'', f);
}

static void put_word(FILE *f, const char *word)
{
    put_quoted(f, "", word);
}

/* A file; one whose name begins like an option must not be taken for one. */
static void put_file(FILE *f, const char *name)
{
    put_quoted(f, *name == '-' && name[1] ? "./" : "", name);
}

static void put_option(FILE *f, const char *name, const char *value)
{
    if (!value)
        return;
    put_word(f, name);
    put_word(f, value);
}

static void put_command(FILE *f, const struct session *x, size_t i)
{
    const struct options *o = x->o;

    fputs("trapline run", f);
    for (size_t k = 0; k < x->n; k++)
        if (i == k || i == ACCEPT_ALL)
            put_file(f, strcmp(scenario_file(x->s[k]), "<stdin>") ? scenario_file(x->s[k]) : "-");
    for (size_t k = 0; k < o->profile_dirs.n; k++)
        put_option(f, "--profile-dir", o->profile_dirs.v[k]);
    for (size_t k = 0; k < o->sets.n; k++)
        put_option(f, "--set", o->sets.v[k]);
    put_option(f, "--seed", o->seed);
    put_option(f, "--until", o->until);
    if (o->allow_unpriced)
        put_word(f, "--allow-unpriced");
    put_word(f, "--baseline");
    put_file(f, o->baseline);
    put_word(f, "--update");
}

char *accept_command(const struct session *x, size_t i)
{
    char *text = NULL;
    size_t n;
    FILE *f = open_memstream(&text, &n);
    bool ok = f != NULL;

    if (ok) {
        put_command(f, x, i);
        ok = !ferror(f);
        ok = !fclose(f) && ok;
    }
    if (!ok) {
        fputs("trapline: not enough memory\n", stderr);
        abort(); /* as the library does: there is nothing useful left to do */
    }
    return text;
}
