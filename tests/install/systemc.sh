#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: systemc.sh BUILD_TREE PROJECT WORK
# Installs a build tree, moves it, and builds platforms on its component `systemc` from empty projects.
set -euo pipefail
build=$1 project=$2 work=$3
# shellcheck source=tests/install/lib.sh
source "$project/tests/install/lib.sh"
export SC_COPYRIGHT_MESSAGE=DISABLE

rm -rf "$work"
mkdir -p "$work"
cmake --install "$build" --prefix "$work/first" >/dev/null
mv "$work/first" "$work/moved"
prefix=$work/moved
pkgconfig=$(dirname "$(find "$prefix" -name trapline.pc)")
export LD_LIBRARY_PATH=${pkgconfig%/pkgconfig}

# What examples/consumer prints.
expected="CPU 1: nIRQ 1, SGI 5 from CPU 0
CPU 0: nIRQ 1, SGI 6 from CPU 1"

# builds NAME PROJECT [OPTION...]: configures and builds a project of the user in WORK/NAME.
builds() {
    local name=$1 source=$2
    shift 2
    cmake -S "$source" -B "$work/$name" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" "$@"
    cmake --build "$work/$name"
}

echo "== an empty project with find_package(trapline COMPONENTS systemc)"
builds consumer "$project/examples/consumer"
[[ $("$work/consumer/platform") == "$expected" ]] || fail "the platform prints something else"

echo "== the same compiled for C++20, though libsystemc is not"
builds cxx20 "$project/examples/consumer" -DCMAKE_CXX_STANDARD=20
[[ $("$work/cxx20/platform") == "$expected" ]] || fail "the platform prints something else"

echo "== the examples as projects of their own"
builds minimal "$project/examples/minimal"
"$work/minimal/minimal" | grep -q "acknowledged INTID 40" || fail "the example does not run"
if [[ -f $pkgconfig/trapline-scenario.pc ]]; then
    builds passthrough "$project/examples/passthrough"
    "$work/passthrough/passthrough" "$project/scenarios/other-cpu.yaml" "$project/profiles" |
        grep -q "world switches saved" || fail "examples/passthrough does not run"
fi
builds firmware "$project/examples/firmware" # says so if the CPU engine or the cross compiler is missing
if [[ -x $work/firmware/firmware ]]; then
    "$work/firmware/firmware" "$work/firmware/program.bin" 2>/dev/null | grep -q ok || fail "examples/firmware does not run"
fi

echo "== Accellera's own CMake package is taken if there is one"
mkdir -p "$work/accellera"
library=$(sed -n 's/^SystemC_LIBRARY:FILEPATH=//p' "$work/consumer/CMakeCache.txt")
include=$(sed -n 's/^SystemC_INCLUDE_DIR:PATH=//p' "$work/consumer/CMakeCache.txt")
if [[ -n $library ]]; then
    cat >"$work/accellera/SystemCLanguageConfig.cmake" <<CMAKE
add_library(SystemC::systemc SHARED IMPORTED)
set_target_properties(SystemC::systemc PROPERTIES IMPORTED_LOCATION "$library"
                      INTERFACE_INCLUDE_DIRECTORIES "$include" INTERFACE_COMPILE_FEATURES cxx_std_17)
set(SystemCLanguage_VERSION 2.3.4)
message(STATUS "the package of Accellera is asked")
CMAKE
    builds by_config "$project/examples/consumer" -DSystemCLanguage_DIR="$work/accellera" | tee "$work/by_config.log"
    grep -q "the package of Accellera is asked" "$work/by_config.log" || fail "it was not asked"
    [[ $("$work/by_config/platform") == "$expected" ]] || fail "the platform prints something else"
fi

echo "== pkg-config"
# shellcheck disable=SC2046 # the words of pkg-config are meant to be split
PKG_CONFIG_PATH=$pkgconfig c++ -std=c++17 "$project/examples/consumer/platform.cpp" -o "$work/by_pkg_config" \
    $(PKG_CONFIG_PATH=$pkgconfig pkg-config --cflags --libs trapline-systemc)
[[ $("$work/by_pkg_config") == "$expected" ]] || fail "the platform prints something else"

echo "== a user of the C libraries never meets SystemC"
# Neither C++ nor any package can be found; asking for the component says so, and not asking needs nothing.
mkdir -p "$work/c_only"
cat >"$work/c_only/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.22)
project(c_only LANGUAGES C)
find_package(trapline 0.1 CONFIG REQUIRED)
if(TARGET SystemC::systemc OR TARGET trapline::systemc)
    message(FATAL_ERROR "SystemC was looked for")
endif()
add_executable(c_only main.c)
target_link_libraries(c_only PRIVATE trapline::gic)
CMAKE
cp "$project/tests/install/consumer/gic_alone.c" "$work/c_only/main.c"
CXX=/bin/false builds c_only/build "$work/c_only"
"$work/c_only/build/c_only"
! ldd "$work/c_only/build/c_only" | grep -q systemc || fail "a C program is linked with SystemC"
