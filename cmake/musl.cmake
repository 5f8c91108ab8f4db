# Toolchain of the release binary: the gcc wrapper of the musl that ci/deps built, which knows -static-pie.
set(STAGEGATE_DEPS_TARGET musl CACHE STRING "Target of ci/deps: host, sanitize or musl")
include(${CMAKE_CURRENT_LIST_DIR}/Deps.cmake)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES STAGEGATE_DEPS STAGEGATE_DEPS_TARGET)
set(CMAKE_C_COMPILER ${STAGEGATE_DEPS}/bin/musl-gcc)
set(CMAKE_FIND_ROOT_PATH ${STAGEGATE_DEPS})
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
