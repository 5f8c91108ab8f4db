/*
 * Feeds every file of the folders that are named to a fuzz target, with any compiler: the corpus as
 * a test. Fails when a folder has no file.
 */
#include <dirent.h>
#include <string.h>

#include "fuzz.h"

static void feed(const char *path)
{
	FILE *file = fopen(path, "rb");
	static uint8_t bytes[8 * 1024 * 1024];
	uint8_t *exact;
	size_t len;

	PROMISE(file);
	len = fread(bytes, 1, sizeof(bytes), file);
	(void)fclose(file);
	exact = malloc(len ? len : 1); /* so that a sanitizer sees the end of the input */
	PROMISE(exact);
	memcpy(exact, bytes, len);
	(void)LLVMFuzzerTestOneInput(exact, len);
	free(exact);
}

static int feed_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int count = 0;

	while (dir && (entry = readdir(dir))) {
		char path[4096];

		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		feed(path);
		count++;
	}
	if (dir)
		(void)closedir(dir);
	return count;
}

int main(int argc, char **argv)
{
	int total = 0;

	for (int i = 1; i < argc; i++) {
		int count = feed_folder(argv[i]);

		if (count == 0) {
			fprintf(stderr, "%s has no input\n", argv[i]);
			return 1;
		}
		total += count;
	}
	printf("%d inputs\n", total);
	return total ? 0 : 1;
}
