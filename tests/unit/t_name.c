#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/name.h"

static void all_are(bool (*is)(struct sg_str), bool wanted, const char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is(sg_str_of(texts[i])) != wanted)
			fail_msg("'%s' is %staken", texts[i], wanted ? "not " : "");
}

static void branches(void **state)
{
	static const char *const good[] = {"main", "a/b", "release-1.x", "a.b", "@a", "\xc3\xa4"};
	static const char *const bad[] = {"", "-a", "a..b", "a.", "@", "HEAD", "a@{b", "a b", "a~",
		"a^", "a:b", "a?", "a*", "a[", "a\\b", "/a", "a/", "a//b", ".a", "a/.b", "a.lock",
		"a.lock/b"};

	(void)state;
	all_are(sg_name_is_branch, true, good, SG_COUNT(good));
	all_are(sg_name_is_branch, false, bad, SG_COUNT(bad));
}

static void labels(void **state)
{
	static const char sixty_three[] =
		"a1234567890123456789012345678901234567890123456789012345678901z";
	static const char *const good[] = {"a", "0", "argocd", "a-b", "1--2", sixty_three};
	static const char *const bad[] = {"", "-a", "a-", "A", "a.b", "a_b", "a b",
		"a12345678901234567890123456789012345678901234567890123456789012z"};

	(void)state;
	assert_int_equal(strlen(sixty_three), 63);
	all_are(sg_name_is_label, true, good, SG_COUNT(good));
	all_are(sg_name_is_label, false, bad, SG_COUNT(bad));
}

static void approvers(void **state)
{
	static const char *const good[] = {"@a", "@group/sub.group/x_y-z"};
	static const char *const bad[] = {"", "@", "a", "@/a", "@a/", "@a//b", "@a b", "@@a"};

	(void)state;
	all_are(sg_name_is_approvers, true, good, SG_COUNT(good));
	all_are(sg_name_is_approvers, false, bad, SG_COUNT(bad));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(branches),
		cmocka_unit_test(labels),
		cmocka_unit_test(approvers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
