#include "io/seam.h"

#ifdef STAGEGATE_SEAM

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "io/env.h"

#define LINE_BYTES ((size_t)4096)

static uint64_t moments;

/* A list with a gap would make every number behind it another one. */
static void list(const char *file, const struct sg_buf *line)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, line->ptr, line->len) != (ssize_t)line->len)
		SG_BUG("the list of moments cannot be written");
	(void)close(fd);
}

static void come(const char *when, const char *what, const char *which)
{
	const struct sg_env *env = sg_env_real();
	const char *at = sg_env_nonempty(env, "STAGEGATE_CRASH_AT");
	const char *file = sg_env_nonempty(env, "STAGEGATE_CRASH_LIST");
	SG_AUTO(sg_buf_release) struct sg_buf text;

	moments++;
	sg_buf_init(&text, LINE_BYTES);
	if (file) {
		sg_buf_addf(&text, "%" PRIu64 " %s %s %s\n", moments, when, what, which);
		list(file, &text);
	}
	sg_buf_reset(&text);
	sg_buf_addf(&text, "%" PRIu64, moments);
	if (at && strcmp(at, text.ptr) == 0)
		(void)raise(SIGKILL);
}

void sg_seam_before(const char *what)
{
	come("before", what, "");
}

int sg_seam_after(const char *what, int rc)
{
	int why = errno;

	come("after", what, rc < 0 ? "(failed)" : "");
	errno = why;
	return rc;
}

/* A fetch is a POST, too. */
static bool is_read(const char *method, const char *url)
{
	static const char fetch[] = "/git-upload-pack";
	size_t len = strlen(url), tail = sizeof(fetch) - 1;

	return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 ||
	       (len > tail && strcmp(url + len - tail, fetch) == 0);
}

void sg_seam_request(
	const char *method, const char *url, enum sg_seam_moment moment, enum sg_seam_moment *last)
{
	static const char *const words[] = {"", "ready:", "sent:", "headers:", "body:", "end:"};

	if (is_read(method, url))
		return;
	if (moment != SG_SEAM_READY && moment <= *last)
		return;
	*last = moment;
	come(words[moment], method, url);
}

#endif
