/* Any bytes as a document: what is accepted is written as a text that means the same. */
#include "base/attr.h"
#include "io/json_canon.h"
#include "io/json_doc.h"

#include "fuzz.h"

#define TEXT_MAX_BYTES ((size_t)1024 * 1024)

static struct sg_buf text_of(const struct sg_json *doc)
{
	struct sg_buf text;

	sg_buf_init(&text, TEXT_MAX_BYTES);
	sg_json_text(doc, &text);
	PROMISE(!text.overflow);
	return text;
}

static void walk(const struct sg_json *value, int depth)
{
	size_t count = 0;
	int64_t number;

	PROMISE(depth <= 65);
	PROMISE(sg_json_equal(value, value));
	(void)sg_json_i64(value, &number);
	for (const struct sg_json *e = sg_json_first(value); e; e = sg_json_next(e), count++)
		walk(e, depth + 1);
	PROMISE(count == sg_json_count(value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sg_str text = {(const char *)data, size};
	struct sg_err err = SG_ERR_INIT;
	struct sg_json *doc = NULL, *again = NULL;
	struct sg_buf once, canon;

	if (sg_json_parse(text, &doc, &err) < 0) {
		PROMISE(err.cause[0] && !doc);
		return 0;
	}
	walk(doc, 0);
	once = text_of(doc);
	PROMISE(sg_json_parse(sg_buf_str(&once), &again, &err) == 0);
	PROMISE(sg_json_equal(doc, again));
	sg_buf_init(&canon, TEXT_MAX_BYTES);
	sg_json_canon(doc, "raw", &canon);
	PROMISE(!canon.overflow);
	sg_buf_release(&canon);
	sg_buf_release(&once);
	sg_json_free(again);
	sg_json_free(doc);
	return 0;
}
