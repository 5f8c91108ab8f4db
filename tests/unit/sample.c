#include "sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "io/fs.h"
#include "io/yaml.h"

/* ---- YAML as JSON, for samples that are written so ---- */

static bool is_bare(const struct sg_yaml_node *node)
{
	static const char *const words[] = {"true", "false", "null"};
	const char *p = node->value;

	if (node->style != SG_YAML_PLAIN)
		return false;
	for (size_t i = 0; i < SG_COUNT(words); i++)
		if (strcmp(node->value, words[i]) == 0)
			return true;
	p += *p == '-';
	return *p && strspn(p, "0123456789") == strlen(p) && (p[0] != '0' || !p[1]);
}

static void write_text(const char *text, struct sg_buf *out)
{
	sg_buf_addc(out, '"');
	for (; *text; text++)
		if (*text == '"' || *text == '\\')
			sg_buf_addf(out, "\\%c", *text);
		else if ((unsigned char)*text < ' ')
			sg_buf_addf(out, "\\u%04x", (unsigned char)*text);
		else
			sg_buf_addc(out, *text);
	sg_buf_addc(out, '"');
}

static void write_node(const struct sg_yaml_node *node, struct sg_buf *out)
{
	bool map = node->kind == SG_NODE_MAP;

	if (node->kind == SG_NODE_SCALAR) {
		if (is_bare(node))
			sg_buf_adds(out, node->value);
		else if (node->style == SG_YAML_PLAIN && !node->value[0])
			sg_buf_adds(out, "null");
		else
			write_text(node->value, out);
		return;
	}
	sg_buf_addc(out, map ? '{' : '[');
	for (const struct sg_yaml_node *e = node->first; e; e = e->next) {
		if (e != node->first)
			sg_buf_addc(out, ',');
		if (map) {
			write_text(e->key, out);
			sg_buf_addc(out, ':');
		}
		write_node(e, out);
	}
	sg_buf_addc(out, map ? '}' : ']');
}

#define SAMPLE_MAX ((size_t)1024 * 1024)

struct sg_str sample_text(struct sg_arena *arena, const char *path)
{
	SG_AUTO(sg_buf_release) struct sg_buf text = {0};
	struct sg_err err = SG_ERR_INIT;

	sg_buf_init(&text, SAMPLE_MAX);
	if (sg_fs_read(path, &text, &err) < 0)
		fail_msg("%s: %s", path, err.cause);
	return (struct sg_str){sg_arena_dup(arena, sg_buf_str(&text)), text.len};
}

/* One sample says its strategy twice, in the same words; the first time goes. */
static struct sg_str once(struct sg_arena *arena, struct sg_str text)
{
	static const char twice[] = "  updateStrategy:\n    type: OnDelete\n";
	long at = sg_str_search(text, twice);
	struct sg_str behind;

	if (at < 0)
		return text;
	behind = sg_str_sub(text, (size_t)at + strlen(twice), text.len);
	if (sg_str_search(behind, twice) < 0)
		return text;
	return sg_str_of(sg_arena_printf(arena, "%.*s%s", (int)at, text.ptr, behind.ptr));
}

struct sg_str sample_json(struct sg_arena *arena, const char *path)
{
	SG_AUTO(sg_buf_release) struct sg_buf json = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_yaml_node *root;

	sg_buf_init(&json, SAMPLE_MAX);
	if (sg_yaml_load_lenient(arena, path, once(arena, sample_text(arena, path)), &root, &err) <
		0)
		fail_msg("%s: %s", path, err.cause);
	write_node(root, &json);
	return sg_str_of(sg_arena_dup(arena, sg_buf_str(&json)));
}

struct sg_json *sample_open(struct sg_arena *arena, const char *path)
{
	struct sg_err err = SG_ERR_INIT;
	struct sg_json *doc;

	if (sg_json_parse(sample_json(arena, path), &doc, &err) < 0)
		fail_msg("%s: %s", path, err.cause);
	return doc;
}

const char *sample_root(void)
{
	const char *root = getenv("STAGEGATE_CONTRACTS");

	if (!root)
		root = "../shared/contracts";
	return sg_fs_is_dir(root) ? root : NULL;
}
