/*
 * Any words of a server to a push: nothing but the page of a merge request of the project comes out
 * of them as an address, and that stands in them as it is; what is said against the options is one
 * short line without anything that a terminal would obey.
 */
#include <string.h>

#include "model/push_answer.h"

#include "fuzz.h"

#define BRANCH "stagegate/dev/catalog"
#define PROJECT "gitops/apps"
#define WHY_MAX 300

static bool obeys_nothing(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ')
			return false;
	return true;
}

static void check_page(struct sg_str words, const struct sg_push_answer *answer)
{
	char number[64];

	PROMISE(obeys_nothing(answer->url) && !strpbrk(answer->url, " \"'`<>\\@?#&;$|"));
	PROMISE(strncmp(answer->url, "https://", 8) == 0 ||
		strncmp(answer->url, "http://", 7) == 0);
	PROMISE(strstr(answer->url, "/" PROJECT "/"));
	PROMISE(sg_str_search(words, answer->url) >= 0);
	PROMISE(sg_str_search(words, "View merge request for " BRANCH ":") >= 0);
	(void)snprintf(number, sizeof(number), "/merge_requests/%lld", (long long)answer->iid);
	PROMISE(sg_str_ends(sg_str_of(answer->url), strrchr(number, '/')) ||
		strstr(answer->url, "/merge_requests/0"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sg_str words = {(const char *)data, size};
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};
	struct sg_push_answer answer;

	sg_push_answer_read(words, BRANCH, PROJECT, &arena, &answer);
	PROMISE(answer.iid >= 0 && (answer.iid > 0) == (answer.url != NULL));
	if (answer.url)
		check_page(words, &answer);
	if (answer.none)
		PROMISE(sg_str_search(words, "To create a merge request for " BRANCH ", visit:") >=
			0);
	PROMISE((answer.why != NULL) ==
		(sg_str_search(words, "Error encountered with push option") >= 0));
	if (answer.why) {
		size_t len = strlen(answer.why);

		PROMISE(len <= WHY_MAX && obeys_nothing(answer.why));
		PROMISE(len == 0 || (answer.why[0] != ' ' && answer.why[len - 1] != ' '));
		PROMISE(!strstr(answer.why, "  "));
	}
	return 0;
}
