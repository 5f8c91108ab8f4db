/* sg_repo_merge_tree(): the bytes that git's own merge gives, over generated changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "repo_world.h"

enum { CASES = 150, FILES = 8, LINES = 64, LINE = 48 };

/* --- repositories out of a generator --- */

struct file {
	const char *path;
	const char *mode; /* NULL: does not exist */
	char lines[LINES][LINE];
	size_t count;
};

struct maker {
	uint64_t random;
	FILE *out; /* for git fast-import */
};

static const char *const paths[FILES] = {"values.yaml", "apps/cart/values-dev.yaml",
	"apps/cart/values-prod.yaml", "apps/catalog/values-dev.yaml", "apps/catalog/run.sh",
	"clusters/dev/a/b/c.yaml", "clusters/prod/kustomization.yaml", "zz.txt"};

static unsigned pick(struct maker *m, unsigned below)
{
	m->random = m->random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(m->random >> 33) % below;
}

/* Few different lines, so that equal ones stand beside each other, as in a list of values. */
static void make_line(struct maker *m, char line[LINE])
{
	static const char *const kinds[] = {"- name: s%u", "  image: r/s%u", "  tag: 1.%u.0",
		"    value: %u", "# %u", "---", "", "  enabled: true"};
	const char *kind = kinds[pick(m, SG_COUNT(kinds))];
	const char *hole = strstr(kind, "%u");

	if (hole)
		(void)snprintf(
			line, LINE, "%.*s%u%s", (int)(hole - kind), kind, pick(m, 6), hole + 2);
	else
		(void)snprintf(line, LINE, "%s", kind);
}

static void make_file(struct maker *m, struct file *file, const char *path)
{
	*file = (struct file){.path = path, .mode = "100644"};
	if (pick(m, 8) == 0) {
		file->mode = NULL;
		return;
	}
	if (pick(m, 6) == 0)
		file->mode = "100755";
	file->count = pick(m, 40);
	for (size_t i = 0; i < file->count; i++)
		make_line(m, file->lines[i]);
}

static void insert_line(struct maker *m, struct file *file)
{
	size_t at = pick(m, (unsigned)file->count + 1);

	if (file->count == LINES)
		return;
	memmove(file->lines[at + 1], file->lines[at], (file->count - at) * LINE);
	make_line(m, file->lines[at]);
	file->count++;
}

static void drop_line(struct maker *m, struct file *file)
{
	size_t at = file->count ? pick(m, (unsigned)file->count) : 0;

	if (file->count == 0)
		return;
	file->count--;
	memmove(file->lines[at], file->lines[at + 1], (file->count - at) * LINE);
}

static void edit_file(struct maker *m, struct file *file)
{
	switch (pick(m, 12)) {
	case 0:
		file->mode = NULL;
		break;
	case 1:
		file->mode = strcmp(file->mode, "100644") == 0 ? "100755" : "100644";
		break;
	case 2:
	case 3:
		drop_line(m, file);
		break;
	case 4:
	case 5:
		insert_line(m, file);
		break;
	default:
		if (file->count > 0)
			make_line(m, file->lines[pick(m, (unsigned)file->count)]);
	}
}

/* One side's changes. */
static void edit_files(struct maker *m, struct file files[FILES])
{
	unsigned edits = 1 + pick(m, 3);

	while (edits--) {
		struct file *file = &files[pick(m, FILES)];

		if (file->mode)
			edit_file(m, file);
		else
			make_file(m, file, file->path);
	}
}

static void write_file(struct maker *m, const struct file *file)
{
	size_t len = 0;

	if (!file->mode)
		return;
	for (size_t i = 0; i < file->count; i++)
		len += strlen(file->lines[i]) + 1;
	fprintf(m->out, "M %s inline %s\ndata %zu\n", file->mode, file->path, len);
	for (size_t i = 0; i < file->count; i++)
		fprintf(m->out, "%s\n", file->lines[i]);
	fprintf(m->out, "\n");
}

static void write_commit(
	struct maker *m, int number, const char *side, bool first, const struct file files[FILES])
{
	fprintf(m->out, "commit refs/heads/g%d/%s\n", number, side);
	if (first)
		fprintf(m->out, "mark :%d\n", number + 1);
	fprintf(m->out, "committer S <s@example.com> 1767261700 +0000\ndata 2\nx\n");
	if (!first)
		fprintf(m->out, "from :%d\n", number + 1);
	fprintf(m->out, "deleteall\n");
	for (size_t i = 0; i < FILES; i++)
		write_file(m, &files[i]);
	fprintf(m->out, "\n");
}

