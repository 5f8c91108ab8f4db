#include <stdio.h>

#include "flow/bump.h"

static int runs;

int main(void)
{
	runs++;
	printf("%d\n", runs);
	return sg_flow_bump();
}
