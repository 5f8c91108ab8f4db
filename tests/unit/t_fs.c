/* io/fs.h in a temporary directory of its own. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "io/fs.h"
#include "io/fs_impl.h"

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
	bool left;

	(void)state;
	sg_fs_rmtree(dir);
	left = sg_fs_is_dir(dir);
	sg_arena_release(&arena);
	return left ? -1 : 0;
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

/* Files of our folder whose names begin so. */
static int count_of(const char *prefix)
{
	DIR *folder = opendir(dir);
	int count = 0;

	assert_non_null(folder);
	for (struct dirent *entry; (entry = readdir(folder));)
		count += strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
	closedir(folder);
	return count;
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode;
}

static void write_ok(const char *path, const char *text, unsigned mode)
{
	struct sg_err err = SG_ERR_INIT;

	if (sg_fs_write(path, sg_str_of(text), mode, &err) < 0)
		fail_msg("%s", err.cause);
}

static void a_temporary_directory_is_private(void **state)
{
	(void)state;
	assert_int_equal(mode_of(dir) & 0777, 0700);
	assert_true(sg_fs_is_dir(dir));
	assert_false(sg_fs_is_dir(in_dir("none")));
}

static void what_is_written_can_be_read(void **state)
{
	const char *path = in_dir("a");
	mode_t mask = umask(022);

	(void)state;
	write_ok(path, "one", 0666);
	assert_int_equal(mode_of(path) & 0777, 0644);
	holds(path, "one");
	assert_int_equal(chmod(path, 0600), 0);
	write_ok(path, "", 0666);
	assert_int_equal(mode_of(path) & 0777, 0600);
	holds(path, "");
	(void)umask(mask);
}

static void nothing_is_left_beside(void **state)
{
	struct sg_err err;

	(void)state;
	assert_int_equal(mkdir(in_dir("alone"), 0700), 0);
	write_ok(in_dir("alone/x"), "1", 0600);
	assert_int_equal(unlink(in_dir("alone/x")), 0);
	assert_int_equal(rmdir(in_dir("alone")), 0); /* only an empty one can be removed */
	assert_int_equal(sg_fs_write(in_dir("alone/x"), SG_STR("1"), 0600, &err), -1);
	assert_int_equal(err.reason, SG_R_FILE_NOT_FOUND);
	assert_int_equal(sg_fs_write(dir, SG_STR("1"), 0600, &err), -1);
	assert_int_equal(err.reason, SG_R_LOCAL_IO);
}

static struct sg_fs_staged stage_ok(const char *path, struct sg_str bytes)
{
	struct sg_fs_staged staged = {0};
	struct sg_err err = SG_ERR_INIT;

	if (sg_fs_stage(path, bytes, &staged, &err) < 0)
		fail_msg("%s", err.cause);
	return staged;
}

static void place_ok(struct sg_fs_staged *staged, struct sg_str before)
{
	struct sg_err err = SG_ERR_INIT;
	bool same = false;

	if (sg_fs_staged_place(staged, before, &same, &err) < 0)
		fail_msg("%s", err.cause);
	assert_true(same);
}

/* As many as are made durable together; the last two never take their places. */
static void staged_files_take_their_places(void **state)
{
	struct sg_fs_staged staged[12];
	struct sg_err err = SG_ERR_INIT;
	int before = count_of(".stagegate-");

	(void)state;
	for (size_t i = 0; i < SG_COUNT(staged); i++) {
		const char *path = in_dir(sg_arena_printf(&arena, "staged-%zu", i));

		write_ok(path, "old", 0640);
		staged[i] = stage_ok(path, SG_STR("new"));
		holds(path, "old");
	}
	assert_int_equal(sg_fs_staged_sync(staged, SG_COUNT(staged), &err), 0);
	for (size_t i = 0; i < 10; i++)
		place_ok(&staged[i], SG_STR("old"));
	sg_fs_staged_end(staged, SG_COUNT(staged));
	for (size_t i = 0; i < SG_COUNT(staged); i++) {
		const char *path = in_dir(sg_arena_printf(&arena, "staged-%zu", i));

		holds(path, i < 10 ? "new" : "old");
		assert_int_equal(mode_of(path) & 0777, 0640);
	}
	assert_int_equal(count_of("staged-"), 12);
	assert_int_equal(count_of(".stagegate-"), before);
}

