#include <curl/curl.h>

int sg_gitlab_client(void);
int sg_gitlab_client(void)
{
	return 0;
}
