#include "model/image.h"
#include "base/num.h"

int sg_image(void)
{
	return sg_num();
}
