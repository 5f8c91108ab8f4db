#include "flow/bump.h"

int sg_flow_promote(void);
int sg_flow_promote(void)
{
	return 0;
}
