/* SPDX-License-Identifier: Apache-2.0 */
#include "escape.h"

#include <trapline/scenario.h>

/* Length of the character at s if it is UTF-8 that XML may hold; 0 otherwise. */
static size_t good_char(const char *s)
{
    const unsigned char *u = (const unsigned char *)s;
    const size_t n = scenario_utf8_length(s);

    if (u[0] == 0x7f || (u[0] < 0x20 && u[0] != '\n' && u[0] != '\t'))
        return 0;
    /* U+FFFE and U+FFFF */
    return u[0] == 0xef && n == 3 && u[1] == 0xbf && u[2] >= 0xbe ? 0 : n;
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
