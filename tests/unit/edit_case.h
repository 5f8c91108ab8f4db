/* What the tests of the edit engine share: one ask, its answer, and the promise that holds for all.
 */
#ifndef TESTS_UNIT_EDIT_CASE_H
#define TESTS_UNIT_EDIT_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "edit/edit.h"

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DIGEST "sha256:" HEX64
#define OTHER_DIGEST                                                                               \
	"sha256:"                                                                                  \
	"f"                                                                                        \
	"123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static inline struct sg_edit_ask ask_key(struct sg_str text, const char *key, const char *value)
{
	return (struct sg_edit_ask){.file = "f.yaml", .text = text, .key = key, .value = value};
}

static inline struct sg_edit_ask ask_image(struct sg_str text, const char *image, const char *value)
{
	return (struct sg_edit_ask){.file = "f.yaml", .text = text, .image = image, .value = value};
}

/* The edit succeeds and the file becomes WANT; then it is there already. */
static inline void edits_to(struct sg_edit_ask ask, struct sg_str want)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_edit_done done = {0}, again = {0};

	if (sg_edit_apply(&arena, &ask, &done, &err) < 0)
		fail_msg("%.*s: %s", SG_STR_ARG(ask.text), err.cause);
	if (!sg_str_eq(done.text, want))
		fail_msg("got\n%.*s\nwant\n%.*s", SG_STR_ARG(done.text), SG_STR_ARG(want));
	assert_false(done.unchanged);
	assert_non_null(done.place);
	ask.text = done.text;
	assert_int_equal(sg_edit_apply(&arena, &ask, &again, &err), 0);
	assert_true(again.unchanged);
	assert_true(again.text.ptr == done.text.ptr);
	assert_string_equal(again.from, done.to);
}

/* The edit is refused, the cause holds CAUSE, and nothing was answered. */
static inline void edit_fails(struct sg_edit_ask ask, enum sg_reason reason, const char *cause)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_edit_done done = {0};

	if (sg_edit_apply(&arena, &ask, &done, &err) == 0)
		fail_msg("%.*s: passed, became\n%.*s", SG_STR_ARG(ask.text), SG_STR_ARG(done.text));
	if (err.reason != reason || !strstr(err.cause, cause))
		fail_msg("%.*s: %s: \"%s\" lacks \"%s\"", SG_STR_ARG(ask.text),
			sg_reason_name(err.reason), err.cause, cause);
	assert_null(done.text.ptr);
}

#endif
