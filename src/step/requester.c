#include "step/requester.h"

#include <string.h>

#include "base/num.h"
#include "base/text.h"

/* The first line of such a note; it is read back by this form and no other. */
#define MARK "<!-- stagegate:requester v1 "

struct note {
	int64_t number;
	int64_t user;
	const char *username;
	const char *head;
	struct sg_str froms; /* ids with commas between them */
};

/* The value of KEY in "a=1 b=2"; a value has no blank. */
static struct sg_str value_of(struct sg_str line, const char *key)
{
	struct sg_str word;
	size_t len = strlen(key);

	while (sg_str_cut(&line, ' ', &word))
		if (word.len > len && memcmp(word.ptr, key, len) == 0 && word.ptr[len] == '=')
			return sg_str_sub(word, len + 1, word.len);
	return (struct sg_str){0};
}

static bool read_id(struct sg_str text, int64_t *ret)
{
	uint64_t value;

	if (!sg_num_u64(text, &value) || value == 0 || value > INT64_MAX)
		return false;
	*ret = (int64_t)value;
	return true;
}

static bool read_note(struct sg_arena *arena, const char *body, struct note *ret)
{
	struct sg_str rest = sg_str_of(body), line;
	struct sg_str head;

	(void)sg_str_cut(&rest, '\n', &line);
	line = sg_str_sub(line, sizeof(MARK) - 1, line.len);
	head = value_of(line, "head");
	if (!read_id(value_of(line, "n"), &ret->number) ||
		!read_id(value_of(line, "user"), &ret->user) || !sg_str_is_oid(head))
		return false;
	ret->username = sg_arena_dup(arena, value_of(line, "name"));
	ret->head = sg_arena_dup(arena, head);
	ret->froms = value_of(line, "from");
	return true;
}

static void add_person(struct sg_arena *arena, const struct note *note,
	struct sg_requester **people, size_t *count)
{
	struct sg_requester *person;

	for (size_t i = 0; i < *count; i++)
		if ((*people)[i].id == note->user)
			return;
	person = sg_arena_push(arena, people, count, sizeof(*person));
	*person = (struct sg_requester){note->user, note->username};
}

static void add_word(struct sg_arena *arena, const char ***items, size_t *count, const char *word)
{
	*(const char **)sg_arena_push(arena, items, count, sizeof(**items)) = word;
}

static void add_froms(struct sg_arena *arena, struct sg_str ids, const char ***items, size_t *count)
{
	struct sg_str id;

	while (sg_str_cut(&ids, ',', &id))
		if (sg_str_is_oid(id))
			add_word(arena, items, count, sg_arena_dup(arena, id));
}

void sg_requesters_read(struct sg_world *world, const struct sg_forge *forge,
	const struct sg_policy *policy, const struct sg_gitlab_note *notes, size_t count,
	struct sg_requesters *ret)
{
	struct sg_arena *arena = world->arena;
	struct sg_requesters all = {0};
	struct sg_requester *people = NULL;
	struct sg_requested *heads = NULL;
	const char **froms = NULL;

	for (size_t i = 0; i < count; i++) {
		struct note note;

		if (notes[i].system || !sg_forge_is_own(forge, policy, notes[i].author_id) ||
			!sg_str_starts(sg_str_of(notes[i].body), MARK))
			continue;
		all.recorded = true;
		if (notes[i].edited)
			all.trouble = "a note about who asked for this promotion was changed";
		else if (!read_note(arena, notes[i].body, &note))
			all.trouble = "a note about who asked for this promotion cannot be read";
		else if (note.number != all.last && note.number != all.last + 1)
			all.trouble = "a note about who asked for this promotion is gone";
		else {
			all.last = note.number;
			add_person(arena, &note, &people, &all.count);
			*(struct sg_requested *)sg_arena_push(arena, &heads, &all.head_count,
				sizeof(*heads)) = (struct sg_requested){note.head, note.user};
			add_froms(arena, note.froms, &froms, &all.from_count);
		}
		if (all.trouble)
			break;
	}
	all.people = people;
	all.heads = heads;
	all.froms = froms;
	*ret = all;
}

bool sg_requesters_are_behind(const struct sg_world *world, const struct sg_requesters *requesters,
	int64_t iid, struct sg_requesters_seen *seen)
{
	int64_t now_ms = sg_loop_now_ms(sg_world_loop(world));

	if (!requesters->trouble && seen->iid == iid && requesters->last < seen->last &&
		now_ms - seen->at_ms < SG_REPLICA_LAG_MS)
		return true;
	*seen = (struct sg_requesters_seen){iid, requesters->last, now_ms};
	return false;
}

bool sg_requesters_have(const struct sg_requesters *requesters, const char *head, int64_t user)
{
	for (size_t i = 0; i < requesters->head_count; i++)
		if (strcmp(requesters->heads[i].head, head) == 0 &&
			(!user || requesters->heads[i].user == user))
			return true;
	return false;
}

static void write_note(
	const struct sg_gitlab_user *who, const struct sg_requester_ask *ask, struct sg_buf *body)
{
	sg_buf_addf(
		body, MARK "n=%lld user=%lld name=", (long long)ask->number, (long long)who->id);
	sg_text_url(sg_str_of(who->username), body);
	sg_buf_addf(body, " head=%s from=", ask->head);
	for (size_t i = 0; i < ask->from_count; i++)
		sg_buf_addf(body, "%s%s", i ? "," : "", ask->froms[i]);
	sg_buf_adds(body, " -->\n");
	sg_text_markdown(sg_str_of(who->username), body);
	sg_buf_adds(body, " asked for ");
	sg_text_markdown(sg_str_of(ask->wish), body);
	sg_buf_adds(body, " and is not counted among those who approve it.\n");
}

int sg_requester_record(struct sg_world *world, struct sg_forge *forge,
	const struct sg_requester_ask *ask, bool *ret_doubt, struct sg_err *err)
{
	struct sg_gitlab_answer answer;
	struct sg_buf body SG_AUTO(sg_buf_release);

	sg_buf_init(&body, 64u * 1024);
	if (sg_forge_asker(world, forge, err) < 0)
		return sg_wrap(err, "who asks for this promotion");
	write_note(&forge->asker, ask, &body);
	if (sg_gitlab_mr_note_add(&forge->gitlab, ask->iid, body.ptr, &answer, err) < 0)
		return -1;
	*ret_doubt = answer.outcome == SG_GITLAB_DOUBT;
	if (answer.outcome == SG_GITLAB_REFUSED)
		return sg_fail(err, SG_R_REMOTE_FAILED,
			"GitLab did not take the note about who asks for this promotion: %s",
			answer.why);
	return 0;
}
