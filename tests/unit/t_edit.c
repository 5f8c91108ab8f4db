#include "edit_case.h"

#include "base/buf.h"

static void read_file(const char *name, struct sg_buf *buf)
{
	char path[200];
	FILE *file;
	int c;

	(void)snprintf(path, sizeof(path), "tests/data/yaml/%s", name);
	file = fopen(path, "rb");
	if (!file)
		fail_msg("%s cannot be opened; run from the root of the checkout", path);
	sg_buf_init(buf, 65536);
	while ((c = fgetc(file)) != EOF)
		sg_buf_addc(buf, (char)c);
	(void)fclose(file);
}

/* The one occurrence of OLD becomes NEW, and not another byte changes. */
static void file_edit(const char *name, const char *key, const char *old, const char *new)
{
	SG_AUTO(sg_buf_release) struct sg_buf buf = {0};
	SG_AUTO(sg_buf_release) struct sg_buf want = {0};
	long at;

	read_file(name, &buf);
	at = sg_str_search(sg_buf_str(&buf), old);
	assert_true(at >= 0);
	sg_buf_init(&want, 65536);
	sg_buf_addstr(&want, sg_buf_str(&buf));
	sg_buf_splice(&want, (size_t)at, (size_t)at + strlen(old), sg_str_of(new));
	edits_to(ask_key(sg_buf_str(&buf), key, "v9.8.7-rc.1"), sg_buf_str(&want));
}

#define NEW "v9.8.7-rc.1"

static void files_that_other_editors_damage(void **state)
{
	(void)state;
	file_edit("a.yaml", "image.tag", "\"v1.0.0\"", "\"" NEW "\"");
	file_edit("bom.yaml", "image.tag", "v1", NEW);
	file_edit("crlf.yaml", "image.tag", "v1", NEW);
	file_edit("flow.yaml", "image.tag", "v1", NEW);
	file_edit("nextline.yaml", "image.tag", "v1", NEW);
	file_edit("nonl.yaml", "image.tag", "v1", NEW);
	file_edit("plain.yaml", "image.tag", "v1", NEW);
	file_edit("r2.yaml", "tag", "v1", NEW);
	file_edit("r2.yaml", "num", "1.10", NEW);
	file_edit("r2.yaml", "hex", "0x1F", NEW);
	file_edit("r2.yaml", "key", "\"q\"", "\"" NEW "\"");
	file_edit("r2.yaml", "sq", "'v'", "'" NEW "'");
}

static void files_that_are_refused(void **state)
{
	static const struct {
		const char *name, *key;
		enum sg_reason reason;
		const char *cause;
	} rows[] = {
		{"anchor.yaml", "img", SG_R_EDIT_SHARED, "f.yaml:1:6: the value has the anchor &t"},
		{"anchor.yaml", "use", SG_R_EDIT_ALIAS,
			"f.yaml:2:6: the alias *t stands for what line 1 holds"},
		{"block.yaml", "image.tag", SG_R_EDIT_MULTILINE,
			"f.yaml:2:8: the value is a block of lines"},
		{"dup.yaml", "image.tag", SG_R_EDIT_DUPLICATE,
			"f.yaml:3:3: the key \"tag\" stands twice (first at line 2)"},
		{"multi.yaml", "image.tag", SG_R_EDIT_DOCUMENTS,
			"f.yaml: 2 documents: line 1, line 3"},
		{"a.yaml", "child.a", SG_R_EDIT_MERGE_KEY,
			"f.yaml:24:7: \"child\" has no key \"a\" of its own"},
		{"a.yaml", "merge.a", SG_R_EDIT_SHARED,
			"f.yaml:21:8: \"merge\" has the anchor &base that line 24 uses"},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		SG_AUTO(sg_buf_release) struct sg_buf buf = {0};

		read_file(rows[i].name, &buf);
		edit_fails(
			ask_key(sg_buf_str(&buf), rows[i].key, NEW), rows[i].reason, rows[i].cause);
	}
}

struct row {
	const char *key, *value, *before, *after;
};

