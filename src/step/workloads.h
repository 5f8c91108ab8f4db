/*
 * The workloads of an application and of its children, read through the Kubernetes API when the
 * decision table wants to know more than Argo CD says (argocd.md 4.3): while a roll-out lasts, for
 * the cause of a degraded one, and for what an image check leaves open. What is deployed to another
 * cluster than Argo CD's is read through client->beyond. Where there is none, or where it is not
 * permitted, nothing is read; the table then goes by what Argo CD says.
 */
#ifndef SG_STEP_WORKLOADS_H
#define SG_STEP_WORKLOADS_H

#include "cluster/client.h"
#include "model/app_verdict.h"
#include "step/world.h"

/* Applications whose workloads are known at the same time: one, and some of its children. */
#define SG_WORKLOADS_APPS_MAX 17

struct sg_workloads;

/*
 * WORLD and CLIENT outlive it; CLIENT reaches the cluster that has the Application. AT_ONCE: the
 * first read is not put off to see whether it is needed at all, and each ends with the look that
 * begins it; others go on while somebody else has the loop (sg_workloads_reading()).
 */
struct sg_workloads *sg_workloads_new(
	struct sg_world *world, struct sg_cluster_client *client, bool at_once);
void sg_workloads_free(struct sg_workloads *workloads);

/* Who can read the cluster that APP deploys to; NULL: nobody. */
struct sg_cluster_client *sg_workloads_client(
	const struct sg_workloads *workloads, const struct sg_app *app);

/*
 * Reads when VERDICT about APP makes it worth while and it is due. *ret_read: there are new facts,
 * the fold is to be ticked. Trouble with reading is no error, only a signal is.
 */
int sg_workloads_look(struct sg_workloads *workloads, const struct sg_app *app,
	const struct sg_app_verdict *verdict, bool *ret_read, struct sg_err *err) SG_MUST_CHECK;

/* The looks that belong together are over: reads that none of them wanted end. */
void sg_workloads_turn(struct sg_workloads *workloads);

/* True while a read is under way; the look that goes on with it is due then. */
bool sg_workloads_reading(struct sg_workloads *workloads, int64_t *ret_due_ms);

/* What is to be acted on: it is wanted again where the last look is too long ago. */
void sg_workloads_renew(struct sg_workloads *workloads, const struct sg_app *app);

/* True while VERDICT about APP should not be the last word before a look has been tried. */
bool sg_workloads_wanted(const struct sg_workloads *workloads, const struct sg_app *app,
	const struct sg_app_verdict *verdict);

/* What was read of APP; NULL: nothing, or not of this application. For struct sg_app_beside. */
const struct sg_app_workloads *sg_workloads_facts(
	const struct sg_workloads *workloads, const struct sg_app *app);

/* When to look again at the latest, of the loop's clock; SG_NEVER: VERDICT asks for nothing. */
int64_t sg_workloads_due_ms(const struct sg_workloads *workloads, const struct sg_app *app,
	const struct sg_app_verdict *verdict);

/*
 * What may not be read, in the cluster's words and with the rule that is missing, or why the other
 * cluster did not answer; with its context. NULL: nothing.
 */
const char *sg_workloads_denied(const struct sg_workloads *workloads);

/* The last lines of a container that crashes, when they were asked for; untrusted. */
struct sg_app_strings sg_workloads_log(const struct sg_workloads *workloads);

#endif
