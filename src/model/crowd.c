#include "model/crowd.h"

/* One attempt, in the unit of what is waited for. */
#define ATTEMPT 1000

enum {
	SPREAD_PERCENT = 15, /* of the patience, up and down */
	SHRINK_PERCENT = 40, /* what is left of the patience with each further loss ... */
	PATIENCE_MIN = 1,    /* ... at least so many attempts */
	PAUSE_SPREAD = 70,   /* percent: those who lost to one commit began at one time */
	PAUSE_HALVES = 3,    /* how often the pause becomes half */
	BY_PERCENT = 110, /* of an attempt for each of those who are let by: they meet, too ... */
	BY_SPREAD = 50,   /* ... give or take so many percent */
	AHEAD_MAX_S = 1,  /* the server that dates commits is not the one that answers */
	IN_LINE_MAX_MS =
		300,        /* of an attempt: what is more was spent in a line of those who wait */
	FIRST_LOOK_MIN = 1, /* attempts until the first look ... */
	FIRST_LOOK_MAX = 2, /* ... at most; half as much again with each look ... */
	WATCHES = 12,       /* looks for a commit to begin behind */
	WATCH_PERCENT = 10, /* of an attempt between them, less with each further loss ... */
	WATCH_LEAST = 5,    /* ... at least so many percent ... */
	WATCH_SPREAD = 30,  /* ... give or take so many percent */
	STRETCH_MIN = ATTEMPT / 4,
	STRETCH_MAX = 4 * ATTEMPT, /* ... up to this ... */
	LOOKS_APART = 64,          /* ... and to so many times what the quickest look took */
	MOVES_MAX = 16, /* looks of one turn that found another commit: so many went by at least */
	WAIT_MAX_MS = 3600000
};

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Uniform in [low, high], from 32 bits. */
static int64_t between(int64_t low, int64_t high, uint32_t random)
{
	return low + (int64_t)(((uint64_t)(high - low + 1) * random) >> 32);
}

static int64_t limited(int64_t ms)
{
	return least(most(1, ms), SG_CROWD_ATTEMPT_MAX_MS);
}

/* What one attempt takes now. */
static int64_t attempt_now_ms(const struct sg_crowd *crowd)
{
	return most(1, least(crowd->attempt_ms, SG_CROWD_LOOKS * crowd->look_ms));
}

static int64_t in_ms(int64_t thousandths, int64_t attempt_ms)
{
	return most(1, thousandths * attempt_ms / ATTEMPT);
}

static void note_look(struct sg_crowd *crowd, int64_t look_ms)
{
	if (crowd->quick_ms == 0 || limited(look_ms) < crowd->quick_ms)
		crowd->quick_ms = limited(look_ms);
}

/* The turn after so many losses. */
static int64_t patience(int losses)
{
	int64_t attempts = (int64_t)SG_CROWD_PATIENCE * ATTEMPT;

	for (int i = 1; i < losses && attempts > (int64_t)PATIENCE_MIN * ATTEMPT; i++)
		attempts = attempts * SHRINK_PERCENT / 100;
	return most(attempts, (int64_t)PATIENCE_MIN * ATTEMPT);
}

/* MEAN, give or take so many percent. */
static int64_t around(int64_t mean, int64_t percent, uint32_t random)
{
	return between(mean * (100 - percent) / 100, mean * (100 + percent) / 100, random);
}

int64_t sg_crowd_lost(struct sg_crowd *crowd, int64_t attempt_ms, int64_t look_ms, int64_t left_ms,
	uint64_t random)
{
	int64_t now_ms, mean;

	crowd->losses++;
	crowd->attempt_ms = limited(attempt_ms);
	crowd->watches = WATCHES;
	/* the attempt may have stood in the crowd of those who came at once; the look is of now */
	crowd->look_ms = least(crowd->attempt_ms / SG_CROWD_LOOKS, limited(look_ms) * 3 / 2);
	note_look(crowd, look_ms);
	now_ms = attempt_now_ms(crowd);
	mean = patience(crowd->losses);
	crowd->waited_ms = 0;
	crowd->moves = 0;
	crowd->patience = around(mean, SPREAD_PERCENT, (uint32_t)random);
	crowd->patience =
		least(crowd->patience, least(most(0, left_ms), WAIT_MAX_MS) / 4 * ATTEMPT / now_ms);
	crowd->stretch = between((int64_t)FIRST_LOOK_MIN * ATTEMPT,
		(int64_t)FIRST_LOOK_MAX * ATTEMPT, (uint32_t)(random >> 32));
	return in_ms(least(crowd->stretch, crowd->patience), now_ms);
}

