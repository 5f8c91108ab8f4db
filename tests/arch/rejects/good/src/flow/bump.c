#include "flow/bump.h"

#include "io/clock.h"
#include "model/image.h"

int sg_flow_bump(void)
{
	return sg_image() + sg_clock();
}
