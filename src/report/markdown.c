#include "report/markdown.h"

#include "model/ids.h"
#include "report/sink.h"

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

void sg_markdown_gates(const struct sg_gate_verdict *verdicts, size_t count,
	const struct sg_redactor *redactor, struct sg_buf *out)
{
	const struct writer writer = {redactor, out};

	if (count == 0)
		return;
	sg_buf_adds(out,
		"| Gate | Phase | State | Why | Observed | Expected | Since | Next look |\n"
		"|---|---|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < count; i++)
		put_row(&writer, &verdicts[i]);
}

void sg_markdown_stop(const char *code, const char *sentence, const struct sg_redactor *redactor,
	struct sg_buf *out)
{
	sg_report_sink_markdown(redactor, sg_str_of(code), out);
	sg_buf_adds(out, ": ");
	sg_report_sink_markdown(redactor, sg_str_of(sentence), out);
	sg_buf_addc(out, '\n');
}
