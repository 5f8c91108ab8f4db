#include "model/app_verdict.h"

#include "base/attr.h"

static const struct {
	const char *name;
	int exit_code;
	const char *text;
} codes[] = {
#define SG_X(name, code, text) {#name, code, text},
	SG_APP_CODES(SG_X)
#undef SG_X
};

const char *sg_app_code_name(enum sg_app_code code)
{
	return codes[code].name;
}

const char *sg_app_code_text(enum sg_app_code code)
{
	return codes[code].text;
}

int sg_app_code_exit(enum sg_app_code code)
{
	return codes[code].exit_code;
}

int sg_app_code_count(void)
{
	return (int)SG_COUNT(codes);
}

static const char *const row_labels[] = {
#define SG_X(name, label) label,
	SG_APP_ROWS(SG_X)
#undef SG_X
};

const char *sg_app_row_label(enum sg_app_row row)
{
	return row_labels[row];
}

const char *sg_app_kind_name(enum sg_app_kind kind)
{
	switch (kind) {
	case SG_APP_SUCCESS:
		return "success";
	case SG_APP_POLICY:
		return "policy";
	case SG_APP_WAIT:
		return "wait";
	case SG_APP_FAIL:
		break;
	}
	return "fail";
}

#define EXIT_FAILED 1
#define EXIT_TIMEOUT 8
#define EXIT_PEOPLE 75

int sg_app_verdict_exit(const struct sg_app_verdict *verdict)
{
	switch (verdict->kind) {
	case SG_APP_SUCCESS:
		return 0;
	case SG_APP_POLICY:
		return EXIT_PEOPLE;
	case SG_APP_WAIT:
		return EXIT_TIMEOUT;
	case SG_APP_FAIL:
		break;
	}
	return EXIT_FAILED;
}

struct sg_app_policy sg_app_policy_default(void)
{
	return (struct sg_app_policy){
		.suspended = SG_APP_SUSPENDED_ASK,
		.may_refresh = true,
		.confirm_ms = 30000,
		.degraded_grace_ms = 30000,
		.image_grace_ms = 60000,
		.out_of_sync_grace_ms = 60000,
	};
}
