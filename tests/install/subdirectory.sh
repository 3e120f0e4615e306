#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: subdirectory.sh PROJECT SOURCES WORK
# The GIC as a part of somebody's own tree: through add_subdirectory, and its sources by themselves.
set -euo pipefail
project=$1 sources=$2 work=$3

rm -rf "$work"
mkdir -p "$work"
echo "== add_subdirectory"
CXX=/bin/false PKG_CONFIG_LIBDIR=/nonexistent PKG_CONFIG_PATH='' cmake -S "$sources/subdirectory" -B "$work/build" -G Ninja \
    -DTRAPLINE="$project" -DPROGRAM="$sources/consumer/gic_alone.c"
cmake --build "$work/build"
"$work/build/platform" || "$work/build/bin/platform"

echo "== the sources of lib/gic alone"
cc -std=c11 -Wall -Wextra -Werror -I"$project/include" -I"$project/lib/gic" "$project"/lib/gic/*.c \
    "$sources/consumer/gic_alone.c" -o "$work/by_hand"
"$work/by_hand"