static void one_scalar_changes(void **state)
{
	static const struct row rows[] = {
		{"tag", "v2", "tag: v1", "tag: v2"},
		{"tag", "v2", "tag:\tv1 \t # c\r\n", "tag:\tv2 \t # c\r\n"},
		{"a.tag", "2", "a: {tag: v1}\n", "a: {tag: \"2\"}\n"},
		{"tag", "v2", "{\"tag\":\"v1\",\"x\":[1,2]}", "{\"tag\":\"v2\",\"x\":[1,2]}"},
		{"tag", "2", "{\"tag\":1}", "{\"tag\":\"2\"}"},
		{"tag", "v2", "{\"tag\":v1}", "{\"tag\":v2}"},
		{"list[1].tag", "v2", "list:\n- tag: v1\n- tag: v1 # x\n",
			"list:\n- tag: v1\n- tag: v2 # x\n"},
		{"list[0]", "v2", "list: [v1,v1]\n", "list: [v2,v1]\n"},
		{"c[name=web].tag", "v2",
			"c:\n  - name: x\n    tag: v1\n  - tag: v1\n    name: web\n",
			"c:\n  - name: x\n    tag: v1\n  - tag: v2\n    name: web\n"},
		{"\"a.b/c\"[\"d e\"]", "v2", "a.b/c:\n  d e: v1\n", "a.b/c:\n  d e: v2\n"},
		{"tag", "v2", "tag: ''", "tag: 'v2'"},
		{"tag", "v2", "tag: \"\"  ", "tag: \"v2\"  "},
		{"tag", "v2", "tag: ~\n", "tag: v2\n"},
		{"tag", "v2", "tag: null # none yet\n", "tag: v2 # none yet\n"},
		{"tag", "1.10", "tag: v1\n", "tag: \"1.10\"\n"},
		{"tag", "1.10", "tag: 'v1'\n", "tag: '1.10'\n"},
		{"tag", "1.10", "tag: 1.10\n", "tag: \"1.10\"\n"},
		{"tag", "20240101", "tag: 20240101 # x\n", "tag: \"20240101\" # x\n"},
		{"tag", "1e3", "tag: v1\n", "tag: \"1e3\"\n"},
		{"tag", "yes", "tag: v1\n", "tag: \"yes\"\n"},
		{"tag", "0x1f", "tag: v1\n", "tag: \"0x1f\"\n"},
		{"tag", "1_000", "tag: v1\n", "tag: \"1_000\"\n"},
		{"tag", "v2", "tag: !!str v1\n", "tag: !!str v2\n"},
		{"tag", "v2", "tag: !<tag:yaml.org,2002:str>  'v1'\n",
			"tag: !<tag:yaml.org,2002:str>  'v2'\n"},
		{"tag", "v2", "tag: >-\n  v1\nx: 1\n", "tag: >-\n  v2\nx: 1\n"},
		{"tag", "1.10", "tag: |- # c: v1\r\n    v1\r\n\r\n# c\r\nx: 1\r\n",
			"tag: |- # c: v1\r\n    1.10\r\n\r\n# c\r\nx: 1\r\n"},
		{"l[0].tag", "v2", "l:\n- tag: &a !!str |2-\n    v1",
			"l:\n- tag: &a !!str |2-\n    v2"},
		{"tag", "v2", "tag: \"v\\x31\"\n", "tag: \"v2\"\n"},
		{"tag", "v2", "tag: v1\n...\n", "tag: v2\n...\n"},
		{"tag", "v2", "%YAML 1.1\n# x\n---\ntag: v1\n", "%YAML 1.1\n# x\n---\ntag: v2\n"},
		{"tag", "v2", "x: ä\xc2\x85tag: v1\xe2\x80\xa8y: ü\rz: 1",
			"x: ä\xc2\x85tag: v2\xe2\x80\xa8y: ü\rz: 1"},
		{"tag", "v2", "? tag\n: v1\n? x\n: y\n", "? tag\n: v2\n? x\n: y\n"},
		{"a.tag", "v2", "a: &unused {tag: v1}\nb: &a {x: 1}\nc: *a\n",
			"a: &unused {tag: v2}\nb: &a {x: 1}\nc: *a\n"},
		{"c.tag", "v2", "b: &a {x: 1}\nc:\n  <<: *a\n  tag: v1\n",
			"b: &a {x: 1}\nc:\n  <<: *a\n  tag: v2\n"},
		{"tag", "v2", "x: '{{ .Values.y }}'\ntag: v1\ny: a {{ b }}\n",
			"x: '{{ .Values.y }}'\ntag: v2\ny: a {{ b }}\n"},
		{"tag", "v2", "# {{ comment }}\ntag: v1\n", "# {{ comment }}\ntag: v2\n"},
		{"tag", "v2", "a:\n    - |\n      tag: v1\n    - >-\n      x\ntag: v1\n",
			"a:\n    - |\n      tag: v1\n    - >-\n      x\ntag: v2\n"},
		{"[0][1].tag", "v2", "- - v1\n  - tag: v1\n", "- - v1\n  - tag: v2\n"},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++)
		edits_to(ask_key(sg_str_of(rows[i].before), rows[i].key, rows[i].value),
			sg_str_of(rows[i].after));
}

