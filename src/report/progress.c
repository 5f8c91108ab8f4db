#include "report/progress.h"

#include <string.h>

#include "base/text.h"

void sg_progress_init(struct sg_progress *progress, int64_t now_ms)
{
	*progress = (struct sg_progress){.start_ms = now_ms, .said_ms = now_ms};
}

/* True when the text is another one now. */
static bool keep(char *out, size_t size, const char *text)
{
	char before[1024];

	memcpy(before, out, size < sizeof(before) ? size : sizeof(before));
	sg_text_line(out, size, sg_str_of(text ? text : ""));
	return strcmp(before, out) != 0;
}

bool sg_progress_see(struct sg_progress *progress, const struct sg_progress_look *look)
{
	bool changed = !progress->seen;

	changed |= keep(progress->what, sizeof(progress->what), look->what);
	changed |= keep(progress->code, sizeof(progress->code), look->code);
	changed |= keep(progress->sentence, sizeof(progress->sentence), look->sentence);
	(void)keep(progress->url, sizeof(progress->url), look->url);
	progress->deadline_ms = look->deadline_ms;
	progress->next_look_ms = look->next_look_ms;
	progress->seen = true;
	return changed;
}

int64_t sg_progress_due_ms(const struct sg_progress *progress)
{
	return progress->said_ms + SG_HEARTBEAT_MS;
}
