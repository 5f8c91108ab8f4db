int sg_num(void);
int sg_num(void)
{
	return 0;
}
