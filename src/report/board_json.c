#include "model/ids.h"
#include "report/board.h"
#include "report/sink.h"

struct writer {
	struct sg_json_out *json;
	const struct sg_redactor *redactor;
};

static void put(const struct writer *w, const char *key, const char *text)
{
	sg_report_sink_json(w->redactor, w->json, key, text && *text ? text : NULL);
}

static void put_time(const struct writer *w, const char *key, int64_t unix_s)
{
	char text[24] = "";

	if (unix_s)
		sg_time_format(unix_s, text, sizeof(text));
	put(w, key, text);
}

static void put_trouble(
	const struct writer *w, const char *key, const struct sg_board_trouble *trouble)
{
	if (!trouble->code) {
		sg_json_put_null(w->json, key);
		return;
	}
	sg_json_open_object(w->json, key);
	put(w, "reason", trouble->code);
	put(w, "text", trouble->text);
	sg_json_close_object(w->json);
}

static void put_request(const struct writer *w, const struct sg_board_cell *cell)
{
	const struct sg_report_mr *request = &cell->request;

	if (!request->iid) {
		sg_json_put_null(w->json, "merge_request");
		return;
	}
	sg_json_open_object(w->json, "merge_request");
	sg_json_put_i64(w->json, "iid", request->iid);
	put(w, "url", request->url);
	put(w, "state", request->state);
	put(w, "reason", request->code);
	put(w, "sentence", request->sentence);
	put(w, "blocker", request->blocker);
	put_time(w, "since", cell->request_since_unix_s);
	sg_json_close_object(w->json);
}

static void put_cell(
	const struct writer *w, const char *environment, const struct sg_board_cell *cell)
{
	sg_json_open_object(w->json, NULL);
	put(w, "environment", environment);
	put(w, "version", cell->version);
	put(w, "image", cell->image);
	put_trouble(w, "files_trouble", &cell->git);
	put(w, "application", cell->application);
	put(w, "running", cell->running);
	if (sg_board_is_known(cell))
		sg_json_put_bool(w->json, "in_step", cell->in_step);
	else
		sg_json_put_null(w->json, "in_step");
	put(w, "sync", cell->sync);
	put(w, "health", cell->health);
	put(w, "remark", cell->remark);
	put_time(w, "since", cell->since_unix_s);
	if (cell->age_s >= 0)
		sg_json_put_i64(w->json, "age_s", cell->age_s);
	else
		sg_json_put_null(w->json, "age_s");
	put_trouble(w, "cluster_trouble", &cell->cluster);
	put_request(w, cell);
	sg_json_close_object(w->json);
}

static void put_columns(const struct writer *w, const struct sg_board *board)
{
	sg_json_open_array(w->json, "environments");
	for (size_t i = 0; i < board->column_count; i++) {
		const struct sg_board_column *column = &board->columns[i];

		sg_json_open_object(w->json, NULL);
		put(w, "name", column->env->name);
		put(w, "branch", column->env->branch);
		put(w, "commit", column->commit);
		put(w, "publish", sg_publish_mode_name(column->env->publish));
		sg_json_close_object(w->json);
	}
	sg_json_close_array(w->json);
}

void sg_board_json(
	struct sg_json_out *json, const struct sg_redactor *redactor, const struct sg_board *board)
{
	const struct writer w = {json, redactor};

	if (!board) {
		sg_json_put_null(json, "board");
		return;
	}
	sg_json_open_object(json, "board");
	put_columns(&w, board);
	sg_json_open_array(json, "services");
	for (size_t i = 0; i < board->row_count; i++) {
		sg_json_open_object(json, NULL);
		put(&w, "service", board->rows[i].service);
		sg_json_open_array(json, "cells");
		for (size_t k = 0; k < board->column_count; k++)
			put_cell(&w, board->columns[k].env->name, &board->rows[i].cells[k]);
		sg_json_close_array(json);
		sg_json_close_object(json);
	}
	sg_json_close_array(json);
	put_trouble(&w, "merge_requests_trouble", &board->requests);
	sg_json_close_object(json);
}
