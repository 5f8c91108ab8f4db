/* Prints what the documentation takes from the program's tables: `docs_tool commands|exit-codes`.
 */
#include <stdio.h>
#include <string.h>

#include "cmd/help.h"

int main(int argc, char **argv)
{
	struct sg_buf text;

	sg_buf_init(&text, 1u << 20);
	if (argc == 2 && strcmp(argv[1], "commands") == 0)
		sg_help_markdown(&text);
	else if (argc == 2 && strcmp(argv[1], "exit-codes") == 0)
		sg_help_exit_codes(&text);
	else
		return 2;
	(void)fwrite(text.ptr, 1, text.len, stdout);
	sg_buf_release(&text);
	return 0;
}
