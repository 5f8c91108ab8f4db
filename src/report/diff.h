/* Unified diffs with three lines of context. */
#ifndef SG_REPORT_DIFF_H
#define SG_REPORT_DIFF_H

#include "base/buf.h"
#include "model/plan.h"

/*
 * Appends "--- a/PATH", "+++ b/PATH" and the hunks, as bytes (the sink escapes; a CR stays a CR);
 * nothing when both sides are equal. Time is linear for one changed place however large the file;
 * where more than a bounded number of lines differ, the rest is shown as one replaced block. Output
 * beyond 256 KiB a file is cut with a line that says so.
 */
void sg_report_diff(const struct sg_file_change *file, struct sg_buf *out);

#endif