static void write_case(struct maker *m, int number)
{
	struct file base[FILES], side[FILES];

	for (size_t i = 0; i < FILES; i++)
		make_file(m, &base[i], paths[i]);
	write_commit(m, number, "base", true, base);
	memcpy(side, base, sizeof(side));
	edit_files(m, side);
	write_commit(m, number, "ours", false, side);
	memcpy(side, base, sizeof(side));
	edit_files(m, side);
	write_commit(m, number, "theirs", false, side);
}

static void make_cases(struct repo_world *w, uint64_t seed)
{
	struct maker m = {.random = seed};
	char path[200];

	(void)snprintf(path, sizeof(path), "%s/stream", w->git.root);
	m.out = fopen(path, "w");
	assert_non_null(m.out);
	for (int i = 0; i < CASES; i++)
		write_case(&m, i);
	assert_int_equal(fclose(m.out), 0);
	git_behind_sh(&w->git, "git -C \"$BARE\" fast-import --quiet <\"$HOME/stream\"");
}

/* --- what git says --- */

/*
 * "BASE OURS THEIRS ANSWER" a line, for the branches PREFIX*: ANSWER is a tree, or "conflict".
 * FLAGS go to git.
 */
static char *ask_git(struct repo_world *w, const char *prefix, const char *flags)
{
	size_t size = (size_t)CASES * 200;
	const char *command = sg_arena_printf(&w->arena,
		"set -e; cd \"$BARE\"; "
		"git for-each-ref --format='%%(refname:short)' 'refs/heads/%s*/base' | "
		"while read -r b; do g=${b%%/base}; "
		"if t=$(git %s merge-tree --write-tree \"$g/ours\" \"$g/theirs\"); then :; "
		"else t=conflict; fi; "
		"echo $(git rev-parse \"$g/base\" \"$g/ours\" \"$g/theirs\") ${t%%%%[!0-9a-z]*}; "
		"done",
		prefix, flags);
	char *out = sg_arena_alloc(&w->arena, size);

	(void)git_behind_out(&w->git, command, out, size);
	return out;
}

struct asked {
	char base[41], ours[41], theirs[41], answer[41];
};

static size_t parse_answers(struct repo_world *w, char *text, struct asked **ret)
{
	struct asked *all = NULL;
	size_t count = 0;

	for (char *line = text; line && *line;) {
		struct asked *asked = sg_arena_push(&w->arena, &all, &count, sizeof(*asked));
		char *next = strchr(line, '\n');

		assert_int_equal(sscanf(line, "%40s %40s %40s %40s", asked->base, asked->ours,
					 asked->theirs, asked->answer),
			4);
		line = next ? next + 1 : NULL;
	}
	*ret = all;
	return count;
}

static void fetch_all(struct repo_world *w, const struct asked *all, size_t count)
{
	const char **ids = sg_arena_calloc(&w->arena, 3 * count, sizeof(*ids));

	for (size_t i = 0; i < count; i++) {
		ids[3 * i] = all[i].base;
		ids[3 * i + 1] = all[i].ours;
		ids[3 * i + 2] = all[i].theirs;
	}
	repo_ok(w, sg_repo_fetch_commits(w->repo, ids, 3 * count, &w->err));
}

/* Our answer: a tree, or "conflict". */
static const char *merge(struct repo_world *w, const struct asked *asked)
{
	bool conflict = false;
	char tree[65] = "untouched";

	repo_ok(w, sg_repo_merge_tree(w->repo, asked->base, asked->ours, asked->theirs, tree,
			   &conflict, &w->err));
	if (conflict)
		assert_string_equal(tree, "untouched");
	return conflict ? "conflict" : sg_arena_strdup(&w->arena, tree);
}

static void generated_merges_are_those_of_git(void **state)
{
	struct repo_world w;
	struct asked *all;
	size_t count, clean = 0, careful = 0;

	(void)state;
	repo_world_init(&w);
	make_cases(&w, 20260101);
	count = parse_answers(&w, ask_git(&w, "g", "-c merge.renames=false"), &all);
	assert_int_equal(count, CASES);
	fetch_all(&w, all, count);
	for (size_t i = 0; i < count; i++) {
		const char *got = merge(&w, &all[i]);

		if (strcmp(got, all[i].answer) == 0) {
			clean += strcmp(got, "conflict") != 0;
			continue;
		}
		/* ours may be the more careful answer, never the bolder one */
		if (strcmp(got, "conflict") != 0)
			fail_msg("%s %s %s: %s, git says %s", all[i].base, all[i].ours,
				all[i].theirs, got, all[i].answer);
		careful++;
	}
	print_message("%zu cases: %zu merge, %zu conflicts, %zu of them only ours\n", count, clean,
		count - clean, careful);
	assert_true(clean > CASES / 3 && count - clean > CASES / 10);
	assert_true(careful <= CASES / 50);
	repo_world_release(&w);
}

