/*
 * One escaper per sink. Untrusted bytes (tags, titles, server answers, cluster messages) pass the
 * one of their sink and nothing else (security.md 4.5).
 */
#ifndef SG_BASE_TEXT_H
#define SG_BASE_TEXT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

/*
 * Terminal and job log: printable UTF-8 passes; ESC, C0, C1, DEL, bidi controls, invisible
 * characters and broken UTF-8 become \xNN. Newline and tab become a blank, with MULTILINE they
 * pass.
 */
void sg_text_terminal(struct sg_str s, bool multiline, struct sg_buf *out);

/* The inside of a JSON string (RFC 8259): quotes, backslash and all that the terminal must not see
 * escaped, broken UTF-8 replaced by U+FFFD. No surrounding quotes. */
void sg_text_json(struct sg_str s, struct sg_buf *out);

/*
 * A dotenv value for GitLab: one line, no blanks at the ends, `$` doubled (GitLab expands values in
 * later jobs), at most 1 KiB. False when the value cannot be carried (blank at an end, newline,
 * control, broken UTF-8, too long); nothing is appended then. gitlab.md 13, security.md 4.5.
 */
bool sg_text_dotenv(struct sg_str s, struct sg_buf *out);

/* XML 1.0 text or attribute value: forbidden and invisible characters become U+FFFD. */
void sg_text_xml(struct sg_str s, struct sg_buf *out);

/* Markdown: inline code span with backticks removed, one line, no pipe; cannot act as quick action,
 * mention or reference, in a table neither. */
void sg_text_markdown(struct sg_str s, struct sg_buf *out);

/*
 * Commit message text: CR, NUL, C0/C1 except LF, ANSI and bidi controls removed; [skip ci] and
 * [ci skip] neutralised, and a blank in mentions and references ("@ all", "Closes # 12"), which
 * GitLab acts on in commit messages and titles, too (security.md 4.4, 4.5).
 */
void sg_text_commit(struct sg_str s, struct sg_buf *out);

/*
 * The value of a Git push option, which is one line: line ends and all that cannot be shown become
 * blanks. With LINES a line end becomes the two characters `\n`, which GitLab makes one of again in
 * a description; those that are in the text already are parted by a blank. Titles and descriptions
 * have been through the escapers of their parts before (sg_text_commit(), sg_text_markdown()).
 */
void sg_text_push_option(struct sg_str s, bool lines, struct sg_buf *out);

/* RFC 3986 percent-encoding of everything but unreserved characters. */
void sg_text_url(struct sg_str s, struct sg_buf *out);

/*
 * One line of at most SIZE - 1 bytes, whole characters only, blanks at the ends dropped; line
 * breaks and tabs become blanks. For keeping what a server says; the sinks still escape it.
 */
void sg_text_line(char *out, size_t size, struct sg_str s);

/*
 * The blank-separated words of TEXT in lines of at most WIDTH bytes, a newline after each; every
 * line but the first begins with INDENT blanks, and the first is taken to begin there, too.
 */
void sg_text_wrap(const char *text, size_t indent, size_t width, struct sg_buf *out);

/* Length in bytes of the well-formed UTF-8 character at the start of S, 0 when it is broken. */
size_t sg_text_utf8_len(struct sg_str s);

#endif
