# The C library of the release binary: part of the hash of the musl prefixes only.
# trixie's musl knows -static-pie in its gcc wrapper; bookworm's silently links a dynamic program instead.
# shellcheck shell=bash

build_musl() {
	local arch
	cd "$work/musl"
	./configure --target="$("${cross}gcc" -dumpmachine)" --prefix="$stage" --syslibdir="$stage/lib" --disable-shared --enable-wrapper=gcc \
		CC="${cross}gcc" AR="$ar" RANLIB="$ranlib" CFLAGS="-Os -pipe -fPIE"
	make -j"$jobs"
	make install-libs install-tools
	# what install-headers does, without five processes for each of 200 files; the more special folder wins
	arch=$(sed -n 's/^ARCH = //p' config.mak)
	mkdir -p "$stage/include/bits"
	cp -R include/. "$stage/include/"
	cp arch/generic/bits/*.h "$stage/include/bits/"
	cp "arch/$arch/bits"/*.h "$stage/include/bits/"
	cp obj/include/bits/*.h "$stage/include/bits/"
	rm -f "$stage/include"/*.in
}
