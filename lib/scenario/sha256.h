/* SPDX-License-Identifier: Apache-2.0 */
/* sha256.h - SHA-256 (FIPS 180-4) of a block of memory, to name the exact file behind a result. */
#ifndef SCENARIO_SHA256_H
#define SCENARIO_SHA256_H

#include <stddef.h>

#define SHA256_HEX 65u

/* Writes 64 hexadecimal digits and a NUL. */
void sha256_hex(const void *data, size_t n, char out[SHA256_HEX]);

#endif
