int sg_num(void);

int sg_num(void)
{
	static int step = 7;

	return step++;
}
