#include "report/markdown.h"

#include <stdint.h>

#include "model/ids.h"
#include "report/sink.h"

#define ROW_MAX_BYTES ((size_t)256 * 1024)

struct writer {
	const struct sg_redactor *redactor;
	struct sg_buf *out;
};

static void put_word(const struct writer *writer, const char *word)
{
	sg_buf_addf(writer->out, " %s |", word);
}

static void put_text(const struct writer *writer, const char *text)
{
	sg_buf_addc(writer->out, ' ');
	if (text && *text) {
		sg_report_sink_markdown(writer->redactor, sg_str_of(text), writer->out);
		sg_buf_addc(writer->out, ' ');
	}
	sg_buf_addc(writer->out, '|');
}

static void put_time(const struct writer *writer, int64_t unix_s)
{
	char text[24] = "";

	if (unix_s)
		sg_time_format(unix_s, text, sizeof(text));
	put_text(writer, text);
}

/* "CODE: sentence" where it does not pass. */
static void put_why(const struct writer *writer, const struct sg_gate_verdict *row)
{
	bool blocks = row->state == SG_VERDICT_WAIT || row->state == SG_VERDICT_CLOSED;

	if (blocks && row->code && *row->code) {
		sg_buf_addc(writer->out, ' ');
		sg_report_sink_markdown(writer->redactor, sg_str_of(row->code), writer->out);
	}
	put_text(writer, row->sentence);
}

static void put_row(const struct writer *writer, const struct sg_gate_verdict *row)
{
	sg_buf_addc(writer->out, '|');
	put_word(writer, sg_gate_type_name(row->type));
	put_word(writer, sg_gate_phase_name(row->phase));
	put_word(writer, sg_gate_state_name(row->state));
	put_why(writer, row);
	put_text(writer, row->observed);
	put_text(writer, row->expected);
	put_time(writer, row->since_unix_s);
	put_time(writer, row->next_look_unix_s);
	sg_buf_addc(writer->out, '\n');
}

size_t sg_markdown_gates_part(const struct sg_gate_verdict *verdicts, size_t count,
	size_t max_bytes, const struct sg_redactor *redactor, struct sg_buf *out)
{
	struct sg_buf row SG_AUTO(sg_buf_release);
	const struct writer writer = {redactor, &row};
	size_t start = out->len, done = 0;

	sg_buf_init(&row, ROW_MAX_BYTES);
	if (count == 0)
		return 0;
	sg_buf_adds(out,
		"| Gate | Phase | State | Why | Observed | Expected | Since | Next look |\n"
		"|---|---|---|---|---|---|---|---|\n");
	for (; done < count; done++) {
		sg_buf_reset(&row);
		put_row(&writer, &verdicts[done]);
		if (done && out->len - start + row.len > max_bytes)
			break;
		sg_buf_add(out, row.ptr, row.len);
	}
	return done;
}

void sg_markdown_gates(const struct sg_gate_verdict *verdicts, size_t count,
	const struct sg_redactor *redactor, struct sg_buf *out)
{
	(void)sg_markdown_gates_part(verdicts, count, SIZE_MAX, redactor, out);
}

void sg_markdown_stop(const char *code, const char *sentence, const struct sg_redactor *redactor,
	struct sg_buf *out)
{
	sg_report_sink_markdown(redactor, sg_str_of(code), out);
	sg_buf_adds(out, ": ");
	sg_report_sink_markdown(redactor, sg_str_of(sentence), out);
	sg_buf_addc(out, '\n');
}