/* At our turn: the next look, unless there is a commit to begin behind, or none comes. */
static int64_t watch(struct sg_crowd *crowd, bool moved, int64_t now_ms, uint64_t random)
{
	int64_t percent = most(WATCH_LEAST, 2 * WATCH_PERCENT / (1 + (int64_t)crowd->losses));
	int64_t pause = percent * ATTEMPT / 100;

	if (moved || crowd->watches == 0)
		return -1;
	crowd->watches--;
	return in_ms(around(pause, WATCH_SPREAD, (uint32_t)random), now_ms);
}

int64_t sg_crowd_looked(
	struct sg_crowd *crowd, bool moved, int64_t waited_ms, int64_t look_ms, uint64_t random)
{
	int64_t now_ms, left;

	crowd->look_ms = (crowd->look_ms + limited(look_ms)) / 2;
	note_look(crowd, look_ms);
	now_ms = attempt_now_ms(crowd);
	if (crowd->patience <= 0)
		return watch(crowd, moved, now_ms, random);
	if (!moved)
		return -1;
	crowd->waited_ms += least(most(1, waited_ms), WAIT_MAX_MS);
	left = crowd->patience - crowd->waited_ms * ATTEMPT / now_ms;
	if (left > 0 && ++crowd->moves < MOVES_MAX) {
		crowd->stretch = least(least(crowd->stretch + crowd->stretch / 2, STRETCH_MAX),
			LOOKS_APART * crowd->quick_ms * ATTEMPT / now_ms);
		return in_ms(most(STRETCH_MIN, least(crowd->stretch, left)), now_ms);
	}
	crowd->patience = 0;
	/* it may have moved long ago: watch for the next commit */
	return watch(crowd, false, now_ms, random);
}

/* So many of the commits are of the last seconds. */
static int64_t recent(const int64_t *dates_s, size_t count, int64_t now_s)
{
	int64_t found = 0;

	for (size_t i = 0; i < count && now_s > 0; i++)
		if (dates_s[i] >= now_s - SG_CROWD_WINDOW_S && dates_s[i] <= now_s + AHEAD_MAX_S)
			found++;
	return least(found, SG_CROWD_SEEN_MAX);
}

int64_t sg_crowd_let_by(struct sg_crowd *crowd, const int64_t *dates_s, size_t count, int64_t now_s,
	int64_t attempt_ms, int64_t left_ms, uint64_t random)
{
	int64_t others = recent(dates_s, count, least(now_s, INT64_MAX / 2)) - 1;
	int64_t each_ms = least(limited(attempt_ms), IN_LINE_MAX_MS);
	int64_t mean_ms = others * each_ms * BY_PERCENT / 100;

	if (others <= 0)
		return 0;
	crowd->let_by = true;
	return least(least(around(mean_ms, BY_SPREAD, (uint32_t)random), SG_CROWD_LET_BY_MAX_MS),
		most(0, left_ms) / 4);
}

int64_t sg_crowd_pause(struct sg_crowd *crowd, int64_t attempt_ms, uint64_t random)
{
	int64_t halves = least(crowd->losses + (crowd->let_by ? 1 : 0), PAUSE_HALVES);
	int64_t mean = (int64_t)SG_CROWD_PAUSE * ATTEMPT >> halves;

	crowd->losses++;
	return in_ms(around(mean, PAUSE_SPREAD, (uint32_t)random), limited(attempt_ms));
}
