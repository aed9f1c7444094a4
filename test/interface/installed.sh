#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Installs the build into a temporary folder and builds program.c against it through pkg-config, once
# with the shared and once with the static library. usage: installed.sh BUILD_DIR LIBDIR PROGRAM
set -eu

build=$1
libdir=$2
program=$3
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
failed=0

report() { # RESULT WHAT
	if [ "$1" -eq 0 ]; then
		echo "ok - $2"
	else
		echo "not ok - $2"
		sed 's/^/#   /' "$stage/log" | tail -n 20
		failed=1
	fi
}

# An installed copy that is still in its stage: every path begins with the stage's.
meson install -C "$build" --no-rebuild --quiet --destdir "$stage" >"$stage/log" 2>&1
sed -i "s|^prefix=|prefix=$stage|" "$stage$libdir/pkgconfig/estab.pc"
PKG_CONFIG_PATH=$stage$libdir/pkgconfig
export PKG_CONFIG_PATH

build_and_run() { # PKG_CONFIG_OPTION...
	# shellcheck disable=SC2086,SC2046 # CC and pkg-config speak in words
	$CC -o "$stage/program" "$program" $(pkg-config "$@" --cflags --libs estab) &&
		LD_LIBRARY_PATH=$stage$libdir "$stage/program"
}

result=0
build_and_run >"$stage/log" 2>&1 || result=1
report $result "a program builds and runs with the installed shared library"

result=0
readelf -d "$stage/program" | grep -q 'NEEDED.*libestab\.so\.0\]' || result=1
report $result "the program asks for libestab.so.0"

# DPDK's static libraries want more development packages than Debian's libdpdk-dev brings.
# shellcheck disable=SC2046
if ! echo 'int main(void) { return 0; }' |
	$CC -o "$stage/dpdk" -x c - -x none $(pkg-config --static --libs libdpdk) >"$stage/log" 2>&1; then
	echo "ok - a program links the installed static library # SKIP DPDK itself does not: $(
		grep -o 'cannot find.*' "$stage/log" | head -n 1)"
	exit $failed
fi
rm "$stage$libdir"/libestab.so*
result=0
build_and_run --static >"$stage/log" 2>&1 || result=1
report $result "a program builds and runs with the installed static library"

exit $failed
