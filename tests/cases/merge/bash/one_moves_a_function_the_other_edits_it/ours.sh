#!/bin/bash
# Puts a release together.

set -e
. ./lib.sh

LIMIT=100

build() {
	local where=$1
	for one in "$where"/*.c; do
		compile "$one"
		check "$one"
	done
	link "$where"
}

usage() {
	echo "usage: $0 [-n]" >&2
	exit 2
}

case "$1" in
-n)
	dry=1
	;;
*)
	usage
	;;
esac

build src
