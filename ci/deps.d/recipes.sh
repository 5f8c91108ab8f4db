# How each library is built: sourced by ci/deps, which names prefixes by a hash of this folder. Nothing here reaches the network.
# ci/deps sets: here, jobs, target, work (folder of the unpacked sources), stage (the prefix while it is made), cross (prefix of the
# compiler's name, empty when the target runs on this machine), musl (prefix of the musl that target "image" is compiled with).
# toolchain() sets the rest: cc, ar, ranlib, flags, and fast and small, the optimisation of what takes time and of what does not.
# shellcheck shell=bash disable=SC2086

toolchain() { # TARGET
	flags="-g -ffile-prefix-map=$work=. -fno-omit-frame-pointer"
	case $1 in
	host)
		cc=gcc ar=gcc-ar ranlib=gcc-ranlib fast="-O1" small="-O1"
		;;
	sanitize)
		cc=clang ar=ar ranlib=ranlib fast="-O1" small="-O1"
		# libgit2's SHA-1 loads unaligned words on purpose
		flags+=" -fsanitize=address,undefined -fno-sanitize=alignment -fno-sanitize-recover=undefined"
		;;
	musl* | image*)
		cc=${musl:-$stage}/bin/musl-gcc ar=${cross}gcc-ar ranlib=${cross}gcc-ranlib
		# time is spent in inflate, SHA-1 and elliptic curves; the rest is better small
		fast="-O2" small="-Os"
		flags="-ffile-prefix-map=$work=. -fPIE -ffunction-sections -fdata-sections"
		flags+=" -fno-asynchronous-unwind-tables -fno-unwind-tables" # nothing unwinds: see cmake/Flags.cmake
		flags+=" -fstack-protector-strong -fstack-clash-protection -Wformat -Werror=format-security"
		case $("${cross}gcc" -dumpmachine) in
		x86_64-*) flags+=" -fcf-protection=full" ;;
		aarch64-*) flags+=" -mbranch-protection=standard" ;;
		esac
		;;
	*) return 1 ;;
	esac
}

with_cmake() { # NAME FLAGS OPTION...
	local name=$1 cflags=$2 other=()
	shift 2
	[ -z "$cross" ] || other=(-DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR="${cross%%-*}")
	PKG_CONFIG_LIBDIR=$stage/lib/pkgconfig PKG_CONFIG_PATH='' cmake -S "$work/$name" -B "$work/$name-build" -G Ninja \
		-DCMAKE_BUILD_TYPE=None -DCMAKE_C_COMPILER="$cc" -DCMAKE_C_FLAGS="$cflags" \
		-DCMAKE_AR="$(command -v "$ar")" -DCMAKE_RANLIB="$(command -v "$ranlib")" \
		-DCMAKE_INSTALL_PREFIX="$stage" -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_PREFIX_PATH="$stage" -DCMAKE_FIND_ROOT_PATH="$stage" \
		-DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY -DCMAKE_FIND_ROOT_PATH_MODE_INCLUDE=ONLY -DCMAKE_FIND_ROOT_PATH_MODE_PACKAGE=ONLY \
		-DBUILD_SHARED_LIBS=OFF -DCMAKE_POLICY_VERSION_MINIMUM=3.5 "${other[@]}" "$@"
	cmake --build "$work/$name-build" --parallel "$jobs" --target install
}

build_zlib() {
	(
		cd "$work/zlib"
		CC=$cc AR=$ar RANLIB=$ranlib CFLAGS="$flags $fast" ./configure --static --prefix="$stage"
		make -j"$jobs" libz.a
		make install
	)
}

build_mbedtls() {
	(
		cd "$work/mbedtls"
		cat "$here/deps.d/mbedtls_trim.h" >>include/mbedtls/mbedtls_config.h
		# GEN_FILES= : Debian's tarball has the generated files
		make -j"$jobs" lib SHARED= GEN_FILES= CC="$cc" AR="$ar" CFLAGS="$flags $fast" WARNING_CFLAGS=
		$cc $flags $fast -Iinclude -c -o library/stagegate_entropy.o "$here/deps.d/mbedtls_entropy.c"
		$ar r library/libmbedcrypto.a library/stagegate_entropy.o
		mkdir -p "$stage/lib" "$stage/include"
		cp library/*.a "$stage/lib/"
		cp -R include/mbedtls include/psa "$stage/include/"
	)
}

build_curl() {
	# HTTP/1.1 only: one watch, one Git connection and a handful of API calls gain nothing from HTTP/2, which would add 164 KB and
	# the larger part of the protocol's attack surface. No CA path is compiled in: io/ names the file, or nothing is trusted.
	local off=() name
	for name in NTLM COOKIES ALTSVC HSTS DOH NETRC AWS WEBSOCKETS MIME FORM_API GETOPTIONS DIGEST_AUTH KERBEROS_AUTH NEGOTIATE_AUTH \
		SRP SHUFFLE_DNS BINDLOCAL; do
		off+=("-DCURL_DISABLE_$name=ON")
	done
	with_cmake curl "$flags $small" -DBUILD_STATIC_LIBS=ON -DBUILD_CURL_EXE=OFF -DBUILD_TESTING=OFF -DBUILD_EXAMPLES=OFF \
		-DBUILD_LIBCURL_DOCS=OFF -DBUILD_MISC_DOCS=OFF -DENABLE_CURL_MANUAL=OFF -DPICKY_COMPILER=OFF -DHTTP_ONLY=ON \
		-DCURL_USE_MBEDTLS=ON -DCURL_USE_OPENSSL=OFF -DUSE_NGHTTP2=OFF -DCURL_USE_LIBPSL=OFF -DCURL_USE_LIBSSH2=OFF \
		-DUSE_LIBIDN2=OFF -DCURL_BROTLI=OFF -DCURL_ZSTD=OFF -DCURL_ZLIB=ON -DENABLE_THREADED_RESOLVER=ON -DENABLE_UNIX_SOCKETS=OFF \
		-DCURL_CA_BUNDLE=none -DCURL_CA_PATH=none "${off[@]}"
}

build_libyaml() {
	with_cmake libyaml "$flags $small" -DBUILD_TESTING=OFF -DINSTALL_CMAKE_DIR=lib/cmake/yaml
}

build_cjson() {
	with_cmake cjson "$flags $small" -DENABLE_CJSON_TEST=OFF -DENABLE_CUSTOM_COMPILER_FLAGS=OFF -DENABLE_CJSON_UTILS=OFF
}

build_http_parser() {
	(
		cd "$work/http-parser"
		$cc $flags $small -I. -c http_parser.c
		$ar rcs "$stage/lib/libhttp_parser.a" http_parser.o
		cp http_parser.h "$stage/include/"
	)
}

build_libgit2() {
	# HTTPS off: its network is our own subtransport on libcurl. One thread uses libgit2.
	with_cmake libgit2 "$flags $fast" -DBUILD_TESTS=OFF -DBUILD_CLI=OFF -DBUILD_EXAMPLES=OFF -DBUILD_FUZZERS=OFF \
		-DUSE_HTTPS=OFF -DUSE_SSH=OFF -DUSE_HTTP_PARSER=http-parser -DREGEX_BACKEND=regcomp -DUSE_BUNDLED_ZLIB=OFF -DUSE_THREADS=OFF \
		-DUSE_NTLMCLIENT=OFF -DUSE_GSSAPI=OFF -DUSE_SHA256=builtin -DENABLE_REPRODUCIBLE_BUILDS=ON
}
