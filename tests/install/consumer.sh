#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: consumer.sh BUILD_TREE SOURCES WORK
# Installs a build tree, moves what was installed, and uses it.
set -euo pipefail
build=$1 sources=$2 work=$3
# shellcheck source=tests/install/lib.sh
source "$sources/lib.sh"

rm -rf "$work"
mkdir -p "$work"
cmake --install "$build" --prefix "$work/first" >/dev/null
mv "$work/first" "$work/moved"
use_package "$work/moved" "$sources" "$work"
