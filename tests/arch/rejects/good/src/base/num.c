/* strcpy(a, b) in a comment and "upward" things do no harm */
#include "base/num.h"

static const char *const words[] = {"strcpy(", "exit(1)"};

int sg_num(void)
{
	return words[0][0];
}
