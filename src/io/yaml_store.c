/*
 * Events in a few bytes each, in pages of 64:
 *
 *   head       form (4 bits), implicit, rare, how the line follows (2 bits)
 *   gap        signed: from the end of the event before to the start of this one
 *   length     of the bytes in the text
 *   line       JUMP only, signed: from the line of the event before
 *   column     NEXT and JUMP only; otherwise it follows from the offsets
 *   rare       what is there (1 byte), then anchor, tag, value, lines up to the end
 *   inside     starts of collections only, 4 bytes: the events up to behind their end
 *
 * Numbers have 7 bits a byte. A value is kept only where it is not simply bytes of the text. A page
 * begins with all that the one before would have said, so that any event is found by its number.
 */
#include <string.h>

#include "base/buf.h"
#include "io/yaml.h"

#define PAGE_EVENTS 64u
#define BLOCK_PAGES 64u
/* All that one event may take beside anchor, tag and value. */
#define EVENT_BYTES 64u

enum {
	FORM_MASK = 15,
	HEAD_IMPLICIT = 16,
	HEAD_RARE = 32,
	LINE_SHIFT = 6,
	LINE_SAME = 0,
	LINE_NEXT = 1,
	LINE_JUMP = 2,
};

enum { RARE_ANCHOR = 1, RARE_TAG = 2, RARE_VALUE = 4, RARE_LINES = 8 };

static const struct {
	enum sg_yaml_kind kind;
	enum sg_yaml_style style;
} forms[] = {
	{SG_YAML_STREAM_START, SG_YAML_NONE},
	{SG_YAML_STREAM_END, SG_YAML_NONE},
	{SG_YAML_DOC_START, SG_YAML_NONE},
	{SG_YAML_DOC_END, SG_YAML_NONE},
	{SG_YAML_ALIAS, SG_YAML_NONE},
	{SG_YAML_SCALAR, SG_YAML_PLAIN},
	{SG_YAML_SCALAR, SG_YAML_SINGLE_QUOTED},
	{SG_YAML_SCALAR, SG_YAML_DOUBLE_QUOTED},
	{SG_YAML_SCALAR, SG_YAML_LITERAL},
	{SG_YAML_SCALAR, SG_YAML_FOLDED},
	{SG_YAML_SEQ_START, SG_YAML_BLOCK},
	{SG_YAML_SEQ_START, SG_YAML_FLOW},
	{SG_YAML_MAP_START, SG_YAML_BLOCK},
	{SG_YAML_MAP_START, SG_YAML_FLOW},
	{SG_YAML_SEQ_END, SG_YAML_NONE},
	{SG_YAML_MAP_END, SG_YAML_NONE},
};

/* What the next event is told from. */
struct mark {
	size_t start, end;
	int line, column;
};

struct page {
	unsigned char *bytes;
	struct mark mark;
};

struct sg_yaml_store {
	struct sg_str text;
	struct page **blocks;
	size_t block_count;
	/* The last event that was read, and where the one behind it begins. */
	bool ready;
	size_t index;
	struct sg_yaml_event event;
	size_t inside;
	const unsigned char *next;
	struct mark mark;
};

/* The value as bytes of the text, where that is what most events of this style are. */
static struct sg_str plain_value(struct sg_str text, const struct sg_yaml_event *event)
{
	size_t start = event->start, end = event->end;

	switch (event->style) {
	case SG_YAML_PLAIN:
		return sg_str_sub(text, start, end);
	case SG_YAML_SINGLE_QUOTED:
	case SG_YAML_DOUBLE_QUOTED:
		return sg_str_sub(text, start + 1, end > start + 1 ? end - 1 : start + 1);
	case SG_YAML_NONE:
		if (event->kind == SG_YAML_ALIAS)
			return sg_str_sub(text, start + 1, end);
		break;
	case SG_YAML_LITERAL:
	case SG_YAML_FOLDED:
	case SG_YAML_BLOCK:
	case SG_YAML_FLOW:
		break;
	}
	return (struct sg_str){"", 0};
}

/* ---- writing ---- */

/* A collection that is not closed yet, and where the number of its events goes. */
struct open_node {
	size_t node;
	size_t page;
	size_t offset;
};

struct writer {
	struct sg_yaml_store *store;
	struct sg_arena *arena;
	const char *name;
	size_t max_bytes, used_before; /* of the arena */
	struct sg_buf page;
	struct mark mark, page_mark;
	size_t count;
	struct open_node open[SG_YAML_MAX_DEPTH + 1];
	size_t depth;
};

static void writer_release(struct writer *w)
{
	sg_buf_release(&w->page);
}

static void put_number(struct sg_buf *out, size_t n)
{
	while (n > 127) {
		sg_buf_addc(out, (char)(unsigned char)(n % 128 + 128));
		n /= 128;
	}
	sg_buf_addc(out, (char)n);
}

static void put_distance(struct sg_buf *out, size_t from, size_t to)
{
	put_number(out, to >= from ? (to - from) * 2 : (from - to) * 2 - 1);
}