/* So many that several processes remove the old files. */
static void nothing_is_left_beside_many(void **state)
{
	size_t count = 1101;
	struct sg_fs_staged *staged = sg_arena_calloc(&arena, count, sizeof(*staged));
	const char *sub = in_dir("many");

	(void)state;
	assert_int_equal(mkdir(sub, 0700), 0);
	for (size_t i = 0; i < count; i++) {
		const char *path = sg_arena_printf(&arena, "%s/%zu", sub, i);
		int fd = open(path, O_WRONLY | O_CREAT, 0600);

		assert_true(fd >= 0);
		(void)close(fd);
		staged[i] = stage_ok(path, SG_STR("new"));
		place_ok(&staged[i], SG_STR(""));
	}
	sg_fs_staged_end(staged, count);
	for (size_t i = 0; i < count; i++) {
		const char *path = sg_arena_printf(&arena, "%s/%zu", sub, i);

		holds(path, "new");
		assert_int_equal(unlink(path), 0);
	}
	assert_int_equal(rmdir(sub), 0); /* only an empty one can be removed */
}

static ino_t inode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_ino;
}

/* Not a file with its bytes: other names of it, and what else it has, are there still. */
static void the_old_file_itself_comes_back(void **state)
{
	const char *path = in_dir("back");
	struct sg_err err = SG_ERR_INIT;
	struct sg_fs_staged staged;
	int before = count_of(".stagegate-");
	ino_t old;

	(void)state;
	write_ok(path, "old", 0600);
	old = inode_of(path);
	staged = stage_ok(path, SG_STR("new"));
	place_ok(&staged, SG_STR("old"));
	holds(path, "new");
	assert_int_equal(sg_fs_staged_back(&staged, SG_STR("old"), SG_STR("new"), &err), 0);
	holds(path, "old");
	assert_int_equal(inode_of(path), old);
	sg_fs_staged_end(&staged, 1);
	holds(path, "old");
	assert_int_equal(count_of(".stagegate-"), before);
}

/* With the old file kept beside it, and without. */
static void what_was_saved_since_is_not_taken_back(void **state)
{
	const char *path = in_dir("since");
	int before = count_of(".stagegate-");

	(void)state;
	for (int kept = 0; kept < 2; kept++) {
		struct sg_err err = SG_ERR_INIT;
		struct sg_fs_staged staged;

		write_ok(path, "old", 0600);
		staged = stage_ok(path, SG_STR("new"));
		if (kept)
			place_ok(&staged, SG_STR("old"));
		else
			assert_int_equal(sg_fs_staged_rename(&staged, &err), 0);
		write_ok(path, "theirs", 0600);
		assert_int_equal(
			sg_fs_staged_back(&staged, SG_STR("old"), SG_STR("new"), &err), -1);
		assert_int_equal(err.reason, SG_R_CONFLICT);
		assert_non_null(strstr(err.cause, "since"));
		sg_fs_staged_end(&staged, 1);
		holds(path, "theirs");
		assert_int_equal(count_of(".stagegate-"), before);
	}
}

static void what_was_saved_before_stays(void **state)
{
	const char *path = in_dir("saved"), *other = in_dir("saved-2");
	struct sg_err err = SG_ERR_INIT;
	struct sg_fs_staged staged;
	bool same = true;

	(void)state;
	write_ok(path, "old", 0600);
	staged = stage_ok(path, SG_STR("new"));
	write_ok(path, "theirs", 0600);
	assert_int_equal(sg_fs_staged_place(&staged, SG_STR("old"), &same, &err), 0);
	assert_false(same);
	write_ok(other, "old", 0600);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("saved-2", path), 0);
	same = true;
	assert_int_equal(sg_fs_staged_place(&staged, SG_STR("old"), &same, &err), 0);
	assert_false(same);
	assert_true(S_ISLNK(mode_of(path)));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(sg_fs_staged_place(&staged, SG_STR("old"), &same, &err), -1);
	assert_int_equal(err.reason, SG_R_FILE_NOT_FOUND);
	sg_fs_staged_end(&staged, 1);
	assert_int_equal(access(path, F_OK), -1);
}

