#include <git2.h>

int sg_tree(void);
int sg_tree(void)
{
	return 0;
}
