/*
 * What our reader sees in a file, one event a line, in the notation of the YAML test suite behind
 * its byte range:
 *
 *   events_tool FILE
 *
 * Exit status 9 and one line on stderr for a file that it refuses; the events before that place are
 * written all the same.
 */
#include <stdio.h>
#include <string.h>

#include "io/yaml.h"

#include "tool.h"

static void put_text(struct sg_str text)
{
	static const char raw[] = "\\\n\t\r\b";
	static const char *const written[] = {"\\\\", "\\n", "\\t", "\\r", "\\b"};

	for (size_t i = 0; i < text.len; i++) {
		const char *found = text.ptr[i] ? strchr(raw, text.ptr[i]) : NULL;

		if (found)
			(void)fputs(written[found - raw], stdout);
		else if (!text.ptr[i])
			(void)fputs("\\0", stdout);
		else
			(void)putchar(text.ptr[i]);
	}
}

static void put_properties(const struct sg_yaml_event *event)
{
	if (event->anchor)
		printf(" &%s", event->anchor);
	if (event->tag)
		printf(" <%s>", event->tag);
}

static char style_sign(enum sg_yaml_style style)
{
	switch (style) {
	case SG_YAML_SINGLE_QUOTED:
		return '\'';
	case SG_YAML_DOUBLE_QUOTED:
		return '"';
	case SG_YAML_LITERAL:
		return '|';
	case SG_YAML_FOLDED:
		return '>';
	case SG_YAML_NONE:
	case SG_YAML_PLAIN:
	case SG_YAML_BLOCK:
	case SG_YAML_FLOW:
		break;
	}
	return ':';
}

static int put_event(void *arg, const struct sg_yaml_event *event, struct sg_err *err)
{
	static const char *const names[] = {
		"+STR", "-STR", "+DOC", "-DOC", "=ALI", "=VAL", "+SEQ", "-SEQ", "+MAP", "-MAP"};

	(void)arg;
	(void)err;
	printf("%zu %zu %s", event->start, event->end, names[event->kind]);
	if (event->kind == SG_YAML_DOC_START && !event->implicit)
		printf(" ---");
	if (event->kind == SG_YAML_DOC_END && !event->implicit)
		printf(" ...");
	if (event->kind == SG_YAML_ALIAS)
		printf(" *%s", event->value.ptr);
	if (event->style == SG_YAML_FLOW)
		printf(event->kind == SG_YAML_MAP_START ? " {}" : " []");
	put_properties(event);
	if (event->kind == SG_YAML_SCALAR) {
		printf(" %c", style_sign(event->style));
		put_text(event->value);
	}
	(void)putchar('\n');
	return 0;
}

int main(int argc, char **argv)
{
	SG_AUTO(sg_buf_release) struct sg_buf buf = {0};
	struct sg_err err = SG_ERR_INIT;

	sg_buf_init(&buf, 64 * 1024 * 1024);
	if (argc != 2 || tool_read(argv[1], &buf) < 0) {
		fprintf(stderr, "usage: events_tool FILE\n");
		return 2;
	}
	if (sg_yaml_each("f", sg_buf_str(&buf), put_event, NULL, &err) == 0)
		return 0;
	return tool_fail(&err);
}
