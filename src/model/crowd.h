/*
 * When to push again to a branch on which somebody else's commit came first. Pure: the caller looks
 * at the branch, waits, and tells what it saw.
 *
 * Who loses does not know how many others there are. So it looks, waits a few attempts' time and
 * looks again. A branch that did not move is free: push. Else there is a crowd, and it waits for
 * its turn: a time drawn around SG_CROWD_PATIENCE attempts, which lets the others by, so that few
 * pushes are wasted on each other; the looks become rarer meanwhile. When the turn has come it
 * looks often, to begin right behind somebody's commit: all that began before that commit loses,
 * and little has begun since. With each loss the turn comes sooner, and the looks in it more often,
 * so nobody starves behind those who have just come.
 *
 * With N that never rest, a change costs 1 + (N - 1) / K pushes when K commits pass during a turn:
 * each of the others lands once between two of ours. About one commit lands in an attempt's time,
 * so the patience is K, and 29 keeps 32 of them below two and a half pushes.
 *
 * Times are measured in attempts (a look, a fetch, a push), as they are now: whoever came in a rush
 * of many had a slow attempt, and a quick look says that the others wait, too. An attempt counts
 * for no more than SG_CROWD_LOOKS of these looks; else the first ones would be the slowest of all.
 *
 * Over the API only who changes the same file comes first, and three requests tell a newcomer
 * nothing about the others: whoever comes fresh gets through, and those who lost wait. So where a
 * file is hot the newcomer asks how often it was changed in the last seconds, and lets as many
 * attempts by as that were. Who loses all the same waits half as long with each loss, and
 * having let others by counts as one: the first pause is long only for those who came together,
 * saw nobody, and lost to the same commit.
 */
#ifndef SG_MODEL_CROWD_H
#define SG_MODEL_CROWD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SG_CROWD_PATIENCE = 29,         /* attempts that the first turn is waited for, on average */
	SG_CROWD_PAUSE = 2,             /* attempts, the first sg_crowd_pause(), on average */
	SG_CROWD_WINDOW_S = 3,          /* what was changed so long ago makes a file hot */
	SG_CROWD_SEEN_MAX = 12,         /* no more changes count */
	SG_CROWD_LET_BY_MAX_MS = 3000,  /* no newcomer waits longer */
	SG_CROWD_ATTEMPT_MAX_MS = 5000, /* no attempt counts for more */
	SG_CROWD_LOOKS = 8              /* nor for more than so many looks */
};

/* All zero: nothing lost yet. */
struct sg_crowd {
	int losses;
	int64_t attempt_ms; /* what the lost attempt took */
	int64_t look_ms;    /* what a look takes: the last ones count most */
	int64_t quick_ms;   /* what the quickest one took: one slow look is no reason to be blind */
	int64_t patience;   /* until our turn, in thousandths of an attempt */
	int64_t waited_ms;  /* of it */
	int64_t stretch;    /* until the next look, likewise */
	int moves;          /* looks of this turn that found another commit */
	int watches;        /* at our turn: looks that are left */
	bool let_by;        /* others were let by */
};

/*
 * A push was lost and the branch was looked at once more. ATTEMPT_MS: from the look before the push
 * to its answer; LOOK_MS: what the new look took; LEFT_MS: of the run's time, of which a quarter at
 * most goes into this turn; RANDOM: 64 uniform bits. Returns the milliseconds to the next look.
 */
int64_t sg_crowd_lost(struct sg_crowd *crowd, int64_t attempt_ms, int64_t look_ms, int64_t left_ms,
	uint64_t random);

/*
 * The branch was looked at again, WAITED_MS after the look before; MOVED: it is at another commit.
 * Returns the milliseconds to the next look, or -1: push on what was seen just now.
 */
int64_t sg_crowd_looked(
	struct sg_crowd *crowd, bool moved, int64_t waited_ms, int64_t look_ms, uint64_t random);

/*
 * Before the first try over the API, on a file that others change, too. DATES_S: of COUNT commits
 * of that file, in seconds since 1970 by whatever clock they were made with; NOW_S: the server's
 * own, 0: not known; ATTEMPT_MS: what the requests so far took; LEFT_MS, RANDOM: as above. Returns
 * the milliseconds to wait before the file is read again; 0: go on. One commit is no crowd: it may
 * be our own pipeline's last one.
 */
int64_t sg_crowd_let_by(struct sg_crowd *crowd, const int64_t *dates_s, size_t count, int64_t now_s,
	int64_t attempt_ms, int64_t left_ms, uint64_t random);

/*
 * As sg_crowd_lost(), where there is no branch to look at: over the API only who changes the same
 * file comes first, and those are few. A time drawn around so many attempts, half as many with each
 * loss, and from the first on for who has let others by.
 */
int64_t sg_crowd_pause(struct sg_crowd *crowd, int64_t attempt_ms, uint64_t random);

#endif
