#include "report/sink.h"

#include "base/attr.h"
#include "base/text.h"

#define CUT_MARK "..."

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

/* At most MAX_BYTES of TEXT, whole characters, with a mark where the rest was. */
static struct sg_str cut(struct sg_buf *text, size_t max_bytes)
{
	static const size_t mark = sizeof(CUT_MARK) - 1;
	size_t keep = max_bytes - mark;

	if (text->len <= max_bytes)
		return sg_buf_str(text);
	while (keep && ((unsigned char)text->ptr[keep] & 0xC0) == 0x80)
		keep--;
	sg_buf_splice(text, keep, text->len, SG_STR(CUT_MARK));
	return sg_buf_str(text);
}

void sg_report_sink_xml(const struct sg_redactor *redactor, struct sg_str text, size_t max_bytes,
	struct sg_buf *out)
{
	SG_AUTO(sg_buf_release) struct sg_buf clean = {0};

	redact(redactor, text, &clean);
	sg_text_xml(cut(&clean, max_bytes), out);
}

bool sg_report_sink_dotenv(
	const struct sg_redactor *redactor, struct sg_str text, struct sg_buf *out)
{
	SG_AUTO(sg_buf_release) struct sg_buf clean = {0};

	redact(redactor, text, &clean);
	return sg_text_dotenv(sg_buf_str(&clean), out);
}
