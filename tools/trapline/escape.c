/* SPDX-License-Identifier: Apache-2.0 */
#include "escape.h"

#include <string.h>

/* Length of the character at s if it is UTF-8 that XML may hold; 0 otherwise. */
static size_t good_char(const char *s)
{
    const unsigned char *u = (const unsigned char *)s;
    size_t n = u[0] < 0x80 ? 1 : u[0] >= 0xf0 && u[0] < 0xf5 ? 4 : u[0] >= 0xe0 ? 3 : u[0] >= 0xc2 ? 2 : 0;

    if (u[0] >= 0xf5 || (n == 1 && (u[0] == 0x7f || (u[0] < 0x20 && u[0] != '\n' && u[0] != '\t'))))
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((u[i] & 0xc0) != 0x80)
            return 0;
    /* more bytes than the character needs, and beyond U+10FFFF */
    if ((u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xf0 && u[1] < 0x90) || (u[0] == 0xf4 && u[1] >= 0x90))
        return 0;
    /* surrogates, U+FFFE and U+FFFF */
    if ((n == 3 && u[0] == 0xed && u[1] >= 0xa0) || (n == 3 && u[0] == 0xef && u[1] == 0xbf && u[2] >= 0xbe))
        return 0;
    return n;
}

void xml_text(FILE *f, const char *s)
{
    static const struct {
        char c;
        const char *text;
    } escapes[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\n', "&#10;"}, {'\t', "&#9;"}};

    while (*s) {
        const char *text = NULL;
        size_t n = good_char(s);
        for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++)
            text = *s == escapes[i].c ? escapes[i].text : text;
        if (text)
            fputs(text, f);
        else if (n)
            fwrite(s, 1, n, f);
        else
            fputc('?', f);
        s += n ? n : 1;
    }
}

void xml_attribute(FILE *f, const char *name, const char *value)
{
    fprintf(f, " %s=\"", name);
    xml_text(f, value);
    fputc('"', f);
}

void json_string(FILE *f, const char *s)
{
    fputc('"', f);
    while (*s) {
        size_t n = good_char(s);
        if (*s == '"' || *s == '\\')
            fprintf(f, "\\%c", *s);
        else if (*s == '\n' || *s == '\t')
            fputs(*s == '\n' ? "\\n" : "\\t", f);
        else if (n)
            fwrite(s, 1, n, f);
        else
            fputc('?', f);
        s += n ? n : 1;
    }
    fputc('"', f);
}