/* Between the look at the place and the swap. */
static void what_is_saved_in_the_moment_comes_back(void **state)
{
	const char *path = in_dir("moment");
	struct sg_err err = SG_ERR_INIT;
	struct sg_fs_staged staged;
	struct stat seen;
	bool same;

	(void)state;
	for (int i = 0; i < 2; i++) {
		write_ok(path, "old", 0600);
		staged = stage_ok(path, SG_STR("new"));
		assert_int_equal(lstat(path, &seen), 0);
		if (i == 0) {
			write_ok(path, "sav", 0600); /* another file of the same size */
		} else {
			int fd = open(path, O_WRONLY | O_APPEND);

			assert_int_equal(write(fd, "er", 2), 2); /* the same file */
			(void)close(fd);
		}
		same = true;
		assert_int_equal(sg_fs_staged_swap(&staged, &seen, &same, &err), 0);
		assert_false(same);
		sg_fs_staged_end(&staged, 1);
		holds(path, i == 0 ? "sav" : "older");
	}
}

static void what_cannot_be_staged(void **state)
{
	struct sg_fs_staged staged;
	struct sg_err err = SG_ERR_INIT;
	int before = count_of(".stagegate-");

	(void)state;
	assert_int_equal(sg_fs_stage(in_dir("none"), SG_STR("x"), &staged, &err), -1);
	assert_int_equal(err.reason, SG_R_FILE_NOT_FOUND);
	assert_int_equal(sg_fs_stage(dir, SG_STR("x"), &staged, &err), -1);
	assert_int_equal(err.reason, SG_R_LOCAL_IO);
	assert_int_equal(count_of(".stagegate-"), before);
}

static void a_link_stays_a_link(void **state)
{
	(void)state;
	write_ok(in_dir("target"), "old", 0600);
	assert_int_equal(symlink("target", in_dir("link")), 0);
	write_ok(in_dir("link"), "new", 0600);
	assert_true(S_ISLNK(mode_of(in_dir("link"))));
	holds(in_dir("target"), "new");
}

static void a_fifo_is_written_directly(void **state)
{
	const char *path = in_dir("fifo");
	char got[8] = "";
	int fd;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDONLY | O_NONBLOCK);
	write_ok(path, "piped", 0600);
	assert_int_equal(read(fd, got, sizeof(got) - 1), 5);
	assert_string_equal(got, "piped");
	assert_true(S_ISFIFO(mode_of(path)));
	(void)close(fd);
	write_ok("/dev/null", "nowhere", 0600);
}

/* A folder of /dev that holds files, not devices. */
static void files_in_dev_shm_are_replaced(void **state)
{
	char path[] = "/dev/shm/stagegate-test-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	if (fd < 0)
		skip();
	(void)close(fd);
	write_ok(path, "one", 0600);
	write_ok(path, "two", 0600);
	holds(path, "two");
	(void)unlink(path);
}

static void where_a_file_may_be_written(void **state)
{
	static const char *const good[] = {"w-new", "w-old", "w-link", "/dev/null"};
	static const char *const bad[] = {"none/new", "w-old/new", "w-folder"};
	struct sg_err err;

	(void)state;
	write_ok(in_dir("w-old"), "x", 0600);
	assert_int_equal(symlink("w-old", in_dir("w-link")), 0);
	assert_int_equal(mkdir(in_dir("w-folder"), 0700), 0);
	for (size_t i = 0; i < SG_COUNT(good); i++)
		assert_int_equal(
			sg_fs_may_write(good[i][0] == '/' ? good[i] : in_dir(good[i]), &err), 0);
	for (size_t i = 0; i < SG_COUNT(bad); i++) {
		const char *path = in_dir(bad[i]);
		struct sg_err late;

		assert_int_equal(sg_fs_may_write(path, &err), -1);
		assert_int_equal(sg_fs_write(path, SG_STR("x"), 0600, &late), -1);
		assert_non_null(strstr(err.cause, path));
	}
	assert_int_equal(sg_fs_may_write("new-in-the-working-directory", &err), 0);
}