/* --- single stories --- */

/* Commits NAME/base, NAME/ours, NAME/theirs, made by three shell commands in a work tree. */
static void story(struct repo_world *w, const char *base, const char *ours, const char *theirs)
{
	git_behind_sh(&w->git,
		sg_arena_printf(&w->arena,
			"set -e; git -C \"$BARE\" config receive.denyNonFastForwards false; cd "
			"\"$CLONE\"; "
			"make() { git add -A; git commit -q --allow-empty -m x; git push -q -f "
			"origin "
			"HEAD:refs/heads/s/$1; }; "
			"git checkout -q --orphan s; git rm -rqf .; git clean -fdqx; "
			"( %s ); make base; "
			"( %s ); make ours; "
			"git checkout -q -B s HEAD~1; git clean -fdqx; ( %s ); make theirs; "
			"git checkout -q main; git branch -q -D s",
			base, ours, theirs));
}

/* What we and git answer to the story; both in EXPECTED, as "clean", "conflict" or a pair. */
static void check_story(struct repo_world *w, const char *flags, const char *expected)
{
	struct asked *asked;
	const char *got;
	char said[40];

	assert_int_equal(parse_answers(w, ask_git(w, "s", flags), &asked), 1);
	fetch_all(w, asked, 1);
	got = merge(w, asked);
	if (strcmp(got, asked->answer) == 0)
		(void)snprintf(said, sizeof(said), "%s",
			strcmp(got, "conflict") == 0 ? "conflict" : "clean");
	else
		(void)snprintf(said, sizeof(said), "%s, git %s",
			strcmp(got, "conflict") == 0 ? "conflict" : "clean",
			strcmp(asked->answer, "conflict") == 0 ? "conflict" : "clean");
	assert_string_equal(said, expected);
}

#define LIST "for i in 1 2 3 4 5 6 7 8 9; do echo line $i; done >"

static const struct {
	const char *base, *ours, *theirs, *expected;
} stories[] = {
	{"echo a >a", ":", "echo b >a", "clean"},
	{"echo a >a", "echo b >a", ":", "clean"},
	{"echo a >a", "echo b >a", "echo b >a", "clean"},
	{"echo a >a", "echo b >a", "echo c >a", "conflict"},
	{LIST "a", "sed -i 1s/$/x/ a", "sed -i 9s/$/y/ a", "clean"},
	{LIST "a", "sed -i 4s/$/x/ a", "sed -i 5s/$/y/ a", "conflict"},
	{LIST "a", "sed -i 1s/$/x/ a; chmod +x a", "sed -i 9s/$/y/ a", "clean"},
	{LIST "a", "chmod +x a", "sed -i 9s/$/y/ a", "clean"},
	{"echo a >a", "rm a", "rm a", "clean"},
	{"echo a >a", "rm a", "echo b >a", "conflict"},
	{"echo a >a", "rm a", "chmod +x a", "conflict"},
	{"echo a >a", "rm a", ":", "clean"},
	{"echo a >a", "echo b >b", "echo b >b", "clean"},
	{"echo a >a", "echo b >b", "echo c >b", "conflict"},
	{"echo a >a", "echo b >b", "echo b >b; chmod +x b", "conflict"},
	{"mkdir d; echo a >d/a", "rm -r d", "mkdir -p d; echo b >d/b", "clean"},
	{"mkdir d; echo a >d/a", "rm -r d; echo f >d", ":", "clean"},
	{"mkdir d; echo a >d/a", "rm -r d; echo f >d", "echo b >d/b", "conflict"},
	{"mkdir d; echo a >d/a", "rm -r d; echo f >d", "rm -r d", "clean"},
	{"echo a >a", "echo f >d", "mkdir d; echo b >d/b", "conflict"},
	{"echo a >a", "rm a; mkdir a; echo b >a/b", ":", "clean"},
	{"echo a >a", "rm a; mkdir a; echo b >a/b", "echo c >a", "conflict"},
	{"ln -s x l", "ln -sf y l", ":", "clean"},
	{"ln -s x l", "ln -sf y l", "ln -sf z l", "conflict"},
	{"ln -s x l", "rm l; echo l >l", "ln -sf z l", "conflict"},
	{"printf 'a\\0b' >b", "printf 'a\\0c' >b", "printf 'd\\0b' >b", "conflict"},
	{"printf 'a\\0b' >b", "printf 'a\\0c' >b", "echo x >x", "clean"},
	{"printf 'no newline' >a", "printf 'no newline\\n' >a", "printf 'x\\nno newline' >a",
		"conflict"},
	{"printf 'a\\r\\nb\\r\\nc\\r\\nd\\r\\ne\\r\\n' >a", "sed -i 1s/a/x/ a", "sed -i 5s/e/y/ a",
		"clean"},
	{"mkdir -p a a-b; echo 1 >a/x; echo 2 >a-b/x; echo 3 >a.c", "echo n >a/y", "echo m >a-b/y",
		"clean"},
	{"echo a >a", "rm a", "rm a; echo b >b", "clean"},
	{"echo a >a", "git update-index --add --cacheinfo 160000,$(git rev-parse main),sub", ":",
		"clean"},
};

