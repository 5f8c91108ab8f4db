/*
 * SEC1 (RFC 5915) and PKCS#8 keys. Stricter than they may be: nothing is passed by, and the public
 * part, optional there, must be given, since nothing else would show that the number is damaged.
 */
#include <string.h>

#include <mbedtls/asn1.h>
#include <mbedtls/oid.h>

#include "base/attr.h"
#include "io/signer_impl.h"

#define SEQUENCE (MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE)
#define TAGGED(n) (MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED | (n))

#define OID(bytes)                                                                                 \
	{                                                                                          \
		(bytes), sizeof(bytes) - 1                                                         \
	}

static const struct sg_str ec_public_key = OID("\x2a\x86\x48\xce\x3d\x02\x01");

static const struct {
	struct sg_str oid;
	const char *kind;
} others[] = {
	{OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"), "it is an RSA key"},
	{OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"), "it is an RSA key (PSS)"},
	{OID("\x2a\x86\x48\xce\x38\x04\x01"), "it is a DSA key"},
	{OID("\x2b\x65\x6e"), "it is an X25519 key"},
	{OID("\x2b\x65\x6f"), "it is an X448 key"},
	{OID("\x2b\x65\x70"), "it is an Ed25519 key"},
	{OID("\x2b\x65\x71"), "it is an Ed448 key"},
};

/* What is left of the inside of an element. */
struct der {
	unsigned char *p;
	const unsigned char *end;
};

static bool enter(struct der *from, int tag, struct der *ret_inside)
{
	size_t len;

	if (mbedtls_asn1_get_tag(&from->p, from->end, &len, tag) != 0)
		return false;
	*ret_inside = (struct der){from->p, from->p + len};
	from->p += len;
	return true;
}

static bool is_done(const struct der *der)
{
	return der->p == der->end;
}

static bool is_next(const struct der *der, int tag)
{
	return !is_done(der) && *der->p == tag;
}

static struct sg_str bytes_of(const struct der *der)
{
	return (struct sg_str){(const char *)der->p, (size_t)(der->end - der->p)};
}

static const char *kind_of(struct sg_str algorithm)
{
	for (size_t i = 0; i < SG_COUNT(others); i++)
		if (sg_str_eq(others[i].oid, algorithm))
			return others[i].kind;
	return "it is a key of another kind";
}

static int malformed(struct sg_err *err)
{
	return sg_key_invalid(err, "it is cut off, or not built as such a key is");
}

/* The name of a curve, and nothing else (no curve by its numbers). */
static int read_curve(struct der *der, const struct sg_curve **ret_curve, struct sg_err *err)
{
	mbedtls_ecp_group_id group = MBEDTLS_ECP_DP_NONE;
	mbedtls_asn1_buf oid = {.tag = MBEDTLS_ASN1_OID};
	struct der name;

	if (is_next(der, SEQUENCE))
		return sg_key_unsupported(err, "it names its curve by numbers");
	if (!enter(der, MBEDTLS_ASN1_OID, &name) || !is_done(der))
		return malformed(err);
	oid.p = name.p;
	oid.len = (size_t)(name.end - name.p);
	if (mbedtls_oid_get_ec_grp(&oid, &group) != 0 || !sg_curve_of_group(group))
		return sg_key_unsupported(err, "it is an ECDSA key on another curve");
	*ret_curve = sg_curve_of_group(group);
	return 0;
}

static int take_parts(
	struct sg_str number, struct sg_str bits, struct sg_key *ret_key, struct sg_err *err)
{
	size_t width = ret_key->curve->bytes;

	if (number.len == 0 || number.len > width)
		return sg_key_invalid(err, "its private number is malformed");
	/* no unused bits, and the uncompressed form */
	if (bits.len != 2 + 2 * width || bits.ptr[0] != 0)
		return sg_key_invalid(err, "its public part is malformed");
	memset(ret_key->scalar, 0, sizeof(ret_key->scalar));
	memcpy(ret_key->scalar + (width - number.len), number.ptr, number.len);
	memcpy(ret_key->point, bits.ptr + 1, bits.len - 1);
	return 0;
}

/* ECPrivateKey; ret_key->curve is set where what is around it has named the curve. */
static int read_sec1(struct der *inside, struct sg_key *ret_key, struct sg_err *err)
{
	const struct sg_curve *outer = ret_key->curve;
	struct der number, part, bits;

	if (!enter(inside, MBEDTLS_ASN1_OCTET_STRING, &number))
		return malformed(err);
	if (enter(inside, TAGGED(0), &part) && read_curve(&part, &ret_key->curve, err) < 0)
		return -1;
	if (!ret_key->curve || (outer && outer != ret_key->curve))
		return sg_key_invalid(err, "it does not say on which curve it is");
	if (is_done(inside)) {
		(void)sg_key_invalid(
			err, "it lacks its public part, so that damage would not show");
		return sg_hint(err, "add it to a copy: ssh-keygen -p -N '' -f COPY");
	}
	if (!enter(inside, TAGGED(1), &part) || !is_done(inside) ||
		!enter(&part, MBEDTLS_ASN1_BIT_STRING, &bits) || !is_done(&part))
		return malformed(err);
	return take_parts(bytes_of(&number), bytes_of(&bits), ret_key, err);
}

static int read_pkcs8(struct der *inside, struct sg_key *ret_key, struct sg_err *err)
{
	struct der algorithm, oid, octets, sec1;
	int version;

	if (!enter(inside, SEQUENCE, &algorithm) || !enter(&algorithm, MBEDTLS_ASN1_OID, &oid))
		return malformed(err);
	if (!sg_str_eq(bytes_of(&oid), ec_public_key))
		return sg_key_unsupported(err, kind_of(bytes_of(&oid)));
	if (read_curve(&algorithm, &ret_key->curve, err) < 0)
		return -1;
	if (!enter(inside, MBEDTLS_ASN1_OCTET_STRING, &octets) || !is_done(inside) ||
		!enter(&octets, SEQUENCE, &sec1) || !is_done(&octets) ||
		mbedtls_asn1_get_int(&sec1.p, sec1.end, &version) != 0 || version != 1)
		return malformed(err);
	return read_sec1(&sec1, ret_key, err);
}

int sg_key_read_der(struct sg_buf *der, struct sg_key *ret_key, struct sg_err *err)
{
	struct der file = {(unsigned char *)der->ptr, (unsigned char *)der->ptr + der->len};
	struct der inside;
	int version;

	if (!enter(&file, SEQUENCE, &inside) || !is_done(&file) ||
		mbedtls_asn1_get_int(&inside.p, inside.end, &version) != 0)
		return malformed(err);
	if (version == 1 && is_next(&inside, MBEDTLS_ASN1_OCTET_STRING))
		return read_sec1(&inside, ret_key, err);
	return version == 0 ? read_pkcs8(&inside, ret_key, err) : malformed(err);
}