static void put_text(struct sg_buf *out, const char *text)
{
	sg_buf_add(out, text, strlen(text) + 1);
}

static unsigned form_of(const struct sg_yaml_event *event)
{
	for (unsigned i = 0; i < SG_COUNT(forms); i++)
		if (forms[i].kind == event->kind && forms[i].style == event->style)
			return i;
	SG_BUG("event");
}

static unsigned line_code(const struct writer *w, const struct sg_yaml_event *event)
{
	const struct mark *before = &w->mark;

	if (event->line == before->line && event->start >= before->start &&
		(size_t)event->column == (size_t)before->column + event->start - before->start)
		return LINE_SAME;
	return event->line == before->line + 1 ? LINE_NEXT : LINE_JUMP;
}

static unsigned rare_parts(const struct writer *w, const struct sg_yaml_event *event)
{
	return (event->anchor ? RARE_ANCHOR : 0u) | (event->tag ? RARE_TAG : 0u) |
	       (sg_str_eq(plain_value(w->store->text, event), event->value) ? 0u : RARE_VALUE) |
	       (event->end_line != event->line ? RARE_LINES : 0u);
}

static void put_rare(struct sg_buf *out, const struct sg_yaml_event *event, unsigned rare)
{
	sg_buf_addc(out, (char)rare);
	if (rare & RARE_ANCHOR)
		put_text(out, event->anchor);
	if (rare & RARE_TAG)
		put_text(out, event->tag);
	if (rare & RARE_VALUE) {
		put_number(out, event->value.len);
		sg_buf_addstr(out, event->value);
		sg_buf_addc(out, '\0');
	}
	if (rare & RARE_LINES)
		put_distance(out, (size_t)event->line, (size_t)event->end_line);
}

static void put_event(struct writer *w, const struct sg_yaml_event *event)
{
	unsigned line = line_code(w, event), rare = rare_parts(w, event);

	sg_buf_addc(&w->page,
		(char)(unsigned char)(form_of(event) | (event->implicit ? HEAD_IMPLICIT : 0u) |
				      (rare ? HEAD_RARE : 0u) | line << LINE_SHIFT));
	put_distance(&w->page, w->mark.end, event->start);
	put_number(&w->page, event->end - event->start);
	if (line == LINE_JUMP)
		put_distance(&w->page, (size_t)w->mark.line, (size_t)event->line);
	if (line != LINE_SAME)
		put_number(&w->page, (size_t)event->column);
	if (rare)
		put_rare(&w->page, event, rare);
	w->mark = (struct mark){event->start, event->end, event->line, event->column};
}

static struct page *page_at(const struct sg_yaml_store *store, size_t number)
{
	return &store->blocks[number / BLOCK_PAGES][number % BLOCK_PAGES];
}

static void end_page(struct writer *w)
{
	struct sg_yaml_store *store = w->store;
	size_t number = (w->count - 1) / PAGE_EVENTS;
	unsigned char *bytes;

	if (number % BLOCK_PAGES == 0)
		*(struct page **)sg_arena_push(
			w->arena, &store->blocks, &store->block_count, sizeof(struct page *)) =
			sg_arena_calloc(w->arena, BLOCK_PAGES, sizeof(struct page));
	bytes = sg_arena_alloc(w->arena, w->page.len);
	memcpy(bytes, w->page.ptr, w->page.len);
	*page_at(store, number) = (struct page){bytes, w->page_mark};
	sg_buf_reset(&w->page);
	w->page_mark = w->mark;
}

/* The number that was left open where the collection began. */
static void close_node(struct writer *w)
{
	const struct open_node *open = &w->open[--w->depth];
	size_t inside = w->count + 1 - open->node;
	unsigned char *at = open->page == w->count / PAGE_EVENTS
				    ? (unsigned char *)w->page.ptr
				    : page_at(w->store, open->page)->bytes;

	for (size_t i = 0; i < 4; i++, inside /= 256)
		at[open->offset + i] = (unsigned char)(inside % 256);
}

static void open_node(struct writer *w)
{
	static const char room[4] = {0};

	SG_ASSERT(w->depth < SG_COUNT(w->open));
	w->open[w->depth++] = (struct open_node){w->count, w->count / PAGE_EVENTS, w->page.len};
	sg_buf_add(&w->page, room, sizeof(room));
}

static int check_room(const struct writer *w, const struct sg_yaml_event *event, struct sg_err *err)
{
	size_t needed = w->arena->used_bytes - w->used_before + w->page.len + EVENT_BYTES +
			event->value.len + sg_str_of(event->anchor).len + sg_str_of(event->tag).len;

	if (needed <= w->max_bytes)
		return 0;
	return sg_fail(err, SG_R_TOO_LARGE,
		"%s:%d:%d: up to here the YAML nodes need more than the %zu MiB that are left "
		"beside a file of this size",
		w->name, event->line, event->column, w->max_bytes >> 20);
}

