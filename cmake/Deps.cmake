# Where the libraries are: STAGEGATE_DEPS is a prefix made by ci/deps. Not given, it is asked from ci/deps, which builds it when the
# cache has none. STAGEGATE_DEPS_TARGET says which: host (default), sanitize or musl.
set(STAGEGATE_DEPS_TARGET host CACHE STRING "Target of ci/deps: host, sanitize or musl")

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

# One interface target per library, so that link order is stated once.
function(stagegate_import_one name)
	cmake_parse_arguments(arg "" "" "FILES;NEEDS" ${ARGN})
	add_library(deps_${name} INTERFACE)
	foreach(file ${arg_FILES})
		if(NOT EXISTS ${STAGEGATE_DEPS}/lib/${file})
			message(FATAL_ERROR "${STAGEGATE_DEPS}/lib has no ${file}")
		endif()
		target_link_libraries(deps_${name} INTERFACE ${STAGEGATE_DEPS}/lib/${file})
	endforeach()
	foreach(need ${arg_NEEDS})
		target_link_libraries(deps_${name} INTERFACE deps_${need})
	endforeach()
	target_include_directories(deps_${name} SYSTEM INTERFACE ${STAGEGATE_DEPS}/include)
endfunction()

function(stagegate_import_deps)
	set(THREADS_PREFER_PTHREAD_FLAG ON)
	find_package(Threads REQUIRED)
	stagegate_import_one(zlib FILES libz.a)
	stagegate_import_one(mbedtls FILES libmbedtls.a libmbedx509.a libmbedcrypto.a)
	stagegate_import_one(curl FILES libcurl.a NEEDS mbedtls zlib)
	target_link_libraries(deps_curl INTERFACE Threads::Threads)
	stagegate_import_one(yaml FILES libyaml.a)
	stagegate_import_one(cjson FILES libcjson.a)
	target_link_libraries(deps_cjson INTERFACE m)
	stagegate_import_one(http_parser FILES libhttp_parser.a)
	stagegate_import_one(git2 FILES libgit2.a NEEDS http_parser zlib)
endfunction()
