/* New files of io/fs.h: nothing is replaced, no link is followed, whole or not at all. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "io/fs.h"

static struct sg_arena arena;
static const char *dir;

static int set_up(void **state)
{
	struct sg_err err;

	(void)state;
	return sg_fs_tempdir(&arena, NULL, &dir, &err);
}

static int tear_down(void **state)
{
	(void)state;
	sg_fs_rmtree(dir);
	sg_arena_release(&arena);
	return 0;
}

static const char *in_dir(const char *name)
{
	return sg_arena_printf(&arena, "%s/%s", dir, name);
}

static void holds(const char *path, const char *text)
{
	struct sg_err err = SG_ERR_INIT;
	struct sg_buf buf;

	sg_buf_init(&buf, 1000);
	if (sg_fs_read(path, &buf, &err) < 0)
		fail_msg("%s", err.cause);
	assert_string_equal(buf.ptr, text);
	sg_buf_release(&buf);
}

static enum sg_fs_found found(const char *below, const char *path, const char *text)
{
	struct sg_err err = SG_ERR_INIT;
	enum sg_fs_found what;

	if (sg_fs_find(below, path, sg_str_of(text), &what, &err) < 0)
		fail_msg("%s", err.cause);
	return what;
}

static enum sg_fs_found created(const char *below, const char *path, const char *text)
{
	struct sg_err err = SG_ERR_INIT;
	enum sg_fs_found what;

	if (sg_fs_create(below, path, sg_str_of(text), 0666, &what, &err) < 0)
		fail_msg("%s", err.cause);
	return what;
}

static int entries(const char *path)
{
	DIR *open_dir = opendir(path);
	int count = 0;

	assert_non_null(open_dir);
	while (readdir(open_dir))
		count++;
	(void)closedir(open_dir);
	return count - 2;
}

static void a_file_and_its_folders_are_made(void **state)
{
	const char *below = in_dir("new/deep");
	mode_t mask = umask(027);
	struct stat st;

	(void)state;
	assert_int_equal(found(below, "a/b/c", "text"), SG_FS_ABSENT);
	assert_false(sg_fs_is_dir(below));
	assert_int_equal(created(below, "a/b/c", "text"), SG_FS_ABSENT);
	holds(in_dir("new/deep/a/b/c"), "text");
	assert_int_equal(lstat(in_dir("new/deep/a/b/c"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(lstat(in_dir("new/deep/a/b"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0750);
	assert_int_equal(entries(in_dir("new/deep/a/b")), 1);
	assert_int_equal(found(below, "a/b/c", "text"), SG_FS_SAME);
	assert_int_equal(found(below, "a/b/c", "tex"), SG_FS_OTHER);
	assert_int_equal(found(below, "a/b/c", "texts"), SG_FS_OTHER);
	assert_int_equal(found(below, "a/b/c", "Text"), SG_FS_OTHER);
	assert_int_equal(created(below, "a/b/empty", ""), SG_FS_ABSENT);
	assert_int_equal(found(below, "a/b/empty", ""), SG_FS_SAME);
	(void)umask(mask);
}

static void nothing_is_replaced(void **state)
{
	const char *below = in_dir("kept");

	(void)state;
	assert_int_equal(created(below, "x", "mine"), SG_FS_ABSENT);
	assert_int_equal(created(below, "x", "yours"), SG_FS_OTHER);
	holds(in_dir("kept/x"), "mine");
	assert_int_equal(created(below, "x", "mine"), SG_FS_SAME);
	assert_int_equal(entries(below), 1);
	assert_int_equal(mkdir(in_dir("kept/folder"), 0700), 0);
	assert_int_equal(found(below, "folder", "x"), SG_FS_OTHER);
	assert_int_equal(created(below, "folder", "x"), SG_FS_OTHER);
	assert_int_equal(mkfifo(in_dir("kept/fifo"), 0600), 0);
	assert_int_equal(found(below, "fifo", ""), SG_FS_OTHER);
	assert_int_equal(created(below, "fifo", ""), SG_FS_OTHER);
}

static void no_link_is_followed(void **state)
{
	const char *below = in_dir("links");
	enum sg_fs_found what;
	struct sg_err err;

	(void)state;
	assert_int_equal(created(in_dir("outside"), "file", "old"), SG_FS_ABSENT);
	assert_int_equal(mkdir(below, 0700), 0);
	assert_int_equal(symlink("../outside/file", in_dir("links/file")), 0);
	assert_int_equal(symlink("../outside/new", in_dir("links/dangling")), 0);
	assert_int_equal(symlink("../outside", in_dir("links/folder")), 0);
	/* the very bytes behind it do not make a link that file */
	assert_int_equal(found(below, "file", "old"), SG_FS_OTHER);
	assert_int_equal(created(below, "file", "old"), SG_FS_OTHER);
	assert_int_equal(created(below, "dangling", "x"), SG_FS_OTHER);
	assert_int_equal(sg_fs_find(below, "folder/x", SG_STR("x"), &what, &err), -1);
	assert_int_equal(err.reason, SG_R_LOCAL_IO);
	assert_non_null(strstr(err.cause, "folder/x"));
	assert_int_equal(sg_fs_create(below, "folder/x", SG_STR("x"), 0666, &what, &err), -1);
	assert_int_equal(err.reason, SG_R_LOCAL_IO);
	assert_int_equal(entries(in_dir("outside")), 1);
	holds(in_dir("outside/file"), "old");
	/* the folder itself is the caller's choice */
	assert_int_equal(created(in_dir("links/folder"), "x", "x"), SG_FS_ABSENT);
	holds(in_dir("outside/x"), "x");
}

static void a_file_in_the_place_of_a_folder(void **state)
{
	enum sg_fs_found what;
	struct sg_err err;

	(void)state;
	assert_int_equal(created(in_dir("plain"), "file", "x"), SG_FS_ABSENT);
	assert_int_equal(sg_fs_find(in_dir("plain"), "file/x", SG_STR(""), &what, &err), -1);
	assert_int_equal(err.reason, SG_R_LOCAL_IO);
	assert_non_null(strstr(err.cause, "no folder"));
	assert_int_equal(
		sg_fs_create(in_dir("plain"), "file/x", SG_STR(""), 0666, &what, &err), -1);
	assert_int_equal(sg_fs_find(in_dir("plain/file"), "x", SG_STR(""), &what, &err), -1);
	assert_int_equal(
		sg_fs_create(in_dir("plain/file"), "x", SG_STR(""), 0666, &what, &err), -1);
	assert_int_equal(err.reason, SG_R_LOCAL_IO);
	holds(in_dir("plain/file"), "x");
}

static void a_large_file_is_compared_whole(void **state)
{
	char text[10001];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(created(in_dir("large"), "x", text), SG_FS_ABSENT);
	assert_int_equal(found(in_dir("large"), "x", text), SG_FS_SAME);
	text[9999] = 'y';
	assert_int_equal(found(in_dir("large"), "x", text), SG_FS_OTHER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_and_its_folders_are_made),
		cmocka_unit_test(nothing_is_replaced),
		cmocka_unit_test(no_link_is_followed),
		cmocka_unit_test(a_file_in_the_place_of_a_folder),
		cmocka_unit_test(a_large_file_is_compared_whole),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
