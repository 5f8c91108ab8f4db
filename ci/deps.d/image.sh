# What the container image holds beside the binary: part of the hash of the image prefixes only.
# shellcheck shell=bash disable=SC2086

# A shell and the tools that generated job scripts call. Debian's busybox-static is six times as large, links glibc, and has daemons.
build_busybox() {
	local wanted link="-static-pie -Wl,--gc-sections -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code"
	cd "$work/busybox"
	make allnoconfig
	# the first word about a name counts: what we want, then "no" for all the rest, so that no default of the source slips in
	grep '^CONFIG' "$here/deps.d/busybox.config" >wanted
	{
		cat wanted
		find . -name Config.in -exec awk '/^config / { name = $2 } /^\tbool/ { print "# CONFIG_" name " is not set" }' {} +
	} >.config
	{ yes '' || true; } | make oldconfig
	while read -r wanted; do
		grep -qxF "$wanted" .config || { echo "this busybox does not take $wanted"; return 1; }
	done <wanted
	# the banner has the version of the package in the place of a date
	export SOURCE_DATE_EPOCH=0 CFLAGS_busybox=$link
	make -j"$jobs" CC="$cc" AR="$ar" STRIP="${cross}strip" BB_EXTRA_VERSION="Debian $(dpkg-parsechangelog -S Version)" \
		EXTRA_CFLAGS="$flags $small" busybox busybox.links
	install -m 755 busybox "$stage/bin/busybox"
	sed 's|.*/||' busybox.links | LC_ALL=C sort -u >"$stage/bin/applets"
}

# Mozilla's certificate authorities for servers, as Debian selects them, in one file.
build_ca_certificates() {
	cd "$work/ca-certificates/mozilla"
	make all
	LC_ALL=C find . -name '*.crt' -print0 | LC_ALL=C sort -z | xargs -0 cat >"$stage/certs.pem"
	openssl crl2pkcs7 -nocrl -certfile "$stage/certs.pem" | openssl pkcs7 -print_certs -noout | grep -c '^subject' >certificates
	[ "$(cat certificates)" -ge 100 ]
}