static void the_answer_says_where_and_what(void **state)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_edit_ask ask =
		ask_key(SG_STR("# ä\nimage:\n  tag: \"v1\" # x\n"), "image.tag", "v2");
	struct sg_err err = SG_ERR_INIT;
	struct sg_edit_done done;

	(void)state;
	assert_int_equal(sg_edit_apply(&arena, &ask, &done, &err), 0);
	assert_string_equal(done.from, "v1");
	assert_string_equal(done.to, "v2");
	assert_string_equal(done.place, "image.tag");
	assert_int_equal(done.line, 3);
	assert_int_equal(done.column, 8);
}

static void already_there_writes_nothing(void **state)
{
	static const char *const texts[] = {"tag: v1", "tag: 'v1'\n", "tag: \"v1\"",
		"tag: !!str v1\n", "tag: &t v1\n", "tag: |-\n  v1\n", "tag: \"v\\\n  1\"\n"};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(texts); i++) {
		SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
		struct sg_edit_ask ask = ask_key(sg_str_of(texts[i]), "tag", "v1");
		struct sg_err err = SG_ERR_INIT;
		struct sg_edit_done done;

		assert_int_equal(sg_edit_apply(&arena, &ask, &done, &err), 0);
		assert_true(done.unchanged);
		assert_true(done.text.ptr == texts[i]);
		assert_int_equal(done.text.len, strlen(texts[i]));
	}
}

static struct sg_edit_ask with_part(struct sg_edit_ask ask, enum sg_image_part part)
{
	ask.part = part;
	return ask;
}

static void parts_of_an_image(void **state)
{
	static const struct {
		enum sg_image_part part;
		const char *value, *before, *after;
	} rows[] = {
		{SG_PART_REFERENCE, "v2", "x: r.io:5000/a/b:v1\n", "x: r.io:5000/a/b:v2\n"},
		{SG_PART_REFERENCE, "v2", "x: \"r.io:5000/a/b\"\n", "x: \"r.io:5000/a/b:v2\"\n"},
		{SG_PART_REFERENCE, DIGEST, "x: a/b:v1\n", "x: a/b@" DIGEST "\n"},
		{SG_PART_REFERENCE, "v2@" DIGEST, "x: a/b:v1@" OTHER_DIGEST "\n",
			"x: a/b:v2@" DIGEST "\n"},
		{SG_PART_REFERENCE, "30", "x: a:1\n", "x: a:30\n"},
		{SG_PART_REFERENCE, "v2", "x: r/a=*:v1\n", "x: r/a=*:v2\n"},
		{SG_PART_REFERENCE, "v2@" DIGEST, "x: a=*@" OTHER_DIGEST "\n",
			"x: a=*:v2@" DIGEST "\n"},
		{SG_PART_REFERENCE, "v2", "x: a=r:5000/b:v1\n", "x: a=r:5000/b:v2\n"},
		{SG_PART_TAG, "v2@" DIGEST, "x: v1@" OTHER_DIGEST "\n", "x: v2@" DIGEST "\n"},
		{SG_PART_REPOSITORY, "r.io:5000/c", "x: a/b\n", "x: r.io:5000/c\n"},
		{SG_PART_REPOSITORY, "c", "x: ''\n", "x: 'c'\n"},
		{SG_PART_DIGEST, DIGEST, "x: " OTHER_DIGEST "\n", "x: " DIGEST "\n"},
		{SG_PART_DIGEST, DIGEST, "x: ''\n", "x: '" DIGEST "'\n"},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++)
		edits_to(with_part(ask_key(sg_str_of(rows[i].before), "x", rows[i].value),
				 rows[i].part),
			sg_str_of(rows[i].after));
}

