/*
 * The edit engine on one file, for tests that look at it from outside:
 *
 *   edit_tool FILE key|image NAME tag|repository|reference|digest VALUE    the new file to stdout
 *   edit_tool FILE key|image NAME PART                                     the value that stands
 * there
 *
 * Exit status and one line on stderr as the real commands would have them.
 */
#include <stdio.h>
#include <string.h>

#include "edit/edit.h"

#include "tool.h"

static int take_part(const char *word, struct sg_edit_ask *ask)
{
	for (int part = SG_PART_TAG; part <= SG_PART_DIGEST; part++) {
		if (strcmp(word, sg_image_part_name((enum sg_image_part)part)) != 0)
			continue;
		ask->part = (enum sg_image_part)part;
		return 0;
	}
	return -1;
}

static int show(const struct sg_edit_ask *ask)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_edit_value value;

	if (sg_edit_read(&arena, ask, &value, &err) < 0)
		return tool_fail(&err);
	printf("%s\n", value.value);
	return 0;
}

static int edit(const struct sg_edit_ask *ask)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_edit_done done;

	if (sg_edit_apply(&arena, ask, &done, &err) < 0)
		return tool_fail(&err);
	return fwrite(done.text.ptr, 1, done.text.len, stdout) == done.text.len ? 0 : 10;
}

int main(int argc, char **argv)
{
	SG_AUTO(sg_buf_release) struct sg_buf buf = {0};
	struct sg_edit_ask ask = {0};

	sg_buf_init(&buf, 64 * 1024 * 1024);
	if (argc < 5 || argc > 6 || take_part(argv[4], &ask) < 0 || tool_read(argv[1], &buf) < 0) {
		fprintf(stderr, "usage: edit_tool FILE key|image NAME PART [VALUE]\n");
		return 2;
	}
	ask.file = argv[1];
	ask.text = sg_buf_str(&buf);
	if (strcmp(argv[2], "image") == 0)
		ask.image = argv[3];
	else
		ask.key = argv[3];
	ask.value = argv[5];
	return argc == 5 ? show(&ask) : edit(&ask);
}
