/* What GitLab says to a push with options: real words, cut ones, and those of somebody else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/push_answer.h"

#define BRANCH "stagegate/dev/catalog"
#define PAGE "https://gitlab.example.com/gitops/apps/-/merge_requests/12"
#define FRAME "========================================================================"

static struct sg_push_answer read(struct sg_arena *arena, const char *words)
{
	struct sg_push_answer answer;

	sg_push_answer_read(sg_str_of(words), BRANCH, "gitops/apps", arena, &answer);
	return answer;
}

static void an_open_request_is_named(void **state)
{
	static const char *const words[] = {
		"\nView merge request for " BRANCH ":\n  " PAGE "\n\n",
		"View merge request for " BRANCH ":\r\n  " PAGE "\r\n",
		"noise of another hook\nView merge request for " BRANCH ":\n\n" PAGE,
		"View merge request for other:\n  https://h/gitops/apps/-/merge_requests/3\n"
		"View merge request for " BRANCH ":\n  " PAGE "\n",
	};
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(words); i++) {
		struct sg_push_answer answer = read(&arena, words[i]);

		assert_int_equal(answer.iid, 12);
		assert_string_equal(answer.url, PAGE);
		assert_false(answer.none);
		assert_null(answer.why);
	}
}

static void other_addresses_are_none(void **state)
{
	static const char *const pages[] = {
		"https://gitlab.example.com/other/apps/-/merge_requests/12",
		"https://gitlab.example.com/xgitops/apps/-/merge_requests/12",
		"https://gitlab.example.com/gitops/apps/-/merge_requests/",
		"https://gitlab.example.com/gitops/apps/-/merge_requests/12/diffs",
		"https://gitlab.example.com/gitops/apps/-/merge_requests/99999999999999999999",
		"https://gitlab.example.com/gitops/apps/-/issues/12",
		"https://gitlab.example.com/gitops/apps/-/merge_requests/12 ",
		"javascript:/gitops/apps/-/merge_requests/12",
		"https://gitlab.example.com/`x`/gitops/apps/-/merge_requests/12",
		"https://gitlab.example.com/\x1b[2J/gitops/apps/-/merge_requests/12",
		"gitops/apps/-/merge_requests/12",
		"",
	};
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(pages); i++) {
		struct sg_push_answer answer = read(
			&arena, sg_arena_printf(&arena,
					"View merge request for " BRANCH ":\n  %s\n", pages[i]));

		assert_int_equal(answer.iid, i == 6 ? 12 : 0);
		assert_int_equal(answer.url != NULL, i == 6);
	}
}

static void older_gitlabs_and_sub_paths_have_other_addresses(void **state)
{
	static const char *const pages[] = {
		"http://h:8080/gitlab/gitops/apps/-/merge_requests/7",
		"https://h/gitops/apps/merge_requests/7",
		"https://h/a/b/gitops/apps/-/merge_requests/7",
	};
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(pages); i++)
		assert_int_equal(read(&arena, sg_arena_printf(&arena,
						      "View merge request for " BRANCH ":\n  %s\n",
						      pages[i]))
					 .iid,
			7);
}

static void no_request_is_said_so(void **state)
{
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};
	struct sg_push_answer answer =
		read(&arena, "To create a merge request for " BRANCH ", visit:\n  " PAGE "\n");

	(void)state;
	assert_true(answer.none);
	assert_int_equal(answer.iid, 0);
	assert_false(read(&arena, "To create a merge request for other, visit:\n").none);
}

static void a_complaint_is_its_last_words(void **state)
{
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};
	struct sg_push_answer answer = read(&arena,
		FRAME "\n\n   WARNINGS:\n Error encountered with push options\n"
		      "'merge_request.create' 'merge_request.description=a': b\n"
		      "c': Merge requests   are not\n  enabled\n\n" FRAME
		      "\n\nTo create a merge request for " BRANCH ", visit:\n  " PAGE "\n");

	(void)state;
	assert_string_equal(answer.why, "Merge requests are not enabled");
	assert_true(answer.none);
	answer = read(&arena, "Error encountered with push option");
	assert_string_equal(answer.why, "");
}

/* GitLab shows its banner in another frame, behind the complaint. */
static void a_banner_is_no_part_of_the_complaint(void **state)
{
	static const char banner[] =
		FRAME "\n\n   Maintenance on Saturday: expect that GitLab is away for three\n"
		      "   hours, and do not deploy then. Everything that is new in this\n"
		      "   version is told on the page of the platform team, as ever. Do not\n"
		      "   write to us about it before you have read it: it's all there. We\n"
		      "   answer questions in the usual channel, on working days.\n\n" FRAME "\n";
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};
	struct sg_push_answer answer;

	(void)state;
	answer = read(&arena,
		sg_arena_printf(&arena,
			FRAME "\n\nWARNINGS:\nError encountered with push options "
			      "'merge_request.create': Merge requests are not enabled\n\n" FRAME
			      "\n\n%s\nTo create a merge request for " BRANCH ", visit:\n",
			banner));
	assert_string_equal(answer.why, "Merge requests are not enabled");
	assert_true(answer.none);
	assert_null(read(
		&arena, sg_arena_printf(&arena,
				"%s\nView merge request for " BRANCH ":\n  " PAGE "\n", banner))
			    .why);
}

/* The frame of a complaint repeats all options, and breaks lines wherever they are full. */
static void what_stands_in_a_frame_names_no_request(void **state)
{
	static const char said[] = "View merge request for " BRANCH ":\n  " PAGE "\n";
	static const char *const lines[] = {"", FRAME "\n", "========\n"};
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(lines); i++) {
		const char *frame = sg_arena_printf(&arena,
			FRAME "\n\nWARNINGS:\nError encountered with push options\n"
			      "'merge_request.description=x\n%s%s%s': no\n\n" FRAME "\n",
			lines[i], said, lines[i]);
		struct sg_push_answer answer = read(&arena, frame);

		assert_int_equal(answer.iid, 0);
		assert_string_equal(answer.why, "no");
		answer = read(&arena, sg_arena_printf(&arena, "%s\n%s", frame,
					      "View merge request for " BRANCH
					      ":\n  https://h/gitops/apps/-/merge_requests/3\n"));
		assert_int_equal(answer.iid, 3);
		assert_non_null(answer.why);
	}
	/* a frame without its end */
	assert_int_equal(read(&arena, sg_arena_printf(&arena,
					      "Error encountered with push options 'x\n%s", said))
				 .iid,
		0);
}

static void any_cut_is_read(void **state)
{
	static const char words[] = FRAME "\nError encountered with push options 'a': no\n" FRAME
					  "\nView merge request for " BRANCH ":\n  " PAGE "\n";
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};

	(void)state;
	for (size_t i = 0; i <= strlen(words); i++) {
		struct sg_push_answer answer;
		char *cut = sg_arena_dup(&arena, (struct sg_str){words, i});

		sg_push_answer_read(sg_str_of(cut), BRANCH, "gitops/apps", &arena, &answer);
		assert_true(answer.iid == 0 || answer.iid == 1 || answer.iid == 12);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_open_request_is_named),
		cmocka_unit_test(other_addresses_are_none),
		cmocka_unit_test(older_gitlabs_and_sub_paths_have_other_addresses),
		cmocka_unit_test(no_request_is_said_so),
		cmocka_unit_test(a_complaint_is_its_last_words),
		cmocka_unit_test(a_banner_is_no_part_of_the_complaint),
		cmocka_unit_test(what_stands_in_a_frame_names_no_request),
		cmocka_unit_test(any_cut_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
