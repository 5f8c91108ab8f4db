/* What a terminal shows below the lines while something is waited for. Inside report/ only. */
#ifndef SG_REPORT_CONSOLE_LIVE_H
#define SG_REPORT_CONSOLE_LIVE_H

#include "report/console.h"

/* Takes it away, so that a line can be written; nothing where there is none. */
void sg_console_live_clear(struct sg_console *console);

/* Writes it over itself where it has changed: one line for one thing, else a row for each. */
void sg_console_live_draw(struct sg_console *console);

#endif
