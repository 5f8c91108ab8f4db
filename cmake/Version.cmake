# Run at every build (cmake -P): writes OUTPUT from INPUT when its text changed. The version is the project's; a checkout adds the commit.
# Sources without their checkout (the build of the image) are told it: STAGEGATE_BUILD_VERSION, STAGEGATE_BUILD_COMMIT.
# The date is SOURCE_DATE_EPOCH, else the commit's, else absent: the same sources always give the same bytes.
cmake_minimum_required(VERSION 3.25)
set(SG_VERSION "${VERSION}")
set(SG_COMMIT "")
set(SG_DATE "")

function(git_says ret)
	execute_process(COMMAND git -C ${SOURCE} ${ARGN}
		OUTPUT_VARIABLE text OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
	if(failed)
		set(text "")
	endif()
	set(${ret} "${text}" PARENT_SCOPE)
endfunction()

# a tarball unpacked inside somebody else's checkout is not that checkout
git_says(top rev-parse --show-toplevel)
if(top STREQUAL SOURCE)
	git_says(SG_COMMIT describe --always --dirty=+ --abbrev=12 --exclude=*)
	git_says(tags tag --points-at HEAD)
	git_says(changes status --porcelain --untracked-files=no)
	if(NOT "v${VERSION}" IN_LIST tags OR changes)
		string(APPEND SG_VERSION "-dev")
	endif()
	git_says(date log -1 --format=%ct)
elseif(NOT "$ENV{STAGEGATE_BUILD_VERSION}" STREQUAL "")
	set(SG_VERSION "$ENV{STAGEGATE_BUILD_VERSION}")
	set(SG_COMMIT "$ENV{STAGEGATE_BUILD_COMMIT}")
endif()
if(DEFINED ENV{SOURCE_DATE_EPOCH})
	set(date "$ENV{SOURCE_DATE_EPOCH}")
endif()
if(date MATCHES "^[0-9]+$")
	set(ENV{SOURCE_DATE_EPOCH} ${date})
	string(TIMESTAMP SG_DATE "%Y-%m-%d" UTC)
endif()
configure_file(${INPUT} ${OUTPUT} @ONLY)