static int keep(void *arg, const struct sg_yaml_event *event, struct sg_err *err)
{
	struct writer *w = arg;

	if (check_room(w, event, err) < 0)
		return -1;
	put_event(w, event);
	if (sg_yaml_is_start(event->kind))
		open_node(w);
	else if (sg_yaml_is_end(event->kind))
		close_node(w);
	w->count++;
	if (w->count % PAGE_EVENTS == 0)
		end_page(w);
	return 0;
}

/* The file stands in memory twice, before and after an edit. */
static size_t room_beside(size_t text_bytes)
{
	return SG_YAML_EDIT_MEMORY_BYTES -
	       2 * (text_bytes < SG_YAML_EDIT_MAX_BYTES ? text_bytes : SG_YAML_EDIT_MAX_BYTES);
}

int sg_yaml_parse(struct sg_arena *arena, const char *name, struct sg_str text,
	struct sg_yaml_events *ret_events, struct sg_err *err)
{
	SG_AUTO(writer_release)
	struct writer w = {
		.store = sg_arena_alloc(arena, sizeof(*w.store)),
		.arena = arena,
		.name = name,
		.max_bytes = room_beside(text.len),
	};

	w.used_before = arena->used_bytes;
	w.store->text = text;
	sg_buf_init(&w.page, SG_YAML_EDIT_MEMORY_BYTES);
	if (sg_yaml_each(name, text, keep, &w, err) < 0)
		return -1;
	if (w.page.len)
		end_page(&w);
	*ret_events = (struct sg_yaml_events){w.store, w.count};
	return 0;
}

/* ---- reading ---- */

static size_t take_number(const unsigned char **at)
{
	size_t n = 0;
	unsigned shift = 0;

	while (**at > 127) {
		n |= (size_t)(*(*at)++ - 128) << shift;
		shift += 7;
	}
	return n | (size_t) * (*at)++ << shift;
}

static size_t take_distance(const unsigned char **at, size_t from)
{
	size_t n = take_number(at);

	return n % 2 ? from - (n + 1) / 2 : from + n / 2;
}

static const char *take_text(const unsigned char **at)
{
	const char *text = (const char *)*at;

	*at += strlen(text) + 1;
	return text;
}

static void take_rare(const unsigned char **at, struct sg_yaml_event *event)
{
	unsigned rare = *(*at)++;

	if (rare & RARE_ANCHOR)
		event->anchor = take_text(at);
	if (rare & RARE_TAG)
		event->tag = take_text(at);
	if (rare & RARE_VALUE) {
		event->value.len = take_number(at);
		event->value.ptr = (const char *)*at;
		*at += event->value.len + 1;
	}
	if (rare & RARE_LINES)
		event->end_line = (int)take_distance(at, (size_t)event->line);
}

static void take_place(const unsigned char **at, const struct mark *before, unsigned line,
	struct sg_yaml_event *event)
{
	event->start = take_distance(at, before->end);
	event->end = event->start + take_number(at);
	event->line = before->line + (line == LINE_NEXT);
	if (line == LINE_JUMP)
		event->line = (int)take_distance(at, (size_t)before->line);
	event->column = line == LINE_SAME ? before->column + (int)(event->start - before->start)
					  : (int)take_number(at);
	event->end_line = event->line;
}

static void read_next(struct sg_yaml_store *s)
{
	unsigned head = *s->next++;
	struct sg_yaml_event event = {
		.kind = forms[head & FORM_MASK].kind,
		.style = forms[head & FORM_MASK].style,
		.implicit = (head & HEAD_IMPLICIT) != 0,
	};

	take_place(&s->next, &s->mark, head >> LINE_SHIFT, &event);
	event.value = plain_value(s->text, &event);
	if (head & HEAD_RARE)
		take_rare(&s->next, &event);
	s->inside = 1;
	if (sg_yaml_is_start(event.kind)) {
		s->inside = (size_t)s->next[0] | (size_t)s->next[1] << 8 |
			    (size_t)s->next[2] << 16 | (size_t)s->next[3] << 24;
		s->next += 4;
	}
	s->mark = (struct mark){event.start, event.end, event.line, event.column};
	s->event = event;
}

static void go_to(struct sg_yaml_store *s, size_t index)
{
	if (!s->ready || index < s->index || index / PAGE_EVENTS != s->index / PAGE_EVENTS) {
		const struct page *page = page_at(s, index / PAGE_EVENTS);

		s->next = page->bytes;
		s->mark = page->mark;
		s->index = index / PAGE_EVENTS * PAGE_EVENTS;
		s->ready = true;
		read_next(s);
	}
	while (s->index < index) {
		read_next(s);
		s->index++;
	}
}

struct sg_yaml_event sg_yaml_at(struct sg_yaml_events events, size_t index)
{
	SG_ASSERT(index < events.count);
	go_to(events.store, index);
	return events.store->event;
}

size_t sg_yaml_behind(struct sg_yaml_events events, size_t index)
{
	SG_ASSERT(index < events.count);
	go_to(events.store, index);
	return index + events.store->inside;
}
