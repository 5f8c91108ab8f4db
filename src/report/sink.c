#include "report/sink.h"

#include "base/attr.h"
#include "base/text.h"

/* The shortest text with something to mask is "://x@"; that grows by seven bytes. */
static void redact(const struct sg_redactor *redactor, struct sg_str text, struct sg_buf *out)
{
	sg_buf_init(out, text.len * 4 + 64);
	sg_redact(redactor, text, out);
}

void sg_report_sink_terminal(
	const struct sg_redactor *redactor, struct sg_str text, bool multiline, struct sg_buf *out)
{
	SG_AUTO(sg_buf_release) struct sg_buf clean = {0};

	redact(redactor, text, &clean);
	sg_text_terminal(sg_buf_str(&clean), multiline, out);
}

void sg_report_sink_json(const struct sg_redactor *redactor, struct sg_json_out *json,
	const char *key, const char *text)
{
	if (text)
		sg_report_sink_json_bytes(redactor, json, key, sg_str_of(text));
	else
		sg_json_put_null(json, key);
}

void sg_report_sink_json_bytes(const struct sg_redactor *redactor, struct sg_json_out *json,
	const char *key, struct sg_str text)
{
	SG_AUTO(sg_buf_release) struct sg_buf clean = {0};

	redact(redactor, text, &clean);
	sg_json_put_strn(json, key, sg_buf_str(&clean));
}

void sg_report_sink_markdown(
	const struct sg_redactor *redactor, struct sg_str text, struct sg_buf *out)
{
	SG_AUTO(sg_buf_release) struct sg_buf clean = {0};

	redact(redactor, text, &clean);
	sg_text_markdown(sg_buf_str(&clean), out);
}

bool sg_report_sink_dotenv(
	const struct sg_redactor *redactor, struct sg_str text, struct sg_buf *out)
{
	SG_AUTO(sg_buf_release) struct sg_buf clean = {0};

	redact(redactor, text, &clean);
	return sg_text_dotenv(sg_buf_str(&clean), out);
}
