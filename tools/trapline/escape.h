/* SPDX-License-Identifier: Apache-2.0 */
/* escape.h - text in XML and JSON; bytes that neither may hold become a '?'. */
#ifndef TRAPLINE_ESCAPE_H
#define TRAPLINE_ESCAPE_H

#include <stdio.h>

void xml_text(FILE *f, const char *s);
/* Writes ` name="..."`, up to 1400 bytes of it. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
void xml_attribute(FILE *f, const char *name, const char *fmt, ...);
/* Writes the string with its quotes. */
void json_string(FILE *f, const char *s);

#endif
