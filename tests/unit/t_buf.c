/* base/buf.h: growth up to a ceiling, and never half an append. */
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

static void an_empty_buffer_is_a_string(void **state)
{
	struct sg_buf buf, zero = {.ptr = NULL};

	(void)state;
	sg_buf_init(&buf, 10);
	assert_string_equal(buf.ptr, "");
	sg_buf_drop(&buf, 5);
	sg_buf_splice(&buf, 0, 3, SG_STR(""));
	sg_buf_reset(&buf);
	sg_buf_wipe(&buf);
	assert_int_equal(buf.len, 0);
	assert_int_equal(sg_buf_str(&buf).len, 0);
	sg_buf_release(&buf);
	assert_string_equal(buf.ptr, "");
	sg_buf_release(&zero);
	sg_buf_release(NULL);
	sg_buf_wipe(NULL);
}

/* A secret that comes in parts leaves no outgrown copy. */
static void room_is_made_once(void **state)
{
	struct sg_buf buf;
	const char *place;

	(void)state;
	sg_buf_init(&buf, 1000);
	sg_buf_room(&buf, 5000);
	assert_false(buf.overflow);
	assert_string_equal(buf.ptr, "");
	place = buf.ptr;
	for (int i = 0; i < 1000; i++)
		sg_buf_addc(&buf, 'x');
	assert_ptr_equal(buf.ptr, place);
	assert_false(buf.overflow);
	sg_buf_room(&buf, 3);
	assert_int_equal(buf.len, 1000);
	sg_buf_wipe(&buf);
}

static void appends_go_behind_each_other(void **state)
{
	struct sg_buf buf;

	(void)state;
	sg_buf_init(&buf, 1000);
	sg_buf_adds(&buf, "one");
	sg_buf_addc(&buf, ' ');
	sg_buf_addstr(&buf, SG_STR("two"));
	sg_buf_addf(&buf, " %d %s", 3, "x");
	sg_buf_add(&buf, NULL, 0);
	assert_string_equal(buf.ptr, "one two 3 x");
	assert_int_equal(buf.len, 11);
	sg_buf_release(&buf);
}

static void every_byte_is_kept(void **state)
{
	struct sg_buf buf;

	(void)state;
	sg_buf_init(&buf, 100000);
	for (int i = 0; i < 100000; i++)
		sg_buf_addc(&buf, (char)(i % 251));
	assert_int_equal(buf.len, 100000);
	assert_false(buf.overflow);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(buf.ptr[i], (char)(i % 251));
	sg_buf_release(&buf);
}

static void beyond_the_ceiling_nothing_is_added(void **state)
{
	struct sg_buf buf;

	(void)state;
	sg_buf_init(&buf, 5);
	sg_buf_adds(&buf, "12345");
	assert_false(buf.overflow);
	sg_buf_addc(&buf, '6');
	assert_true(buf.overflow);
	assert_string_equal(buf.ptr, "12345");
	sg_buf_drop(&buf, 3);
	sg_buf_addc(&buf, '6'); /* sticky: a hole in the middle would not be seen */
	assert_string_equal(buf.ptr, "45");
	sg_buf_reset(&buf);
	assert_false(buf.overflow);
	sg_buf_addf(&buf, "%d", 123456);
	assert_true(buf.overflow);
	assert_string_equal(buf.ptr, "");
	sg_buf_reset(&buf);
	sg_buf_addf(&buf, "%d", 12345);
	assert_string_equal(buf.ptr, "12345");
	sg_buf_release(&buf);
}

static void no_ceiling_is_too_high(void **state)
{
	struct sg_buf buf;

	(void)state;
	sg_buf_init(&buf, SIZE_MAX);
	sg_buf_adds(&buf, "fits");
	assert_string_equal(buf.ptr, "fits");
	sg_buf_add(&buf, "x", SIZE_MAX - 2);
	assert_true(buf.overflow);
	assert_string_equal(buf.ptr, "fits");
	sg_buf_release(&buf);
	sg_buf_init(&buf, 0);
	sg_buf_adds(&buf, "");
	assert_false(buf.overflow);
	sg_buf_addc(&buf, 'x');
	assert_true(buf.overflow);
	sg_buf_release(&buf);
}

static void drop_takes_from_the_front(void **state)
{
	struct sg_buf buf;

	(void)state;
	sg_buf_init(&buf, 100);
	sg_buf_adds(&buf, "abcdef");
	sg_buf_drop(&buf, 0);
	sg_buf_drop(&buf, 2);
	assert_string_equal(buf.ptr, "cdef");
	sg_buf_drop(&buf, 99);
	assert_string_equal(buf.ptr, "");
	assert_int_equal(buf.len, 0);
	sg_buf_release(&buf);
}

static void splice(const char *before, size_t from, size_t to, const char *text, const char *after)
{
	struct sg_buf buf;

	sg_buf_init(&buf, 100);
	sg_buf_adds(&buf, before);
	sg_buf_splice(&buf, from, to, sg_str_of(text));
	assert_string_equal(buf.ptr, after);
	assert_int_equal(buf.len, strlen(after));
	sg_buf_release(&buf);
}

static void splice_replaces_a_range(void **state)
{
	(void)state;
	splice("abcdef", 2, 4, "XYZ!", "abXYZ!ef");
	splice("abcdef", 2, 4, "X", "abXef");
	splice("abcdef", 2, 4, "", "abef");
	splice("abcdef", 3, 3, "-", "abc-def");
	splice("abcdef", 0, 6, "new", "new");
	splice("abcdef", 6, 6, "!", "abcdef!");
	splice("abcdef", 4, 99, "!", "abcd!");
	splice("abcdef", 99, 99, "!", "abcdef!");
	splice("abcdef", 5, 2, "!", "ab!cdef");
	splice("", 0, 0, "first", "first");
}

static void splice_obeys_the_ceiling(void **state)
{
	struct sg_buf buf;

	(void)state;
	sg_buf_init(&buf, 6);
	sg_buf_adds(&buf, "abcdef");
	sg_buf_splice(&buf, 2, 4, SG_STR("XY"));
	assert_string_equal(buf.ptr, "abXYef");
	sg_buf_splice(&buf, 2, 4, SG_STR("XYZ"));
	assert_true(buf.overflow);
	assert_string_equal(buf.ptr, "abXYef");
	sg_buf_release(&buf);
}

static void take_hands_the_memory_over(void **state)
{
	struct sg_buf buf;
	char *text;

	(void)state;
	sg_buf_init(&buf, 100);
	text = sg_buf_take(&buf);
	assert_string_equal(text, "");
	free(text);
	sg_buf_adds(&buf, "mine");
	text = sg_buf_take(&buf);
	assert_string_equal(text, "mine");
	assert_string_equal(buf.ptr, "");
	sg_buf_adds(&buf, "next");
	assert_string_equal(buf.ptr, "next");
	assert_string_equal(text, "mine");
	free(text);
	sg_buf_release(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_buffer_is_a_string),
		cmocka_unit_test(room_is_made_once),
		cmocka_unit_test(appends_go_behind_each_other),
		cmocka_unit_test(every_byte_is_kept),
		cmocka_unit_test(beyond_the_ceiling_nothing_is_added),
		cmocka_unit_test(no_ceiling_is_too_high),
		cmocka_unit_test(drop_takes_from_the_front),
		cmocka_unit_test(splice_replaces_a_range),
		cmocka_unit_test(splice_obeys_the_ceiling),
		cmocka_unit_test(take_hands_the_memory_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
