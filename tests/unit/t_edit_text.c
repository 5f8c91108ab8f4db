/* The edit engine where any text may stand: values that nothing stands at yet, several documents.
 */
#include "edit_case.h"

#include "base/attr.h"

static struct sg_edit_ask ask_text(const char *text, const char *key, const char *value)
{
	struct sg_edit_ask ask = ask_key(sg_str_of(text), key, value);

	ask.any_text = true;
	return ask;
}

struct row {
	const char *text, *key, *value, *want;
};

static void each_edits(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		edits_to(ask_text(rows[i].text, rows[i].key, rows[i].value),
			sg_str_of(rows[i].want));
}

static void any_text_keeps_the_style_that_can_say_it(void **state)
{
	static const struct row rows[] = {
		{"a: x\n", "a", "y z", "a: y z\n"},
		{"a: x\n", "a", "12:30:45", "a: \"12:30:45\"\n"},
		{"a: x\n", "a", "~", "a: \"~\"\n"},
		{"a: 3\n", "a", "4", "a: \"4\"\n"},
		{"a: 1.10 # c\n", "a", "1.10", "a: \"1.10\" # c\n"},
		{"a: 'x'\n", "a", "it's", "a: 'it''s'\n"},
		{"a: \"x\"\n", "a", "say \"\\\"", "a: \"say \\\"\\\\\\\"\"\n"},
		{"a: x\n", "a", "- b: #c", "a: \"- b: #c\"\n"},
		{"a: x\n", "a", "two\nlines", "a: \"two\\nlines\"\n"},
		{"a: x\n", "a", "", "a: \"\"\n"},
		{"{\"a\": 3}", "a", "x", "{\"a\": \"x\"}"},
		{"[{\"a\": null}]", "[0].a", "x", "[{\"a\": \"x\"}]"},
		{"{a: v1}", "a", "x", "{a: x}"},
		{"a: '{{ .x }}'\n", "a", "y", "a: 'y'\n"},
	};

	(void)state;
	each_edits(rows, SG_COUNT(rows));
	edit_fails(ask_text("a: x\n", "a", "\xff"), SG_R_EDIT_REFUSED, "f.yaml:1:4: ");
	edit_fails(
		ask_text("a: {b: c}\n", "a", "x"), SG_R_EDIT_NOT_SCALAR, "f.yaml:1:4: a mapping");
}

static void a_value_goes_where_nothing_stands(void **state)
{
	static const struct row rows[] = {
		{"image:\n  tag:\n  x: 1\n", "image.tag", "v1", "image:\n  tag: v1\n  x: 1\n"},
		{"tag:", "tag", "v1", "tag: v1"},
		{"tag:   # none yet\nb: 1\n", "tag", "1.10", "tag: \"1.10\"   # none yet\nb: 1\n"},
		{"tag:\r\nb: 1\r\n", "tag", "v1", "tag: v1\r\nb: 1\r\n"},
		{"l:\n- a\n-\n- b\n", "l[1]", "v1", "l:\n- a\n- v1\n- b\n"},
		{"m: {tag: , b: 1}\n", "m.tag", "v1", "m: {tag: v1, b: 1}\n"},
		{"? tag\n:\nb: 1\n", "tag", "v1", "? tag\n: v1\nb: 1\n"},
		{"a: &x\nb: 1\n", "b", "v1", "a: &x\nb: v1\n"},
	};

	(void)state;
	each_edits(rows, SG_COUNT(rows));
	edit_fails(ask_text("? tag\nb: 1\n", "tag", "v"), SG_R_EDIT_NO_FIELD, "no value");
	edit_fails(ask_text("m: {tag}\n", "m.tag", "v"), SG_R_EDIT_NO_FIELD, "no value");
	edit_fails(ask_text("m: {tag-}\n", "m.tag-", "v"), SG_R_EDIT_UNPROVEN, "f.yaml:1:");
	edit_fails(ask_text("tag: &a\n", "tag", "v"), SG_R_EDIT_NO_FIELD, "no value");
	edit_fails(ask_text("tag: !!str\n", "tag", "v"), SG_R_EDIT_NO_FIELD, "no value");
}

