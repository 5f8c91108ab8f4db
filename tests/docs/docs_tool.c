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
	{"exit-codes", docs_exit_codes},
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
	status = text.len && fwrite(text.ptr, 1, text.len, stdout) == text.len ? 0 : 2;
	sg_buf_release(&text);
	return status;
}
