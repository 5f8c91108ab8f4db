#include <string.h>

void sg_edit_splice(char *to, const char *from);

void sg_edit_splice(char *to, const char *from)
{
	strcpy(to, from);
}