static void a_reader_says_what_is_wrong(void **state)
{
	struct sg_err err;
	struct sg_buf buf;

	(void)state;
	sg_buf_init(&buf, 4);
	assert_int_equal(sg_fs_read(in_dir("none"), &buf, &err), -1);
	assert_int_equal(err.reason, SG_R_FILE_NOT_FOUND);
	assert_non_null(strstr(err.cause, "none"));
	assert_int_equal(sg_fs_read(dir, &buf, &err), -1);
	assert_int_equal(err.reason, SG_R_LOCAL_IO);
	assert_non_null(strstr(err.cause, "directory"));
	write_ok(in_dir("four"), "1234", 0600);
	assert_int_equal(sg_fs_read(in_dir("four"), &buf, &err), 0);
	sg_buf_reset(&buf);
	write_ok(in_dir("five"), "12345", 0600);
	assert_int_equal(sg_fs_read(in_dir("five"), &buf, &err), -1);
	assert_int_equal(err.reason, SG_R_TOO_LARGE);
	assert_non_null(strstr(err.cause, "4 bytes"));
	sg_buf_reset(&buf);
	assert_int_equal(sg_fs_read("/dev/zero", &buf, &err), -1);
	assert_int_equal(err.reason, SG_R_TOO_LARGE);
	sg_buf_release(&buf);
}

static bool is_exposed(const char *path)
{
	struct sg_err err = SG_ERR_INIT;
	struct sg_buf buf;
	bool exposed;

	sg_buf_init(&buf, 1000);
	if (sg_fs_read_key(path, &buf, &exposed, &err) < 0)
		fail_msg("%s", err.cause);
	assert_string_equal(buf.ptr, "key");
	sg_buf_release(&buf);
	return exposed;
}

static void a_key_that_others_may_read_is_told(void **state)
{
	const char *path = in_dir("key"), *link = in_dir("key-link");

	(void)state;
	write_ok(path, "key", 0600);
	assert_int_equal(symlink(path, link), 0);
	assert_false(is_exposed(path));
	for (mode_t bit = 1; bit < 0100; bit <<= 1) {
		assert_int_equal(chmod(path, 0600 | bit), 0);
		assert_true(is_exposed(path));
		assert_true(is_exposed(link));
	}
	assert_int_equal(chmod(path, 0400), 0);
	assert_false(is_exposed(path));
	assert_int_equal(unlink(link), 0);
}

static void removal_does_not_follow_links(void **state)
{
	(void)state;
	assert_int_equal(mkdir(in_dir("kept"), 0700), 0);
	write_ok(in_dir("kept/file"), "x", 0600);
	assert_int_equal(mkdir(in_dir("tree"), 0700), 0);
	assert_int_equal(mkdir(in_dir("tree/sub"), 0700), 0);
	write_ok(in_dir("tree/sub/file"), "x", 0600);
	assert_int_equal(symlink("../../kept", in_dir("tree/sub/link")), 0);
	assert_int_equal(symlink("/nowhere", in_dir("tree/dangling")), 0);
	sg_fs_rmtree(in_dir("tree"));
	assert_false(sg_fs_is_dir(in_dir("tree")));
	holds(in_dir("kept/file"), "x");
	assert_int_equal(symlink("kept", in_dir("direct")), 0);
	sg_fs_rmtree(in_dir("direct"));
	holds(in_dir("kept/file"), "x");
	sg_fs_rmtree(in_dir("none"));
}

