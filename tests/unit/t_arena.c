/* base/arena.h: memory that is freed all at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

static void everything_is_zeroed_and_aligned(void **state)
{
	static const size_t sizes[] = {1, 3, 16, 100, 4000, 4096, 4097, 100000, 1, 4090};
	struct sg_arena arena = {.head = NULL};

	(void)state;
	for (int round = 0; round < 50; round++)
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			unsigned char *bytes = sg_arena_alloc(&arena, sizes[i]);

			assert_int_equal((uintptr_t)bytes % _Alignof(max_align_t), 0);
			for (size_t n = 0; n < sizes[i]; n++)
				assert_int_equal(bytes[n], 0);
			memset(bytes, 0xff, sizes[i]); /* shows overlaps in the next round */
		}
	assert_true(arena.used_bytes >= 50 * 116000u);
	sg_arena_release(&arena);
	assert_int_equal(arena.used_bytes, 0);
	assert_null(arena.head);
	sg_arena_release(&arena);
	sg_arena_release(NULL);
}

static void strings(void **state)
{
	struct sg_arena arena = {.head = NULL};
	char *text;

	(void)state;
	assert_string_equal(sg_arena_dup(&arena, sg_str_sub(SG_STR("abcdef"), 1, 3)), "bc");
	assert_string_equal(sg_arena_dup(&arena, (struct sg_str){NULL, 0}), "");
	assert_null(sg_arena_dup_or_null(&arena, SG_STR("")));
	assert_string_equal(sg_arena_dup_or_null(&arena, SG_STR("a")), "a");
	assert_null(sg_arena_strdup(&arena, NULL));
	assert_string_equal(sg_arena_strdup(&arena, "x"), "x");
	text = sg_arena_printf(&arena, "%0*d", 10000, 7);
	assert_int_equal(strlen(text), 10000);
	assert_string_equal(text + 9998, "07");
	assert_string_equal(sg_arena_printf(&arena, "%s", ""), "");
	sg_arena_release(&arena);
}

static void arrays_grow(void **state)
{
	struct sg_arena arena = {.head = NULL};
	struct {
		int value;
		char pad[12];
	} *items = NULL, *item;
	size_t count = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		item = sg_arena_push(&arena, &items, &count, sizeof(*item));
		assert_int_equal(item->value, 0);
		assert_int_equal(item->pad[11], 0);
		item->value = i;
		item->pad[11] = 'x';
	}
	assert_int_equal(count, 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(items[i].value, i);
	sg_arena_release(&arena);
}

static void adopted_memory_stays_where_it_is(void **state)
{
	struct sg_arena arena = {.head = NULL}, other = {.head = NULL}, empty = {.head = NULL};
	char *mine = sg_arena_strdup(&arena, "mine"), *theirs = sg_arena_strdup(&other, "theirs");
	char *large = sg_arena_printf(&other, "%0*d", 10000, 7);
	size_t sum = arena.used_bytes + other.used_bytes;

	(void)state;
	sg_arena_adopt(&arena, &other);
	assert_null(other.head);
	assert_int_equal(other.used_bytes, 0);
	assert_int_equal(arena.used_bytes, sum);
	assert_string_equal(mine, "mine");
	assert_string_equal(theirs, "theirs");
	assert_int_equal(strlen(large), 10000);
	assert_ptr_equal(sg_arena_strdup(&arena, "next"), mine + 16);
	sg_arena_adopt(&arena, &empty);
	sg_arena_adopt(&empty, &arena);
	assert_string_equal(theirs, "theirs");
	sg_arena_release(&empty);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_is_zeroed_and_aligned),
		cmocka_unit_test(strings),
		cmocka_unit_test(arrays_grow),
		cmocka_unit_test(adopted_memory_stays_where_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
