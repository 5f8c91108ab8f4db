#include "cluster/watch.h"

int sg_branch(void);
int sg_branch(void)
{
	return 0;
}
