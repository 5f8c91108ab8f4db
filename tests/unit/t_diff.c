#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "report/diff.h"

static void make(struct sg_str before, struct sg_str after, struct sg_buf *out)
{
	const struct sg_file_change file = {"f.yaml", before, after};

	sg_buf_init(out, 4 << 20);
	sg_report_diff(&file, out);
}

static void expect(const char *before, const char *after, const char *want)
{
	struct sg_buf out;

	make(sg_str_of(before), sg_str_of(after), &out);
	assert_string_equal(out.ptr, want);
	sg_buf_release(&out);
}

#define HEAD "--- a/f.yaml\n+++ b/f.yaml\n"

static void small_diffs(void **state)
{
	(void)state;
	expect("a\n", "a\n", "");
	expect("", "", "");
	expect("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nX\n6\n7\n8\n9\n",
		HEAD "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+X\n 6\n 7\n 8\n");
	expect("a\nb\n", "X\nb\n", HEAD "@@ -1,2 +1,2 @@\n-a\n+X\n b\n");
	expect("a\n", "a\nb\n", HEAD "@@ -1 +1,2 @@\n a\n+b\n");
	expect("a\nb\n", "b\n", HEAD "@@ -1,2 +1 @@\n-a\n b\n");
	expect("", "a\nb\n", HEAD "@@ -0,0 +1,2 @@\n+a\n+b\n");
	expect("a\n", "", HEAD "@@ -1 +0,0 @@\n-a\n");
	expect("b\n", "ab\n", HEAD "@@ -1 +1 @@\n-b\n+ab\n");
	expect("x\nb\n", "x\nab\n", HEAD "@@ -1,2 +1,2 @@\n x\n-b\n+ab\n");
}

static void line_ends(void **state)
{
	(void)state;
	expect("a: 1", "a: 2",
		HEAD
		"@@ -1 +1 @@\n-a: 1\n\\ No newline at end of file\n+a: 2\n\\ No newline at end of "
		"file\n");
	expect("a\nb", "X\nb", HEAD "@@ -1,2 +1,2 @@\n-a\n+X\n b\n\\ No newline at end of file\n");
	expect("a\nb", "a\nb\n",
		HEAD "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n");
	expect("a\r\nb\r\n", "a\r\nc\r\n", HEAD "@@ -1,2 +1,2 @@\n a\r\n-b\r\n+c\r\n");
	expect("a\r\n", "a\n", HEAD "@@ -1 +1 @@\n-a\r\n+a\n");
}

static void several_places(void **state)
{
	(void)state;
	/* Six kept lines between: one hunk. Seven: two. */
	expect("A\n1\n2\n3\n4\n5\n6\nB\n", "a\n1\n2\n3\n4\n5\n6\nb\n",
		HEAD "@@ -1,8 +1,8 @@\n-A\n+a\n 1\n 2\n 3\n 4\n 5\n 6\n-B\n+b\n");
	expect("A\n1\n2\n3\n4\n5\n6\n7\nB\n", "a\n1\n2\n3\n4\n5\n6\n7\nb\n",
		HEAD "@@ -1,4 +1,4 @@\n-A\n+a\n 1\n 2\n 3\n"
		     "@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-B\n+b\n");
	expect("a\nb\nc\n", "b\nc\nd\n", HEAD "@@ -1,3 +1,3 @@\n-a\n b\n c\n+d\n");
}

/* ---- property: applying the hunks to the old text gives the new one ---- */

static uint64_t seed = 88172645463325252u;

static uint32_t rnd(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 33) % below;
}

static size_t number(const char **at)
{
	char *end;
	size_t value = strtoul(*at, &end, 10);

	*at = end;
	return value;
}

static struct sg_str line_at(struct sg_str text, size_t at)
{
	const char *newline = memchr(text.ptr + at, '\n', text.len - at);

	return sg_str_sub(text, at, newline ? (size_t)(newline - text.ptr) + 1 : text.len);
}

static const char *next(const char *at)
{
	const char *newline = strchr(at, '\n');

	assert_non_null(newline);
	return newline + 1;
}

/* "12" or "12,3": the second number is 1 when absent. */
static size_t range(const char **at, size_t *ret_count)
{
	size_t start = number(at);

	*ret_count = 1;
	if (**at == ',') {
		++*at;
		*ret_count = number(at);
	}
	return start;
}