static void a_reference_keeps_its_repository(void **state)
{
	struct sg_edit_ask ask = with_part(
		ask_key(SG_STR("x: docker.io/library/nginx:1\n"), "x", "2"), SG_PART_REFERENCE);

	(void)state;
	ask.repository = "nginx";
	edits_to(ask, SG_STR("x: docker.io/library/nginx:2\n"));
	ask.repository = "team/x-nginx";
	edit_fails(ask, SG_R_EDIT_OTHER_VALUE,
		"f.yaml:1:4: another image stands there: docker.io/library/nginx");
	ask.text = SG_STR("x: \"\"\n");
	edits_to(ask, SG_STR("x: \"team/x-nginx:2\"\n"));
	ask.repository = NULL;
	edit_fails(ask, SG_R_EDIT_OTHER_VALUE, "\"\" stands there, which is no image reference");
	ask.text = SG_STR("x: a:1@" DIGEST "\n");
	edit_fails(ask, SG_R_EDIT_DIGEST, "a digest stands behind the tag");
	ask.text = SG_STR("x: a=*@" DIGEST "\n");
	edit_fails(ask, SG_R_EDIT_DIGEST, "a digest stands behind the tag");
	ask.text = SG_STR("x: no reference\n");
	edit_fails(ask, SG_R_EDIT_OTHER_VALUE, "\"no reference\" stands there");
}

static void a_digest_beside_the_tag(void **state)
{
	struct sg_edit_ask ask =
		ask_key(SG_STR("image:\n  tag: v1\n  digest: " DIGEST "\n"), "image.tag", "v2");

	(void)state;
	edit_fails(ask, SG_R_EDIT_DIGEST, "f.yaml:2:8: a digest stands beside the tag (line 3)");
	ask.with_digest = true;
	edits_to(ask, SG_STR("image:\n  tag: v2\n  digest: " DIGEST "\n"));
	ask.with_digest = false;
	ask.text = SG_STR("image:\n  tag: v1\n  digest: ''\n");
	edits_to(ask, SG_STR("image:\n  tag: v2\n  digest: ''\n"));
	ask.text = SG_STR("image:\n  tag: v1@" DIGEST "\n");
	edit_fails(ask, SG_R_EDIT_DIGEST, "f.yaml:2:8: a digest stands behind the tag");
	ask.value = "v2@" OTHER_DIGEST;
	ask.text = SG_STR("image:\n  tag: v1\n");
	edit_fails(
		ask, SG_R_EDIT_OTHER_VALUE, "\"v1\" stands there, which is no tag with a digest");
	ask.value = "v2";
	ask.text = SG_STR("image:\n  sidecarTag: v1\n  digest: " DIGEST "\n");
	ask.key = "image.sidecarTag";
	edits_to(ask, SG_STR("image:\n  sidecarTag: v2\n  digest: " DIGEST "\n"));
}

static void values_are_checked_first(void **state)
{
	static const struct {
		enum sg_image_part part;
		const char *value;
	} bad[] = {
		{SG_PART_TAG, ""},
		{SG_PART_TAG, "-x"},
		{SG_PART_TAG, "a b"},
		{SG_PART_TAG, "a\nb: c"},
		{SG_PART_TAG, "a:b"},
		{SG_PART_TAG, "\xff"},
		{SG_PART_TAG, DIGEST},
		{SG_PART_DIGEST, "sha256:0"},
		{SG_PART_DIGEST, "v1"},
		{SG_PART_REPOSITORY, "a:v1"},
		{SG_PART_REPOSITORY, "A/b"},
		{SG_PART_REFERENCE, "a/b:v1"},
		{SG_PART_REFERENCE, "v1@v1"},
		{SG_PART_REFERENCE, "@" DIGEST},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(bad); i++)
		edit_fails(with_part(ask_key(SG_STR("tag: [broken"), "tag", bad[i].value),
				   bad[i].part),
			SG_R_USAGE, "is no ");
}

static struct sg_edit_value value_at(
	struct sg_arena *arena, const char *text, const char *key, enum sg_image_part part)
{
	struct sg_edit_ask ask = with_part(ask_key(sg_str_of(text), key, NULL), part);
	struct sg_err err = SG_ERR_INIT;
	struct sg_edit_value value = {0};

	if (sg_edit_read(arena, &ask, &value, &err) < 0)
		fail_msg("%s", err.cause);
	return value;
}

