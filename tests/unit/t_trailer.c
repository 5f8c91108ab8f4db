#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/trailer.h"

static const char message[] = "deploy(dev): catalog 1.4.2\n\nStagegate-Image: body 1\n\n"
			      "Stagegate-Image: catalog 1.4.2\nstagegate-image:  order 2 \n"
			      "Stagegate-Pipeline:https://gitlab.example.com/p/1\nStagegate-Id\n";

static void the_last_paragraph_counts(void **state)
{
	struct sg_str value;

	(void)state;
	assert_true(sg_trailer_says(SG_STR(message), "Stagegate-Image", "catalog 1.4.2"));
	assert_true(sg_trailer_says(SG_STR(message), "Stagegate-Image", "order 2"));
	assert_false(sg_trailer_says(SG_STR(message), "Stagegate-Image", "body 1"));
	assert_false(sg_trailer_says(SG_STR(message), "Stagegate-Image", "catalog 1.4"));
	assert_true(sg_trailer_find(SG_STR(message), "Stagegate-Pipeline", &value));
	assert_true(sg_str_is(value, "https://gitlab.example.com/p/1"));
	assert_true(sg_trailer_find(SG_STR(message), "Stagegate-Image", &value));
	assert_true(sg_str_is(value, "catalog 1.4.2"));
	assert_false(sg_trailer_find(SG_STR(message), "Stagegate-Id", &value));
	assert_false(sg_trailer_find(SG_STR(message), "Stagegate", &value));
}

static void a_subject_is_no_trailer(void **state)
{
	static const char *const none[] = {"", "\n", "\n\n\n", "Key: value", "Key: value\n",
		"Key: value\nKey: value\n", "subject\n\nKey\n", "subject\n\nKeyed: value\n"};
	struct sg_str value;

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		assert_false(sg_trailer_find(sg_str_of(none[i]), "Key", &value));
		assert_false(sg_trailer_says(sg_str_of(none[i]), "Key", "value"));
	}
	assert_true(sg_trailer_find(SG_STR("subject\n\nKey:"), "Key", &value));
	assert_int_equal(value.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_paragraph_counts),
		cmocka_unit_test(a_subject_is_no_trailer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
