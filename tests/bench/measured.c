/*
 * Runs a command and writes what it cost to the file named first: wall and CPU microseconds, peak
 * KiB, exit status. A process of its own because the peak memory that the kernel reports for a
 * child includes the moment before exec: a small parent keeps that small.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static long long time_us(struct timeval t)
{
	return (long long)t.tv_sec * 1000000 + t.tv_usec;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	long long start_us = now_us();
	int status;
	FILE *out;
	pid_t child;

	if (argc < 3)
		return 2;
	child = fork();
	if (child == 0) {
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) != child)
		return 2;
	start_us = now_us() - start_us;
	out = fopen(argv[1], "w");
	if (!out)
		return 2;
	fprintf(out, "%lld %lld %ld %d\n", start_us,
		time_us(usage.ru_utime) + time_us(usage.ru_stime), usage.ru_maxrss,
		WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return fclose(out) == 0 ? 0 : 2;
}