static void make_old(const char *path, time_t age_s)
{
	struct timespec times[2];
	struct stat st;

	assert_int_equal(stat(dir, &st), 0);
	times[0] = times[1] = (struct timespec){.tv_sec = st.st_mtime - age_s};
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void what_passes_is_made_anew(void **state)
{
	const char *path = in_dir("passing"), *link = in_dir("to-passing");
	struct sg_err err = SG_ERR_INIT;
	struct stat st;

	(void)state;
	assert_int_equal(sg_fs_write_passing(path, SG_STR("a long text"), &err), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(sg_fs_write_passing(path, SG_STR("short"), &err), 0);
	holds(path, "short");
	assert_int_equal(symlink("passing", link), 0);
	assert_int_equal(sg_fs_write_passing(link, SG_STR("instead"), &err), 0);
	holds(link, "instead");
	holds(path, "short");
	assert_int_equal(sg_fs_write_passing(in_dir("no/folder"), SG_STR("x"), &err), -1);
	assert_int_equal(err.reason, SG_R_FILE_NOT_FOUND);
	assert_int_equal(mkdir(in_dir("folder-here"), 0700), 0);
	assert_int_equal(sg_fs_write_passing(in_dir("folder-here"), SG_STR("x"), &err), -1);
	assert_int_equal(err.reason, SG_R_LOCAL_IO);
}

static void dead_directories_are_swept(void **state)
{
	static const char *const names[] = {
		"stagegate-aaaaaa", "stagegate-bbbbbb", "stagegate-longer-name", "other-aaaaaa"};
	const char *base = in_dir("tmp"), *fresh;
	struct sg_err err;

	(void)state;
	assert_int_equal(mkdir(base, 0700), 0);
	for (size_t i = 0; i < SG_COUNT(names); i++) {
		const char *path = sg_arena_printf(&arena, "%s/%s", base, names[i]);

		assert_int_equal(mkdir(path, 0700), 0);
		write_ok(sg_arena_printf(&arena, "%s/file", path), "x", 0600);
		make_old(path, i == 1 ? 3600 : 3 * 86400);
	}
	assert_int_equal(sg_fs_tempdir(&arena, base, &fresh, &err), 0);
	assert_true(sg_fs_is_dir(fresh));
	assert_false(sg_fs_is_dir(in_dir("tmp/stagegate-aaaaaa")));
	assert_true(sg_fs_is_dir(in_dir("tmp/stagegate-bbbbbb")));
	assert_true(sg_fs_is_dir(in_dir("tmp/stagegate-longer-name")));
	assert_true(sg_fs_is_dir(in_dir("tmp/other-aaaaaa")));
}

static void no_place_for_a_temporary_directory(void **state)
{
	const char *path;
	struct sg_err err;

	(void)state;
	assert_int_equal(sg_fs_tempdir(&arena, in_dir("none"), &path, &err), -1);
	assert_int_equal(err.reason, SG_R_LOCAL_IO);
	assert_non_null(strstr(err.cause, in_dir("none")));
	assert_non_null(strstr(err.hint, "TMPDIR"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_temporary_directory_is_private),
		cmocka_unit_test(what_is_written_can_be_read),
		cmocka_unit_test(nothing_is_left_beside),
		cmocka_unit_test(staged_files_take_their_places),
		cmocka_unit_test(nothing_is_left_beside_many),
		cmocka_unit_test(the_old_file_itself_comes_back),
		cmocka_unit_test(what_was_saved_since_is_not_taken_back),
		cmocka_unit_test(what_was_saved_before_stays),
		cmocka_unit_test(what_is_saved_in_the_moment_comes_back),
		cmocka_unit_test(what_cannot_be_staged),
		cmocka_unit_test(a_link_stays_a_link),
		cmocka_unit_test(a_fifo_is_written_directly),
		cmocka_unit_test(files_in_dev_shm_are_replaced),
		cmocka_unit_test(where_a_file_may_be_written),
		cmocka_unit_test(a_reader_says_what_is_wrong),
		cmocka_unit_test(a_key_that_others_may_read_is_told),
		cmocka_unit_test(removal_does_not_follow_links),
		cmocka_unit_test(what_passes_is_made_anew),
		cmocka_unit_test(dead_directories_are_swept),
		cmocka_unit_test(no_place_for_a_temporary_directory),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
