#include "edit_case.h"

#include "base/buf.h"
#include "edit/markers.h"

struct row {
	const char *text;
	const char *want; /* a line for each marker: name part key line value */
};

static void finds(const char *text, const char *want)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	SG_AUTO(sg_buf_release) struct sg_buf out = {0};
	struct sg_edit_markers markers = {0};
	struct sg_err err = SG_ERR_INIT;

	sg_buf_init(&out, 65536);
	if (sg_edit_markers(&arena, "f.yaml", sg_str_of(text), &markers, &err) < 0)
		fail_msg("%s: %s", text, err.cause);
	for (size_t i = 0; i < markers.count; i++) {
		const struct sg_edit_marker *m = &markers.items[i];

		sg_buf_addf(&out, "%s %s %s %d %s%s%s\n", m->name, sg_image_part_name(m->part),
			m->key, m->line, m->value, m->fault ? " fault: " : "",
			m->fault ? m->fault->cause : "");
	}
	if (strcmp(out.len ? out.ptr : "", want) != 0)
		fail_msg("%s\ngot\n%s\nwant\n%s", text, out.len ? out.ptr : "", want);
}

static void run(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		finds(rows[i].text, rows[i].want);
}

#define POLICY(name) "{\"$imagepolicy\": \"" name "\"}"

static void markers_and_their_values(void **state)
{
	static const struct row rows[] = {
		{"tag: v1 # stagegate: web:tag\n", "web tag tag 1 v1\n"},
		{"a:\n  image: r/web:v1 # stagegate: web\n", "web reference a.image 2 r/web:v1\n"},
		{"a: 'r/web' #stagegate:web:name\nd: x\t# stagegate: web:digest",
			"web repository a 1 r/web\nweb digest d 2 x\n"},
		{"tag: v1 # " POLICY("flux-system:web:tag") "\r\nb: 1\r\n",
			"flux-system:web tag tag 1 v1\n"},
		{"image: web:v1 # " POLICY("ns:web") "\n", "ns:web reference image 1 web:v1\n"},
		{"a: r # { \"$imagepolicy\" : \"ns:tag:name\" } and more\n",
			"ns:tag repository a 1 r\n"},
		{"l:\n- v1 # stagegate: web:tag\n- {a: b, tag: v2} # stagegate: web:tag\n",
			"web tag l[0] 2 v1\nweb tag l[1].tag 3 v2\n"},
		{"l: [a, [v1]] # stagegate: web:tag\n", "web tag l[1][0] 1 v1\n"},
		{"tag: # stagegate: web:tag\nx: 1\n", "web tag tag 1 \n"},
		{"tag: \"\" # bump me, stagegate: a.b-c_d:tag please\n", "a.b-c_d tag tag 1 \n"},
		{"kind: ConfigMap\ndata:\n  v: '1' # stagegate: web:tag\n", "web tag data.v 3 1\n"},
		{"a: 1\n---\ntag: v1 # stagegate: web:tag\n", "web tag 1:tag 3 v1\n"},
		{"image: web # stagegate: web\n", "web reference image 1 web\n"},
		{"l:\n- name: \"a\\0b\"\n  tag: v1 # stagegate: web:tag\n",
			"web tag l[0].tag 3 v1\n"},
	};

	(void)state;
	run(rows, SG_COUNT(rows));
}

static void what_is_no_marker(void **state)
{
	static const struct row rows[] = {
		{"# stagegate: web:tag\ntag: v1\n", ""},
		{"a: # stagegate: web:tag\n  tag: v1\n", ""},
		{"tag: v1#stagegate:web:tag\n", ""},
		{"tag: 'v1 # stagegate: web:tag'\n", ""},
		{"tag: |\n  v1 # stagegate: web:tag\n", ""},
		{"tag: | # stagegate: web:tag\n  v1\n", ""},
		{"tag: v1 # mystagegate: web:tag\n", ""},
		{"tag: v1 # stagegate:\n", ""},
		{"tag: v1 # stagegate: :tag\n", ""},
		{"tag: v1 # stagegate: web:tga\n", ""},
		{"tag: v1 # stagegate: we/b:tag\n", ""},
		{"? v1 # stagegate: web:tag\n: x\n", ""},
		{"tag: v1 # {\"$imagepolicy\": \"ns:web:tag\"\n", ""},
		{"tag: v1 # {\"$imagepolicy\": ns:web:tag}\n", ""},
		{"tag: v1 # {\"$imagepolicy\": \"web\"}\n", ""},
		{"tag: v1 # {\"$imagepolicy\": \":web\"}\n", ""},
		{"tag: v1 # {\"$imagepolicy\": \"a:b:c:tag\"}\n", ""},
		{"tag: v1 # {\"$imagepolicy\n", ""},
		{"x: &x v1\ntag: *x # stagegate: web:tag\n", ""},
		{"v1 # stagegate: web:tag\n", ""}, /* no path names it */
		{"\"a\\0b\": v1 # stagegate: web:tag\n", ""},
		{"\"a\\0b\": {c: v1} # stagegate: web:tag\n", ""},
	};

	(void)state;
	run(rows, SG_COUNT(rows));
}

static void markers_that_cannot_be_followed(void **state)
{
	static const struct row rows[] = {
		{"tag: v1 # stagegate: web\n",
			"web reference tag 1 v1 fault: f.yaml:1:6: the marker web is for a whole "
			"reference, and \"v1\" is none\n"},
		{"tag: v1 # stagegate: a:tag " POLICY("ns:b:tag") "\n",
			"a tag tag 1 v1 fault: f.yaml:1:6: the comment behind this value has "
			"several "
			"markers\n"
			"ns:b tag tag 1 v1 fault: f.yaml:1:6: the comment behind this value has "
			"several "
			"markers\n"},
	};

	(void)state;
	run(rows, SG_COUNT(rows));
}

static void long_comments_end(void **state)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	SG_AUTO(sg_buf_release) struct sg_buf text = {0};
	struct sg_edit_markers markers = {0};
	struct sg_err err = SG_ERR_INIT;

	(void)state;
	sg_buf_init(&text, 4u << 20);
	sg_buf_adds(&text, "tag: v1 # ");
	for (int i = 0; i < 100000; i++)
		sg_buf_adds(&text, i % 2 ? "stagegate:" : "{        ");
	assert_int_equal(sg_edit_markers(&arena, "f", sg_buf_str(&text), &markers, &err), 0);
	assert_int_equal(markers.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(markers_and_their_values),
		cmocka_unit_test(what_is_no_marker),
		cmocka_unit_test(markers_that_cannot_be_followed),
		cmocka_unit_test(long_comments_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