/* Readers that take the first, and readers that take the last, find the same value. */
static void another_key_that_stands_twice(void **state)
{
	static const struct row rows[] = {
		{"a: {t: v1, x: 1, x: 2}\n", "a.t", "v2", "a: {t: v2, x: 1, x: 2}\n"},
		{"x: 1\nx: 1\na: {t: v1}\n", "a.t", "v2", "x: 1\nx: 1\na: {t: v2}\n"},
		{"l:\n- {n: a, x: 1, x: 2, t: v1}\n", "l[n=a].t", "v2",
			"l:\n- {n: a, x: 1, x: 2, t: v2}\n"},
	};

	(void)state;
	each_edits(rows, SG_COUNT(rows));
}

static void an_anchor_that_nothing_uses_stays(void **state)
{
	static const struct row rows[] = {
		{"a: &x v1 # c\n", "a", "v2", "a: &x v2 # c\n"},
		{"a: &x !!str 'v1'\n", "a", "v2", "a: &x !!str 'v2'\n"},
		{"a: !!str &x \"v1\"\n", "a", "v2", "a: !!str &x \"v2\"\n"},
		/* the second &x is what the alias means */
		{"a: &x v1\nb: &x v5\nc: *x\n", "a", "v2", "a: &x v2\nb: &x v5\nc: *x\n"},
		{"a: &x v1\n---\nc: &x v3\nd: *x\n", "0:a", "v2",
			"a: &x v2\n---\nc: &x v3\nd: *x\n"},
	};

	(void)state;
	each_edits(rows, SG_COUNT(rows));
	edit_fails(ask_text("a: &x v1\nb: &x v5\nc: *x\n", "b", "v2"), SG_R_EDIT_SHARED,
		"f.yaml:2:4: the value has the anchor &x that line 3 uses");
}

#define TWO                                                                                        \
	"kind: Service\nmetadata: {name: web}\nt: 1\n---\n"                                        \
	"kind: Deployment\nmetadata:\n  name: web\nt: a\n"

static void a_document_by_number_or_name(void **state)
{
	static const struct row rows[] = {
		{"a: x\n---\na: y\n", "1:a", "z", "a: x\n---\na: z\n"},
		{"a: x\n---\na: y\n", "0:a", "z", "a: z\n---\na: y\n"},
		{"---\n# none\n---\na: y\n---\n", "a", "z", "---\n# none\n---\na: z\n---\n"},
		{"---\n# none\n---\na: y\n---\n", "1:a", "z", "---\n# none\n---\na: z\n---\n"},
		{"- x\n---\n- y\n", "1:[0]", "z", "- x\n---\n- z\n"},
		{TWO, "Deployment/web:t", "b",
			"kind: Service\nmetadata: {name: web}\nt: 1\n---\n"
			"kind: Deployment\nmetadata:\n  name: web\nt: b\n"},
	};

	(void)state;
	each_edits(rows, SG_COUNT(rows));
	edit_fails(ask_text(TWO, "t", "b"), SG_R_EDIT_DOCUMENTS,
		"f.yaml: 2 documents: line 1 (Service/web), line 4 (Deployment/web)");
	edit_fails(ask_text(TWO, "2:t", "b"), SG_R_KEY_NOT_FOUND,
		"f.yaml: there is no document 2; the file has 2, counted from 0");
	edit_fails(ask_text(TWO, "Deployment/api:t", "b"), SG_R_KEY_NOT_FOUND,
		"there is no document Deployment/api");
	edit_fails(ask_text("a: 1\n---\n", "1:a", "b"), SG_R_KEY_NOT_FOUND, "is empty");
	edit_fails(
		ask_text(TWO "---\nkind: Service\nmetadata: {name: web}\n", "Service/web:t", "b"),
		SG_R_EDIT_DUPLICATE, "a second document is Service/web (first at line 1)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_text_keeps_the_style_that_can_say_it),
		cmocka_unit_test(a_value_goes_where_nothing_stands),
		cmocka_unit_test(another_key_that_stands_twice),
		cmocka_unit_test(an_anchor_that_nothing_uses_stays),
		cmocka_unit_test(a_document_by_number_or_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
