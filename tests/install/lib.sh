# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Shared by the install tests.
set -euo pipefail

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# use_package PREFIX SOURCES WORK: builds and runs the user's project both ways.
use_package() {
    local prefix=$1 sources=$2 work=$3 pkgconfig options=() flags=() name
    pkgconfig=$(dirname "$(find "$prefix" -name trapline.pc)")
    [[ ! -e $pkgconfig/trapline-gic.pc ]] || options+=(-DWITH_GIC=ON)
    [[ ! -e $pkgconfig/trapline-scenario.pc ]] || options+=(-DWITH_SCENARIO=ON)
    export LD_LIBRARY_PATH=${pkgconfig%/pkgconfig}

    echo "== find_package"
    cmake -S "$sources/consumer" -B "$work/find_package" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" "${options[@]}"
    cmake --build "$work/find_package"
    "$work/find_package/consumer"
    [[ ! -e $pkgconfig/trapline-gic.pc ]] || "$work/find_package/gic_alone"
    [[ ! -e $pkgconfig/trapline-vectors.pc ]] || "$work/find_package/vectors_alone"

    echo "== a version that is not there is refused"
    sed 's/find_package(trapline 0.1 /find_package(trapline 0.2 /' "$sources/consumer/CMakeLists.txt" >"$work/newer.txt"
    grep -q 'trapline 0.2 ' "$work/newer.txt" || fail "the version asked for has moved"
    mkdir -p "$work/newer"
    cp "$work/newer.txt" "$work/newer/CMakeLists.txt"
    cp "$sources"/consumer/*.c "$work/newer/"
    ! cmake -S "$work/newer" -B "$work/newer/build" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" >/dev/null 2>&1 ||
        fail "trapline 0.1 was accepted as 0.2"

    echo "== pkg-config"
    export PKG_CONFIG_PATH=$pkgconfig
    for name in "$pkgconfig"/trapline*.pc; do
        pkg-config --validate "$name"
        grep -q "$prefix" "$name" && fail "$name names the place it was installed to"
    done
    local module=trapline
    [[ ! -e $pkgconfig/trapline-scenario.pc ]] || module=trapline-scenario
    [[ ! -e $pkgconfig/trapline-gic.pc ]] || flags+=(-DWITH_GIC)
    # shellcheck disable=SC2046 # the words of pkg-config are meant to be split
    cc -std=c11 -Wall -Wextra -Werror "${flags[@]}" "$sources/consumer/core.c" -o "$work/by_pkg_config" \
        $(pkg-config --cflags --libs "$module")
    "$work/by_pkg_config"
    [[ $("$work/by_pkg_config") == "trapline $(pkg-config --modversion trapline)" ]] || fail "two versions"
    if [[ -e $pkgconfig/trapline-gic.pc ]]; then
        # shellcheck disable=SC2046
        cc -std=c11 -Wall -Wextra -Werror "$sources/consumer/gic_alone.c" -o "$work/gic_by_pkg_config" \
            $(pkg-config --cflags --libs trapline-gic)
        "$work/gic_by_pkg_config"
        # shellcheck disable=SC2046
        cc -std=c11 -Wall -Wextra -Werror "$sources/consumer/vectors_alone.c" -o "$work/vectors_by_pkg_config" \
            $(pkg-config --cflags --libs trapline-vectors)
        "$work/vectors_by_pkg_config"
    fi
}
