# The flags of every translation unit of ours: one interface target, linked by the library, the program and the tests.
add_library(stagegate_flags INTERFACE)
target_compile_definitions(stagegate_flags INTERFACE _POSIX_C_SOURCE=200809L)
target_compile_options(stagegate_flags INTERFACE
	-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2
	-Wswitch-enum -Wundef -Wcast-qual -Wwrite-strings -Werror
	-fno-common -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)

if(STAGEGATE_SANITIZE)
	# what nobody has set has a pattern in it, not what happened to be there
	set(sanitize -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
		-ftrivial-auto-var-init=pattern)
	target_compile_options(stagegate_flags INTERFACE ${sanitize})
	target_link_options(stagegate_flags INTERFACE ${sanitize})
endif()

if(STAGEGATE_COVERAGE)
	target_compile_options(stagegate_flags INTERFACE --coverage)
	target_link_options(stagegate_flags INTERFACE --coverage)
endif()

if(STAGEGATE_SEAM)
	target_compile_definitions(stagegate_flags INTERFACE STAGEGATE_SEAM)
endif()

if(STAGEGATE_HARDENED_STATIC)
	target_compile_options(stagegate_flags INTERFACE
		-fPIE -ffunction-sections -fdata-sections -fstack-protector-strong -fstack-clash-protection
		-Wformat -Werror=format-security
		# nothing here unwinds: the tables were a tenth of the file, and 64-bit ARM keeps frame pointers unasked
		-fno-asynchronous-unwind-tables -fno-unwind-tables -fomit-frame-pointer)
	# the relocations of the tables of texts, packed (musl 1.2.4 and newer unpacks them): 24 bytes less for each pointer
	if(CMAKE_SYSTEM_PROCESSOR STREQUAL x86_64)
		target_compile_options(stagegate_flags INTERFACE -fcf-protection=full)
		target_link_options(stagegate_flags INTERFACE -Wl,-z,pack-relative-relocs)
	elseif(CMAKE_SYSTEM_PROCESSOR STREQUAL aarch64)
		target_compile_options(stagegate_flags INTERFACE -mbranch-protection=standard)
		# GNU ld 2.40 packs them for x86 alone
		find_program(STAGEGATE_LLD NAMES ld.lld REQUIRED)
		file(REAL_PATH "${STAGEGATE_LLD}" lld)
		cmake_path(GET lld PARENT_PATH lld_folder)
		target_link_options(stagegate_flags INTERFACE -B${lld_folder} -fuse-ld=lld -Wl,--pack-dyn-relocs=relr)
	endif()
	target_link_options(stagegate_flags INTERFACE
		-static-pie -s -Wl,--gc-sections -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code)
endif()
