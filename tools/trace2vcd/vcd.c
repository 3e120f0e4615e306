/* SPDX-License-Identifier: Apache-2.0 */
/* vcd.c - writes Value Change Dump files. See vcd.h. */
#include "vcd.h"

#include <string.h>

/* Longest piece that is formatted in place: a time, or an identifier with its value. */
#define SLACK    128u
#define FIRST_ID '!'
#define IDS      94u /* printable characters from '!' to '~' */

static void put(struct vcd *v, const char *s, size_t n)
{
    if (n > sizeof v->buf - v->used)
        vcd_flush(v);
    if (n > sizeof v->buf) {
        (void)fwrite(s, 1, n, v->f);
        return;
    }
    memcpy(v->buf + v->used, s, n);
    v->used += n;
}

static void put_text(struct vcd *v, const char *s)
{
    put(v, s, strlen(s));
}

/* A place for SLACK bytes; the caller adds what it used to v->used. */
static char *slack(struct vcd *v)
{
    if (sizeof v->buf - v->used < SLACK)
        vcd_flush(v);
    return v->buf + v->used;
}

/* Identifier codes: a number to base 94, short ones first. */
static char *id_code(char *s, uint32_t var)
{
    do {
        *s++ = (char)(FIRST_ID + (int)(var % IDS));
        var /= IDS;
    } while (var);
    return s;
}

static void put_id_line(struct vcd *v, uint32_t var)
{
    char *const start = slack(v);
    char *p = id_code(start, var);

    *p++ = '\n';
    v->used += (size_t)(p - start);
}

void vcd_init(struct vcd *v, FILE *f, const char *timescale)
{
    memset(v, 0, sizeof *v);
    v->f = f;
    put_text(v, "$version trace2vcd $end\n$timescale ");
    put_text(v, timescale);
    put_text(v, " $end\n");
}

/* '$' would start a keyword. */
void vcd_comment(struct vcd *v, const char *text)
{
    put_text(v, "$comment ");
    for (; *text; text++)
        put(v, *text == '$' ? "_" : text, 1);
    put_text(v, " $end\n");
}

void vcd_scope(struct vcd *v, const char *name)
{
    put_text(v, "$scope module ");
    put_text(v, name);
    put_text(v, " $end\n");
}

void vcd_upscope(struct vcd *v)
{
    put_text(v, "$upscope $end\n");
}

uint32_t vcd_var(struct vcd *v, enum vcd_type type, unsigned bits, const char *name)
{
    static const char *const type_name[] = {[VCD_WIRE] = "wire", [VCD_STRING] = "string", [VCD_EVENT] = "event"};
    char head[48], range[24] = "", code[8];

    *id_code(code, v->vars) = '\0';
    (void)snprintf(head, sizeof head, "$var %s %u %s ", type_name[type], bits, code);
    if (bits > 1)
        (void)snprintf(range, sizeof range, " [%u:0]", bits - 1);
    put_text(v, head);
    put_text(v, name);
    put_text(v, range);
    put_text(v, " $end\n");
    return v->vars++;
}

void vcd_start(struct vcd *v)
{
    put_text(v, "$enddefinitions $end\n");
    vcd_at(v, 0);
    put_text(v, "$dumpvars\n");
}

void vcd_begin_changes(struct vcd *v)
{
    put_text(v, "$end\n");
}

void vcd_at(struct vcd *v, uint64_t time)
{
    char digits[24], *p = digits + sizeof digits;

    if (v->timed && time == v->now)
        return;
    v->timed = 1;
    v->now = time;
    *--p = '\n';
    do {
        *--p = (char)('0' + time % 10);
        time /= 10;
    } while (time);
    *--p = '#';
    put(v, p, (size_t)(digits + sizeof digits - p));
}

void vcd_bit(struct vcd *v, uint32_t var, char value)
{
    put(v, &value, 1);
    put_id_line(v, var);
}

void vcd_vector(struct vcd *v, uint32_t var, unsigned bits, int64_t value)
{
    char *const start = slack(v);
    char *p = start;

    *p++ = 'b';
    for (unsigned i = bits; i-- > 0;)
        *p++ = "01x"[value < 0 ? 2 : (uint64_t)value >> i & 1];
    *p++ = ' ';
    v->used += (size_t)(p - start);
    put_id_line(v, var);
}

/* A string value ends at white space. */
void vcd_string(struct vcd *v, uint32_t var, const char *text)
{
    put(v, "s", 1);
    for (; *text; text++)
        put(v, *text == ' ' ? "_" : text, 1);
    put(v, " ", 1);
    put_id_line(v, var);
}

void vcd_event(struct vcd *v, uint32_t var)
{
    vcd_bit(v, var, '1');
}

void vcd_flush(struct vcd *v)
{
    (void)fwrite(v->buf, 1, v->used, v->f);
    v->used = 0;
}
