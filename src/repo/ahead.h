/*
 * One request for a fetch instead of two. libgit2 asks first for where history will be cut, then
 * the same again with what is here and "done". What it will say then is known but for the order of
 * the commits that are offered, so that request is sent at once: the first stream shows its answer
 * up to the end of the first section, the second stream all of it - if libgit2 then really asks for
 * that; else it is asked anew.
 */
#ifndef SG_REPO_AHEAD_H
#define SG_REPO_AHEAD_H

#include "repo/internal.h"

/* Makes repo->ahead_request from libgit2's first REQUEST; false when it is no first one. */
bool sg_ahead_ask(struct sg_repo *repo, struct sg_str request);

/* True when REQUEST asks for the same as what was SENT: the commits that are offered last may come
 * in another order. Pure. */
bool sg_ahead_same(struct sg_str sent, struct sg_str request);

/* True when REQUEST is what was sent ahead, and its answer waits in repo->ahead. */
bool sg_ahead_is(const struct sg_repo *repo, struct sg_str request);

/* Ends what was asked for ahead and that nobody read. */
void sg_ahead_drop(struct sg_repo *repo);

/* Length of the pkt-lines up to and with the first flush; 0: not here yet; -1: no pkt-lines. Pure.
 */
long sg_ahead_section(struct sg_str body);

#endif
