#define SG_AUTO(release) __attribute__((cleanup(release)))

void sg_free(char **text);
int sg_file_read(const char *path, char **ret);

int sg_file_size(const char *path)
{
	char *text SG_AUTO(sg_free);
	int size;

	if (!path)
		return -1;
	size = sg_file_read(path, &text);
	return size;
}