static void single_stories_are_told_as_git_tells_them(void **state)
{
	struct repo_world w;

	(void)state;
	repo_world_init(&w);
	for (size_t i = 0; i < SG_COUNT(stories); i++) {
		story(&w, stories[i].base, stories[i].ours, stories[i].theirs);
		print_message(
			"%s | %s | %s\n", stories[i].base, stories[i].ours, stories[i].theirs);
		repo_world_again(&w);
		check_story(&w, "-c merge.renames=false", stories[i].expected);
	}
	repo_world_release(&w);
}

static void renames_are_not_followed(void **state)
{
	struct repo_world w;

	(void)state;
	repo_world_init(&w);
	story(&w, LIST "a", "git mv a b", "sed -i 9s/$/y/ a");
	check_story(&w, "", "conflict, git clean");
	repo_world_again(&w);
	story(&w, LIST "a", "git mv a b", "echo x >x");
	check_story(&w, "", "clean");
	repo_world_release(&w);
}

static void a_large_file_that_both_changed_is_a_conflict(void **state)
{
	struct repo_world w;

	(void)state;
	repo_world_init(&w);
	story(&w,
		"for i in 1 2 3 4 5; do head -c 999999 /dev/zero | tr \"\\\\0\" $i; echo; done >a",
		"sed -i 1s/$/x/ a", "sed -i 5s/$/y/ a");
	check_story(&w, "", "conflict, git clean");
	repo_world_release(&w);
}

static void what_is_not_here_is_an_error(void **state)
{
	static const char missing[] = "1111111111111111111111111111111111111111";
	struct repo_world w;
	const char *main_tip;
	bool conflict = false;
	char tree[65] = "untouched";

	(void)state;
	repo_world_init(&w);
	main_tip = repo_fetched(&w, "main");
	for (int i = 0; i < 3; i++)
		repo_fails(&w,
			sg_repo_merge_tree(w.repo, i == 0 ? missing : main_tip,
				i == 1 ? missing : main_tip, i == 2 ? missing : main_tip, tree,
				&conflict, &w.err),
			SG_R_REVISION_NOT_FOUND, missing);
	assert_string_equal(tree, "untouched");
	repo_world_release(&w);
}

/* Two hundred folders in each other, changed on both sides at the bottom. */
static void endless_folders_are_refused(void **state)
{
	struct repo_world w;
	struct asked *asked;
	bool conflict;
	char tree[65];
	const char *const *changed;
	size_t count;

	(void)state;
	repo_world_init(&w);
	story(&w,
		"p=.; for i in $(seq 200); do p=$p/d; done; mkdir -p $p; echo a >$p/a; echo b "
		">$p/b",
		"p=.; for i in $(seq 200); do p=$p/d; done; echo x >$p/a",
		"p=.; for i in $(seq 200); do p=$p/d; done; echo y >$p/b");
	assert_int_equal(parse_answers(&w, ask_git(&w, "s", ""), &asked), 1);
	fetch_all(&w, asked, 1);
	repo_fails(&w,
		sg_repo_merge_tree(
			w.repo, asked->base, asked->ours, asked->theirs, tree, &conflict, &w.err),
		SG_R_TOO_LARGE, "folders");
	repo_fails(&w,
		sg_repo_changed_paths(
			w.repo, asked->ours, asked->theirs, &w.arena, &changed, &count, &w.err),
		SG_R_TOO_LARGE, "folders");
	repo_world_release(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(generated_merges_are_those_of_git),
		cmocka_unit_test(single_stories_are_told_as_git_tells_them),
		cmocka_unit_test(renames_are_not_followed),
		cmocka_unit_test(a_large_file_that_both_changed_is_a_conflict),
		cmocka_unit_test(what_is_not_here_is_an_error),
		cmocka_unit_test(endless_folders_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
