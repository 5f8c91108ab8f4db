# Where the libraries are: STAGEGATE_DEPS is a prefix made by ci/deps. Not given, it is asked from ci/deps, which builds it when the
# cache has none. STAGEGATE_DEPS_TARGET says which: host (default), sanitize, musl or musl-arm64.
set(STAGEGATE_DEPS_TARGET host CACHE STRING "Target of ci/deps: host, sanitize, musl or musl-arm64")

if(NOT STAGEGATE_DEPS)
	execute_process(
		COMMAND ${CMAKE_CURRENT_LIST_DIR}/../ci/deps ${STAGEGATE_DEPS_TARGET}
		OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE
		RESULT_VARIABLE failed)
	if(failed)
		message(FATAL_ERROR "ci/deps ${STAGEGATE_DEPS_TARGET} failed; its messages are above")
	endif()
	set(STAGEGATE_DEPS ${found} CACHE PATH "Prefix made by ci/deps")
endif()
if(NOT IS_DIRECTORY ${STAGEGATE_DEPS}/lib)
	message(FATAL_ERROR "STAGEGATE_DEPS=${STAGEGATE_DEPS} is no prefix; unset it to have ci/deps make one")
endif()

# One imported target per library, each with what it needs, so that CMake finds the link order.
function(stagegate_import name file)
	if(NOT EXISTS ${STAGEGATE_DEPS}/lib/${file})
		message(FATAL_ERROR "${STAGEGATE_DEPS}/lib has no ${file}")
	endif()
	add_library(deps_${name} STATIC IMPORTED GLOBAL)
	set_target_properties(deps_${name} PROPERTIES IMPORTED_LOCATION ${STAGEGATE_DEPS}/lib/${file})
	target_include_directories(deps_${name} SYSTEM INTERFACE ${STAGEGATE_DEPS}/include)
	target_link_libraries(deps_${name} INTERFACE ${ARGN})
endfunction()

function(stagegate_import_deps)
	find_package(Threads REQUIRED)
	stagegate_import(zlib libz.a)
	stagegate_import(mbedcrypto libmbedcrypto.a)
	stagegate_import(mbedx509 libmbedx509.a deps_mbedcrypto)
	stagegate_import(mbedtls libmbedtls.a deps_mbedx509 deps_mbedcrypto)
	stagegate_import(curl libcurl.a deps_mbedtls deps_mbedx509 deps_mbedcrypto deps_zlib Threads::Threads)
	stagegate_import(yaml libyaml.a)
	stagegate_import(cjson libcjson.a m)
	stagegate_import(http_parser libhttp_parser.a)
	stagegate_import(git2 libgit2.a deps_http_parser deps_zlib)
endfunction()
