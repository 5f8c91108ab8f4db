/* The mathematics of the signer, all of it mbedTLS's. */
#include <string.h>

#include <mbedtls/ecdsa.h>
#include <mbedtls/platform_util.h>

#include "base/attr.h"
#include "io/crypto.h"
#include "io/signer_impl.h"

static const struct sg_curve curves[] = {
	{"ecdsa-sha2-nistp256", "nistp256", 32, MBEDTLS_ECP_DP_SECP256R1, MBEDTLS_MD_SHA256},
	{"ecdsa-sha2-nistp384", "nistp384", 48, MBEDTLS_ECP_DP_SECP384R1, MBEDTLS_MD_SHA384},
	{"ecdsa-sha2-nistp521", "nistp521", 66, MBEDTLS_ECP_DP_SECP521R1, MBEDTLS_MD_SHA512},
};

const struct sg_curve *sg_curve_of_type(struct sg_str key_type)
{
	for (size_t i = 0; i < SG_COUNT(curves); i++)
		if (sg_str_is(key_type, curves[i].key_type))
			return &curves[i];
	return NULL;
}

const struct sg_curve *sg_curve_of_group(mbedtls_ecp_group_id group)
{
	for (size_t i = 0; i < SG_COUNT(curves); i++)
		if (curves[i].group == group)
			return &curves[i];
	return NULL;
}

void sg_key_wipe(struct sg_key *key)
{
	mbedtls_platform_zeroize(key, sizeof(*key));
}

/* For blinding only: no result depends on it. */
static int randomize(void *none, unsigned char *out, size_t len)
{
	(void)none;
	for (size_t at = 0; at < len; at += sizeof(uint64_t)) {
		uint64_t bits = sg_crypto_random();
		size_t left = len - at;

		memcpy(out + at, &bits, left < sizeof(bits) ? left : sizeof(bits));
	}
	return 0;
}

/* A key at work: the numbers of mbedTLS, which wipes what it frees. */
struct numbers {
	mbedtls_ecp_group group;
	mbedtls_mpi d, r, s;
	mbedtls_ecp_point q;
};

static void numbers_free(struct numbers *n)
{
	mbedtls_ecp_group_free(&n->group);
	mbedtls_mpi_free(&n->d);
	mbedtls_mpi_free(&n->r);
	mbedtls_mpi_free(&n->s);
	mbedtls_ecp_point_free(&n->q);
}

static int numbers_load(struct numbers *n, const struct sg_curve *curve, const uint8_t *scalar)
{
	mbedtls_ecp_group_init(&n->group);
	mbedtls_mpi_init(&n->d);
	mbedtls_mpi_init(&n->r);
	mbedtls_mpi_init(&n->s);
	mbedtls_ecp_point_init(&n->q);
	if (mbedtls_ecp_group_load(&n->group, curve->group) != 0 ||
		mbedtls_mpi_read_binary(&n->d, scalar, curve->bytes) != 0)
		SG_BUG("numbers of a curve");
	if (mbedtls_ecp_check_privkey(&n->group, &n->d) != 0)
		return -1;
	if (mbedtls_ecp_mul(&n->group, &n->q, &n->d, &n->group.G, randomize, NULL) != 0)
		SG_BUG("point of a key");
	return 0;
}

int sg_key_prove(const struct sg_key *key, struct sg_err *err)
{
	SG_AUTO(numbers_free) struct numbers n;
	uint8_t point[SG_POINT_MAX];
	size_t len = 0;

	if (numbers_load(&n, key->curve, key->scalar) < 0)
		return sg_key_invalid(err, "its number is none of the curve");
	if (mbedtls_ecp_point_write_binary(
		    &n.group, &n.q, MBEDTLS_ECP_PF_UNCOMPRESSED, &len, point, sizeof(point)) != 0 ||
		len != 1 + 2 * key->curve->bytes)
		SG_BUG("point of a key");
	if (memcmp(point, key->point, len) != 0)
		return sg_key_invalid(
			err, "its public and its private part do not belong together");
	return 0;
}

void sg_key_sign(const struct sg_curve *curve, const uint8_t *scalar, struct sg_str message,
	mbedtls_md_type_t hash, uint8_t *ret_r, uint8_t *ret_s)
{
	SG_AUTO(numbers_free) struct numbers n;
	const mbedtls_md_info_t *info = mbedtls_md_info_from_type(hash);
	uint8_t digest[SG_DIGEST_MAX];
	size_t len = mbedtls_md_get_size(info);

	if (numbers_load(&n, curve, scalar) < 0 ||
		mbedtls_md(info, (const unsigned char *)message.ptr, message.len, digest) != 0 ||
		mbedtls_ecdsa_sign_det_ext(
			&n.group, &n.r, &n.s, &n.d, digest, len, hash, randomize, NULL) != 0)
		SG_BUG("ecdsa");
	/* A signature that a faulty machine got wrong would give the key away. */
	if (mbedtls_ecdsa_verify(&n.group, digest, len, &n.q, &n.r, &n.s) != 0)
		SG_BUG("ecdsa: the signature does not verify");
	if (mbedtls_mpi_write_binary(&n.r, ret_r, curve->bytes) != 0 ||
		mbedtls_mpi_write_binary(&n.s, ret_s, curve->bytes) != 0)
		SG_BUG("ecdsa");
}