static void reading(void **state)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_edit_value v = value_at(&arena,
		"image:\n  registry: r.io\n  repository: a/b\n  tag: 1.10\n  digest: " DIGEST "\n",
		"image.tag", SG_PART_TAG);

	(void)state;
	assert_string_equal(v.value, "1.10");
	assert_false(v.is_text);
	assert_string_equal(v.place, "image.tag");
	assert_int_equal(v.line, 4);
	assert_int_equal(v.column, 8);
	assert_string_equal(v.repository, "r.io/a/b");
	assert_string_equal(v.tag, "1.10");
	assert_string_equal(v.digest, DIGEST);
	v = value_at(&arena, "tag: '1.10'\nrepository: a/b\ndigest: \"\"\n", "tag", SG_PART_TAG);
	assert_true(v.is_text);
	assert_string_equal(v.repository, "a/b");
	assert_null(v.digest);
	v = value_at(&arena, "x: r.io:5000/a:v1@" DIGEST "\n", "x", SG_PART_REFERENCE);
	assert_string_equal(v.repository, "r.io:5000/a");
	assert_string_equal(v.tag, "v1");
	assert_string_equal(v.digest, DIGEST);
	v = value_at(&arena, "x: nginx\n", "x", SG_PART_REFERENCE);
	assert_string_equal(v.repository, "nginx");
	assert_null(v.tag);
	v = value_at(&arena, "image: {repository: a/b, tag: &t v1}\n", "image.tag", SG_PART_TAG);
	assert_string_equal(v.value, "v1");
	v = value_at(&arena, "tag: |-\n  v1\n", "tag", SG_PART_TAG);
	assert_string_equal(v.value, "v1");
	assert_true(v.is_text);
	v = value_at(&arena, "tag: !!str 1\n", "tag", SG_PART_TAG);
	assert_true(v.is_text);
	v = value_at(&arena, "tag:\n", "tag", SG_PART_TAG);
	assert_string_equal(v.value, "");
	assert_false(v.is_text);
	assert_null(v.tag);
	v = value_at(&arena, "image: {registry: r.io, repository: a/b, tag: v}\n",
		"image.repository", SG_PART_REPOSITORY);
	assert_string_equal(v.value, "a/b");
	assert_string_equal(v.repository, "r.io/a/b");
	assert_string_equal(v.tag, "v");
}

static void reading_what_is_shared(void **state)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_edit_ask ask = ask_key(SG_STR("a: &x\n  tag: v1\nb: *x\n"), "a.tag", NULL);
	struct sg_err err = SG_ERR_INIT;
	struct sg_edit_value v;

	(void)state;
	assert_int_equal(sg_edit_read(&arena, &ask, &v, &err), -1);
	assert_int_equal(err.reason, SG_R_EDIT_SHARED);
	ask.shared = true;
	assert_int_equal(sg_edit_read(&arena, &ask, &v, &err), 0);
	assert_string_equal(v.value, "v1");
}

static void long_files_cost_no_more_per_line(void **state)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	SG_AUTO(sg_buf_release) struct sg_buf buf = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_edit_done done;

	(void)state;
	sg_buf_init(&buf, 16 * 1024 * 1024);
	for (int i = 0; i < 200000; i++)
		sg_buf_addf(&buf, "service-%d: {tag: v1}\n", i);
	assert_int_equal(sg_edit_apply(&arena,
				 &(struct sg_edit_ask){.file = "f",
					 .text = sg_buf_str(&buf),
					 .key = "service-199999.tag",
					 .value = "v2"},
				 &done, &err),
		0);
	assert_int_equal(done.text.len, buf.len);
	assert_int_equal(done.line, 200000);
	/* the events of the file do not stay with the caller */
	assert_true(arena.used_bytes < buf.len + 4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_that_other_editors_damage),
		cmocka_unit_test(files_that_are_refused),
		cmocka_unit_test(one_scalar_changes),
		cmocka_unit_test(the_answer_says_where_and_what),
		cmocka_unit_test(already_there_writes_nothing),
		cmocka_unit_test(parts_of_an_image),
		cmocka_unit_test(a_reference_keeps_its_repository),
		cmocka_unit_test(a_digest_beside_the_tag),
		cmocka_unit_test(values_are_checked_first),
		cmocka_unit_test(reading),
		cmocka_unit_test(reading_what_is_shared),
		cmocka_unit_test(long_files_cost_no_more_per_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
