/* The container openssh-key-v1 (OpenSSH's PROTOCOL.key), as far as it is not encrypted. */
#include <string.h>

#include "io/signer_impl.h"

/* With its NUL. */
static const char magic[] = "openssh-key-v1";

/* The rest of what is read; once too little was left, everything is empty. */
struct wire {
	struct sg_str rest;
	bool bad;
};

static struct sg_str take(struct wire *wire, size_t len)
{
	struct sg_str part = sg_str_sub(wire->rest, 0, len);

	wire->bad |= wire->rest.len < len;
	if (wire->bad)
		return (struct sg_str){"", 0};
	wire->rest = sg_str_sub(wire->rest, len, wire->rest.len);
	return part;
}

static uint32_t take_u32(struct wire *wire)
{
	struct sg_str bytes = take(wire, 4);
	uint32_t value = 0;

	for (size_t i = 0; i < bytes.len; i++)
		value = value << 8 | (uint8_t)bytes.ptr[i];
	return value;
}

static struct sg_str take_string(struct wire *wire)
{
	return take(wire, take_u32(wire));
}

/* What people call the kinds of keys that we cannot sign with. */
static const char *kind_of(struct sg_str type)
{
	if (sg_str_is(type, "ssh-ed25519"))
		return "it is an Ed25519 key (ssh-ed25519)";
	if (sg_str_is(type, "ssh-rsa"))
		return "it is an RSA key (ssh-rsa)";
	if (sg_str_is(type, "ssh-dss"))
		return "it is a DSA key (ssh-dss)";
	if (sg_str_starts(type, "sk-"))
		return "it is the handle of a security key (FIDO, sk-...), which needs the device";
	return "it is a key of another kind";
}

/* type, curve and point: a public key, and the start of a private one. */
static const struct sg_curve *take_public(struct wire *wire, struct sg_str *ret_point)
{
	const struct sg_curve *curve = sg_curve_of_type(take_string(wire));

	if (!curve || !sg_str_is(take_string(wire), curve->name))
		return NULL;
	*ret_point = take_string(wire);
	return wire->bad || ret_point->len != 1 + 2 * curve->bytes ? NULL : curve;
}

/* A positive mpint, no longer than it must be, into WIDTH bytes. */
static bool take_scalar(struct wire *wire, uint8_t *out, size_t width)
{
	struct sg_str number = take_string(wire);

	if (number.len == 0 || (number.ptr[0] & 0x80))
		return false;
	if (number.ptr[0] == 0 && (number.len == 1 || !(number.ptr[1] & 0x80)))
		return false;
	if (number.ptr[0] == 0)
		number = sg_str_sub(number, 1, number.len);
	if (number.len > width)
		return false;
	memset(out, 0, width);
	memcpy(out + (width - number.len), number.ptr, number.len);
	return true;
}

/* 1, 2, 3, ... up to a multiple of 8 bytes. */
static bool is_padding(struct sg_str rest, size_t whole)
{
	if (whole % 8 != 0 || rest.len > 7)
		return false;
	for (size_t i = 0; i < rest.len; i++)
		if ((uint8_t)rest.ptr[i] != i + 1)
			return false;
	return true;
}

static int read_private(struct sg_str section, const struct sg_curve *curve, struct sg_str point,
	struct sg_key *ret_key, struct sg_err *err)
{
	struct wire wire = {.rest = section};
	uint32_t check = take_u32(&wire);
	struct sg_str again = {"", 0};

	if (check != take_u32(&wire))
		return sg_key_invalid(err, "its check numbers differ");
	if (take_public(&wire, &again) != curve || !sg_str_eq(point, again))
		return sg_key_invalid(err, "its two public parts differ");
	if (!take_scalar(&wire, ret_key->scalar, curve->bytes))
		return sg_key_invalid(err, "its private number is malformed");
	(void)take_string(&wire); /* the comment */
	if (wire.bad || !is_padding(wire.rest, section.len))
		return sg_key_invalid(err, "it is cut off, or has too much at its end");
	ret_key->curve = curve;
	memcpy(ret_key->point, point.ptr, point.len);
	return 0;
}

int sg_key_read_openssh(struct sg_str blob, struct sg_key *ret_key, struct sg_err *err)
{
	struct wire wire = {.rest = blob}, public;
	struct sg_str cipher, kdf, options, section, type, point = {"", 0};
	const struct sg_curve *curve;

	if (!sg_str_eq(take(&wire, sizeof(magic)), (struct sg_str){magic, sizeof(magic)}))
		return sg_key_invalid(err, "it does not begin as an OpenSSH key does");
	cipher = take_string(&wire);
	kdf = take_string(&wire);
	options = take_string(&wire);
	if (take_u32(&wire) != 1 && !wire.bad)
		return sg_key_invalid(err, "it holds not one key but several");
	public = (struct wire){.rest = take_string(&wire)};
	section = take_string(&wire);
	if (wire.bad)
		return sg_key_invalid(err, "it is cut off");
	type = take_string(&(struct wire){.rest = public.rest});
	if (!sg_curve_of_type(type))
		return sg_key_unsupported(err, kind_of(type));
	if (!sg_str_is(cipher, "none") || !sg_str_is(kdf, "none"))
		return sg_key_encrypted(err, true);
	curve = take_public(&public, &point);
	if (!curve || public.rest.len || options.len || wire.rest.len)
		return sg_key_invalid(err, "its public part is malformed");
	return read_private(section, curve, point, ret_key, err);
}
