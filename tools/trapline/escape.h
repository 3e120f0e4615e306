/* SPDX-License-Identifier: Apache-2.0 */
/* escape.h - text in XML and JSON; bytes that neither may hold become a '?'. */
#ifndef TRAPLINE_ESCAPE_H
#define TRAPLINE_ESCAPE_H

#include <stdio.h>

void xml_text(FILE *f, const char *s);
/* Writes ` name="value"`. */
void xml_attribute(FILE *f, const char *name, const char *value);
/* Writes the string with its quotes. */
void json_string(FILE *f, const char *s);

#endif
