/* Which kinds of objects are workloads, which make no pods, and where each is read. */
#include <string.h>

#include "base/attr.h"
#include "model/workload.h"

static const struct {
	const char *name;
	const char *group;
	const char *base;
	const char *resource;
} kinds[] = {
#define SG_X(name, kind, group, base, resource) {kind, group, base, resource},
	SG_WORKLOAD_KINDS(SG_X)
#undef SG_X
};

const char *sg_workload_kind_name(enum sg_workload_kind kind)
{
	return kinds[kind].name;
}

const char *sg_workload_kind_group(enum sg_workload_kind kind)
{
	return kinds[kind].group;
}

const char *sg_workload_kind_base(enum sg_workload_kind kind)
{
	return kinds[kind].base;
}

const char *sg_workload_kind_resource(enum sg_workload_kind kind)
{
	return kinds[kind].resource;
}

bool sg_workload_kind_parse(const char *group, const char *kind, enum sg_workload_kind *ret)
{
	for (size_t i = 0; i < SG_COUNT(kinds); i++)
		if (strcmp(kinds[i].name, kind) == 0 && strcmp(kinds[i].group, group) == 0) {
			*ret = (enum sg_workload_kind)i;
			return true;
		}
	return false;
}

bool sg_workload_kind_of_word(struct sg_str word, enum sg_workload_kind *ret)
{
	for (size_t i = 0; i < SG_COUNT(kinds); i++)
		if (sg_str_ieq(word, sg_str_of(kinds[i].name))) {
			*ret = (enum sg_workload_kind)i;
			return true;
		}
	return false;
}

/* KIND NULL: all of the group. */
static const struct {
	const char *group;
	const char *kind;
} podless[] = {
	{"", "ConfigMap"},
	{"", "Endpoints"},
	{"", "LimitRange"},
	{"", "Namespace"},
	{"", "PersistentVolume"},
	{"", "PersistentVolumeClaim"},
	{"", "ResourceQuota"},
	{"", "Secret"},
	{"", "Service"},
	{"", "ServiceAccount"},
	{"admissionregistration.k8s.io", NULL},
	{"apiextensions.k8s.io", NULL},
	{"apiregistration.k8s.io", NULL},
	{"argoproj.io", "AnalysisTemplate"},
	{"argoproj.io", "AppProject"},
	{"argoproj.io", "Application"}, /* its pods are in its own summary */
	{"argoproj.io", "ApplicationSet"},
	{"autoscaling", NULL},
	{"bitnami.com", "SealedSecret"},
	{"cert-manager.io", NULL},
	{"external-secrets.io", NULL},
	{"gateway.networking.k8s.io", NULL},
	{"keda.sh", "ScaledObject"},
	{"keda.sh", "TriggerAuthentication"},
	{"monitoring.coreos.com", "PodMonitor"},
	{"monitoring.coreos.com", "PrometheusRule"},
	{"monitoring.coreos.com", "ServiceMonitor"},
	{"networking.istio.io", NULL},
	{"networking.k8s.io", NULL},
	{"policy", NULL},
	{"rbac.authorization.k8s.io", NULL},
	{"scheduling.k8s.io", NULL},
	{"security.istio.io", NULL},
	{"storage.k8s.io", NULL},
};

bool sg_workload_is_podless(const char *group, const char *kind)
{
	for (size_t i = 0; i < SG_COUNT(podless); i++)
		if (strcmp(podless[i].group, group) == 0 &&
			(!podless[i].kind || strcmp(podless[i].kind, kind) == 0))
			return true;
	return false;
}
