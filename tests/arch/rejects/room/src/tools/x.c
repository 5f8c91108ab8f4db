int sg_x(void);
int sg_x(void)
{
	return 0;
}
