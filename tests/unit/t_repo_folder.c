/* mkdtemp(), symlink(), mkfifo() */
#define _XOPEN_SOURCE 700
/* sg_repo_folder_source(): a clone's work tree, read without following a link. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "repo/repo.h"

struct world {
	char dir[64];
	struct sg_arena arena;
	struct sg_tree_source *source;
	struct sg_buf buf;
	struct sg_err err;
};

static const char *path_in(struct world *w, const char *name)
{
	return sg_arena_printf(&w->arena, "%s/%s", w->dir, name);
}

static void put(struct world *w, const char *name, const char *text)
{
	FILE *file = fopen(path_in(w, name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	(void)snprintf(w->dir, sizeof(w->dir), "/tmp/sg-folder-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	assert_int_equal(mkdir(path_in(w, "apps"), 0755), 0);
	assert_int_equal(mkdir(path_in(w, "apps/cart"), 0755), 0);
	assert_int_equal(mkdir(path_in(w, ".git"), 0755), 0);
	put(w, "apps/cart/values.yaml", "a: 1\n");
	put(w, "stagegate.yaml", "version: 1\n");
	assert_int_equal(symlink("cart", path_in(w, "apps/link")), 0);
	assert_int_equal(symlink("values.yaml", path_in(w, "apps/cart/alias.yaml")), 0);
	assert_int_equal(mkfifo(path_in(w, "apps/fifo"), 0644), 0);
	sg_buf_init(&w->buf, 100);
	assert_int_equal(sg_repo_folder_source(w->dir, &w->arena, &w->source, &w->err), 0);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	const char *command = sg_arena_printf(&w->arena, "rm -rf '%s'", w->dir);

	assert_int_equal(system(command), 0);
	sg_buf_release(&w->buf);
	sg_arena_release(&w->arena);
	free(w);
	return 0;
}

static void read_fails(struct world *w, const char *path, enum sg_reason reason)
{
	assert_int_equal(w->source->read(w->source, path, &w->buf, &w->err), -1);
	if (w->err.reason != reason)
		fail_msg("%s: %s: %s", path, sg_reason_name(w->err.reason), w->err.cause);
}

static void files_are_read_whole(void **state)
{
	struct world *w = *state;

	assert_int_equal(w->source->read(w->source, "apps/cart/values.yaml", &w->buf, &w->err), 0);
	assert_string_equal(w->buf.ptr, "a: 1\n");
	assert_null(w->source->revision);
	assert_string_equal(w->source->label, w->dir);
}

static void what_is_no_plain_file_is_refused(void **state)
{
	struct world *w = *state;

	read_fails(w, "apps/none.yaml", SG_R_FILE_NOT_FOUND);
	read_fails(w, "none/x.yaml", SG_R_FILE_NOT_FOUND);
	read_fails(w, "stagegate.yaml/x", SG_R_FILE_NOT_FOUND);
	read_fails(w, "apps/cart/alias.yaml", SG_R_EDIT_REFUSED);
	read_fails(w, "apps/link/values.yaml", SG_R_EDIT_REFUSED);
	read_fails(w, "apps/cart", SG_R_EDIT_REFUSED);
	read_fails(w, "apps/fifo", SG_R_EDIT_REFUSED);
	read_fails(w, "../etc/passwd", SG_R_CONFIG_INVALID);
	read_fails(w, "/etc/passwd", SG_R_CONFIG_INVALID);
	read_fails(w, ".git/config", SG_R_CONFIG_INVALID);
}

static void the_cap_holds(void **state)
{
	struct world *w = *state;
	char text[102];

	memset(text, 'x', 101);
	text[101] = '\0';
	put(w, "large", text);
	read_fails(w, "large", SG_R_TOO_LARGE);
}

static void folders_are_listed_in_order(void **state)
{
	struct world *w = *state;
	struct sg_tree_entry *entries;
	size_t count;

	assert_int_equal(
		w->source->list(w->source, "apps", &w->arena, &entries, &count, &w->err), 0);
	assert_int_equal(count, 3);
	assert_string_equal(entries[0].name, "cart");
	assert_true(entries[0].is_dir);
	assert_string_equal(entries[1].name, "fifo");
	assert_string_equal(entries[2].name, "link");
	assert_false(entries[2].is_dir);
	assert_int_equal(w->source->list(w->source, "", &w->arena, &entries, &count, &w->err), 0);
	assert_int_equal(count, 2); /* not .git */
	assert_int_equal(
		w->source->list(w->source, "none", &w->arena, &entries, &count, &w->err), -1);
	assert_int_equal(w->err.reason, SG_R_FILE_NOT_FOUND);
	assert_int_equal(
		w->source->list(w->source, "apps/link", &w->arena, &entries, &count, &w->err), -1);
	assert_int_equal(w->err.reason, SG_R_EDIT_REFUSED);
	assert_int_equal(
		w->source->list(w->source, "stagegate.yaml", &w->arena, &entries, &count, &w->err),
		-1);
	assert_int_equal(w->err.reason, SG_R_FILE_NOT_FOUND);
}

static void no_folder_is_an_error(void **state)
{
	struct world *w = *state;
	struct sg_tree_source *source = NULL;

	assert_int_equal(
		sg_repo_folder_source(path_in(w, "none"), &w->arena, &source, &w->err), -1);
	assert_int_equal(w->err.reason, SG_R_FILE_NOT_FOUND);
	assert_int_equal(
		sg_repo_folder_source(path_in(w, "stagegate.yaml"), &w->arena, &source, &w->err),
		-1);
	assert_int_equal(w->err.reason, SG_R_FILE_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(files_are_read_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_no_plain_file_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(the_cap_holds, setup, teardown),
		cmocka_unit_test_setup_teardown(folders_are_listed_in_order, setup, teardown),
		cmocka_unit_test_setup_teardown(no_folder_is_an_error, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
