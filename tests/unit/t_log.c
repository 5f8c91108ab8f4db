#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/log.h"

static void keep(void *arg, const char *line, size_t len)
{
	struct sg_buf *buf = arg;

	sg_buf_add(buf, line, len);
}

static void text_lines(void **state)
{
	struct sg_buf out;
	struct sg_log log = {.level = SG_LOG_INFO, .write = keep, .arg = &out};

	(void)state;
	sg_buf_init(&out, 1 << 16);
	log.redactor = sg_redactor_new();
	sg_redactor_learn(log.redactor, SG_STR("top-secret"));
	sg_debug(&log, "not said");
	sg_info(&log, "pushed %d to %s", 1, "develop");
	sg_warn(&log, "server said \"\x1b[2J\r\ntop-secret\"");
	sg_debug(NULL, "nobody listens");
	assert_string_equal(out.ptr, "pushed 1 to develop\n"
				     "warning: server said \"\\x1b[2J\\x0d [MASKED]\"\n");
	sg_redactor_free(log.redactor);
	sg_buf_release(&out);
}

static void json_lines(void **state)
{
	struct sg_buf out;
	struct sg_log log = {.level = SG_LOG_DEBUG, .json = true, .write = keep, .arg = &out};

	(void)state;
	sg_buf_init(&out, 1 << 16);
	sg_debug(&log, "a \"b\"\n\x1b");
	sg_log_at(&log, SG_LOG_ERROR, "Authorization: Bearer x");
	assert_string_equal(out.ptr,
		"{\"level\":\"debug\",\"message\":\"a \\\"b\\\"\\n\\u001b\"}\n"
		"{\"level\":\"error\",\"message\":\"Authorization: [MASKED]\"}\n");
	sg_buf_release(&out);
}

static void long_messages_are_cut(void **state)
{
	static char text[100000];
	struct sg_buf out;
	struct sg_log log = {.write = keep, .arg = &out};

	(void)state;
	sg_buf_init(&out, 1 << 16);
	for (size_t i = 0; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "\xC3\xA4", 2);
	log.level = SG_LOG_INFO;
	sg_info(&log, "x%s", text);
	assert_true(out.len <= 4096 + 1);
	assert_true(out.len > 4090);
	assert_true(sg_str_ends(sg_buf_str(&out), "\xC3\xA4...\n"));
	sg_buf_reset(&out);
	/* A secret that crosses the limit is masked before the cut. */
	log.redactor = sg_redactor_new();
	sg_redactor_learn(log.redactor, SG_STR("secret-that-crosses"));
	memset(text, 'y', 4080);
	memcpy(text + 4080, "secret-that-crosses and more", 29);
	log.json = true;
	sg_info(&log, "%s", text);
	assert_null(strstr(out.ptr, "secret"));
	assert_true(sg_str_ends(sg_buf_str(&out), "...\"}\n"));
	sg_redactor_free(log.redactor);
	sg_buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_lines),
		cmocka_unit_test(json_lines),
		cmocka_unit_test(long_messages_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
