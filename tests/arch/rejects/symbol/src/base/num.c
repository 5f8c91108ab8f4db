int num(void);
int num(void)
{
	return 0;
}
