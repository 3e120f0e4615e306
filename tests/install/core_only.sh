#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: core_only.sh PROJECT SOURCES WORK
# Builds the core as shared libraries without a C++ compiler and without libyaml, and uses it.
set -euo pipefail
project=$1 sources=$2 work=$3
# shellcheck source=tests/install/lib.sh
source "$sources/lib.sh"

rm -rf "$work"
mkdir -p "$work"
(
    # Whoever asks for them gets an error.
    export CXX=/bin/false PKG_CONFIG_LIBDIR=/nonexistent PKG_CONFIG_PATH=
    cmake -S "$project" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=ON \
        -DTRAPLINE_WITH_SCENARIO=OFF -DTRAPLINE_BUILD_TOOLS=OFF -DTRAPLINE_BUILD_TESTS=OFF -DTRAPLINE_BUILD_BENCH=OFF
    cmake --build "$work/build"
    ! grep -q '^CMAKE_CXX_COMPILER:' "$work/build/CMakeCache.txt" || fail "the core asks for a C++ compiler"
)
cmake --install "$work/build" --prefix "$work/prefix" >/dev/null
[[ ! -e $work/prefix/lib/pkgconfig/trapline-scenario.pc ]] || fail "the scenario library was installed"

echo "== a shared library shows its public functions and nothing else"
for library in "$work"/prefix/lib*/libtrapline*.so; do
    nm -D --defined-only "$library" | awk '{print $3}' | sort -u >"$work/symbols"
    [[ -s $work/symbols ]] || fail "$library exports nothing"
    while read -r symbol; do
        grep -qrw "$symbol" "$work/prefix/include/trapline" || fail "$library exports $symbol, which no header declares"
    done <"$work/symbols"
    # Names begin with that of their library, where there is one.
    case $library in
        *libtrapline-gic.so) own='^gic(v2m)?_' ;;
        *libtrapline-vectors.so) own='^gicvec_' ;;
        *) continue ;;
    esac
    ! grep -vE "$own" "$work/symbols" || fail "$library exports names that are not its own"
done
use_package "$work/prefix" "$sources" "$work"
