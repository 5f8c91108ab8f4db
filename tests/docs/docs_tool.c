/* Prints one part of the documentation: `docs_tool PART`; tests/docs/check puts it where it
 * belongs. */
#include "docs_tool.h"

#include <stdio.h>
#include <string.h>

#include "base/attr.h"

static const struct {
	const char *name;
	void (*print)(struct sg_buf *out);
} parts[] = {
	{"command-list", docs_command_list},
	{"commands", docs_commands},
	{"exit-classes", docs_exit_classes},
	{"exit-codes", docs_exit_codes},
	{"man-names", docs_man_names},
	{"troubleshooting", docs_troubleshooting},
};

const char *docs_anchor(struct sg_arena *arena, const char *heading)
{
	char *anchor = sg_arena_strdup(arena, heading);

	for (char *p = anchor; *p; p++) {
		if (*p == ' ')
			*p = '-';
		else if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	}
	return anchor;
}

int main(int argc, char **argv)
{
	struct sg_buf text;
	int status;

	sg_buf_init(&text, 1u << 20);
	for (size_t i = 0; argc == 2 && i < SG_COUNT(parts); i++)
		if (strcmp(argv[1], parts[i].name) == 0)
			parts[i].print(&text);
	if (argc == 3 && strcmp(argv[1], "man") == 0)
		(void)docs_man_page(&text, argv[2]);
	status = text.len && fwrite(text.ptr, 1, text.len, stdout) == text.len ? 0 : 2;
	sg_buf_release(&text);
	return status;
}