/* A small `patch`: checks context and counts, too. */
static void apply(struct sg_str old, const char *patch, struct sg_buf *out)
{
	size_t old_at = 0, old_line = 0;
	const char *at = next(next(patch));

	while (*at) {
		size_t start, count, new_count;

		assert_memory_equal(at, "@@ -", 4);
		at += 4;
		start = range(&at, &count);
		at += 2;
		(void)range(&at, &new_count);
		at = next(at);
		for (; old_line + (count ? 1 : 0) < start; old_line++) {
			struct sg_str line = line_at(old, old_at);

			sg_buf_addstr(out, line);
			old_at += line.len;
		}
		while (count || new_count) {
			char mark = *at++;
			const char *end = strchr(at, '\n');
			size_t len = (size_t)(end - at) + 1;

			if (end[1] == '\\') {
				len--;
				end = strchr(end + 1, '\n');
			}
			if (mark != '+') {
				assert_memory_equal(at, old.ptr + old_at, len);
				old_at += len;
				old_line++;
				count--;
			}
			if (mark != '-') {
				sg_buf_add(out, at, len);
				new_count--;
			}
			at = end + 1;
		}
	}
	sg_buf_addstr(out, sg_str_sub(old, old_at, old.len));
}

static void random_text(struct sg_buf *out, uint32_t lines, uint32_t letters)
{
	for (uint32_t i = 0; i < lines; i++)
		sg_buf_addf(out, "%c%s", (char)('a' + (char)rnd(letters)),
			i + 1 < lines || rnd(2) ? "\n" : "");
}

static void random_diffs_apply(void **state)
{
	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct sg_buf old, new, diff, again;
		uint32_t letters = 1 + rnd(6);

		sg_buf_init(&old, 1 << 20);
		sg_buf_init(&new, 1 << 20);
		sg_buf_init(&again, 1 << 20);
		random_text(&old, rnd(40), letters);
		random_text(&new, rnd(40), letters);
		make(sg_buf_str(&old), sg_buf_str(&new), &diff);
		if (diff.len)
			apply(sg_buf_str(&old), diff.ptr, &again);
		else
			sg_buf_addstr(&again, sg_buf_str(&old));
		assert_string_equal(again.ptr, new.ptr);
		sg_buf_release(&old);
		sg_buf_release(&new);
		sg_buf_release(&diff);
		sg_buf_release(&again);
	}
}

/* ---- size ---- */

static void large_files(void **state)
{
	size_t size = 4 << 20;
	char *before = sg_calloc(size, 1), *after = sg_calloc(size, 1);
	struct sg_buf out;

	(void)state;
	/* One line of 4 MiB with one changed byte. */
	memset(before, 'x', size);
	memset(after, 'x', size);
	after[size / 2] = 'y';
	make((struct sg_str){before, size}, (struct sg_str){after, size}, &out);
	assert_true(out.len > 4000 && out.len < 5000);
	assert_non_null(strstr(out.ptr, "x... (4194304 bytes)\n"));
	sg_buf_release(&out);
	/* Two million lines, all but the first and last differ; then one differs. */
	for (size_t i = 0; i < size; i += 2) {
		memcpy(before + i, "a\n", 2);
		memcpy(after + i, i % 4 ? "b\n" : "c\n", 2);
	}
	make((struct sg_str){before, size}, (struct sg_str){after, size}, &out);
	assert_true(out.len < 300 * 1024);
	assert_true(sg_str_ends(sg_buf_str(&out), "\n... (the diff of this file goes on)\n"));
	sg_buf_release(&out);
	memcpy(after, before, size);
	after[size - 4] = 'z';
	make((struct sg_str){before, size}, (struct sg_str){after, size}, &out);
	assert_string_equal(out.ptr, HEAD "@@ -2097148,5 +2097148,5 @@\n a\n a\n a\n-a\n+z\n a\n");
	sg_buf_release(&out);
	free(before);
	free(after);
}

/* 20,000 lines on each side with nothing in common, and with everything shuffled. */
static void middle_is_bounded(void **state)
{
	struct sg_buf old, new, out;

	(void)state;
	sg_buf_init(&old, 4 << 20);
	sg_buf_init(&new, 4 << 20);
	for (int i = 0; i < 20000; i++) {
		sg_buf_addf(&old, "line %d\n", i);
		sg_buf_addf(&new, "line %d\n", 20000 - i);
	}
	make(sg_buf_str(&old), sg_buf_str(&new), &out);
	assert_true(out.len <= 300 * 1024);
	sg_buf_release(&old);
	sg_buf_release(&new);
	sg_buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_diffs),
		cmocka_unit_test(line_ends),
		cmocka_unit_test(several_places),
		cmocka_unit_test(random_diffs_apply),
		cmocka_unit_test(large_files),
		cmocka_unit_test(middle_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
