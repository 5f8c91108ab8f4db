/*
 * Replays the timelines of folders: timelines [--trace] [--rows] DIR|FILE...
 * A line for each, "N timelines, N wrong" at the end; fails when one is wrong or none was found,
 * and with --rows when a row of the table has never answered.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/str.h"
#include "timeline.h"

struct files {
	char **names;
	size_t count;
};

struct tally {
	size_t all;
	size_t wrong;
	uint64_t rows; /* that have answered */
	bool trace, all_rows;
};

/* NN-words.json */
static bool is_timeline_name(const char *name)
{
	size_t digits = strspn(name, "0123456789");

	return digits > 0 && name[digits] == '-' && sg_str_ends(sg_str_of(name), ".json");
}

static void add(struct files *files, const char *folder, const char *name)
{
	size_t size = strlen(folder) + strlen(name) + 2;
	char *path = sg_calloc(size, 1);

	(void)snprintf(path, size, "%s/%s", folder, name);
	files->names = sg_realloc(files->names, files->count + 1, sizeof(*files->names));
	files->names[files->count++] = path;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void replay(const char *file, struct tally *tally)
{
	struct timeline_judgement judgement = {0};
	struct sg_err err = SG_ERR_INIT;
	struct timeline line;

	tally->all++;
	if (timeline_load(file, &line, &err) < 0) {
		(void)snprintf(
			judgement.why, sizeof(judgement.why), "unreadable: %.400s", err.cause);
	} else {
		timeline_judge(&line, tally->trace, &judgement);
		timeline_release(&line);
	}
	tally->rows |= judgement.rows;
	tally->wrong += judgement.why[0] != '\0';
	(void)printf("%s %s%s%s\n", judgement.why[0] ? "WRONG" : "right", file,
		judgement.why[0] ? ": " : "", judgement.why);
}

static int replay_folder(const char *folder, struct tally *tally)
{
	struct files files = {NULL, 0};
	DIR *dir = opendir(folder);

	if (!dir)
		return -1;
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
		if (is_timeline_name(entry->d_name))
			add(&files, folder, entry->d_name);
	(void)closedir(dir);
	if (files.count)
		qsort(files.names, files.count, sizeof(*files.names), by_name);
	for (size_t i = 0; i < files.count; i++) {
		replay(files.names[i], tally);
		free(files.names[i]);
	}
	free(files.names);
	return 0;
}

/* How many rows have never answered; their names are printed. */
static size_t missing_rows(const struct tally *tally)
{
	size_t missing = 0;

	for (int row = SG_APP_ROW_NONE + 1; row <= SG_APP_ROW_23; row++) {
		if (tally->rows & (UINT64_C(1) << row))
			continue;
		missing++;
		(void)printf("row %s has never answered\n", sg_app_row_label((enum sg_app_row)row));
	}
	return missing;
}

int main(int argc, char **argv)
{
	struct tally tally = {0};
	int status = 0;

	for (int i = 1; i < argc; i++) {
		struct stat info;

		if (strcmp(argv[i], "--trace") == 0) {
			tally.trace = true;
		} else if (strcmp(argv[i], "--rows") == 0) {
			tally.all_rows = true;
		} else if (stat(argv[i], &info) == 0 && S_ISREG(info.st_mode)) {
			replay(argv[i], &tally);
		} else if (replay_folder(argv[i], &tally) < 0) {
			(void)fprintf(stderr, "timelines: %s: cannot be read\n", argv[i]);
			status = 1;
		}
	}
	if (tally.all_rows && missing_rows(&tally))
		status = 1;
	(void)printf("%zu timelines, %zu wrong\n", tally.all, tally.wrong);
	return status || tally.wrong || tally.all == 0 ? 1 : 0;
}
