int sg_num(void);
static int calls;

int sg_num(void)
{
	return ++calls;
}
