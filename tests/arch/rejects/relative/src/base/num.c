#include "num.h"

int sg_num(void)
{
	return 0;
}
