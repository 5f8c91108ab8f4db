#include "key_file.h"

#include <stdint.h>
#include <string.h>

#include "io/crypto.h"

const struct key_vector key_vectors[3] = {
	{
		.type = "ecdsa-sha2-nistp256",
		.curve = "nistp256",
		.bytes = 32,
		.oid = "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07",
		.x = "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",
		.ux = "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6",
		.uy = "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299",
		.r = {"EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
			"F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367"},
		.s = {"F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
			"019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083"},
	},
	{
		.type = "ecdsa-sha2-nistp384",
		.curve = "nistp384",
		.bytes = 48,
		.oid = "\x06\x05\x2b\x81\x04\x00\x22",
		.x = "6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D8"
		     "96D5724E4C70A825F872C9EA60D2EDF5",
		.ux = "EC3A4E415B4E19A4568618029F427FA5DA9A8BC4AE92E02E06AAE5286B300C64"
		      "DEF8F0EA9055866064A254515480BC13",
		.uy = "8015D9B72D7D57244EA8EF9AC0C621896708A59367F9DFB9F54CA84B3F1C9DB1"
		      "288B231C3AE0D4FE7344FD2533264720",
		.r = {"94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C"
		      "81A648152E44ACF96E36DD1E80FABE46",
			"8203B63D3C853E8D77227FB377BCF7B7B772E97892A80F36AB775D509D7A5FEB"
			"0542A7F0812998DA8F1DD3CA3CF023DB"},
		.s = {"99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94F"
		      "A329C145786E679E7B82C71A38628AC8",
			"DDD0760448D42D8A43AF45AF836FCE4DE8BE06B485E9B61B827C2F13173923E0"
			"6A739F040649A667BF3B828246BAA5A5"},
	},
	{
		.type = "ecdsa-sha2-nistp521",
		.curve = "nistp521",
		.bytes = 66,
		.oid = "\x06\x05\x2b\x81\x04\x00\x23",
		.x = "00FAD06DAA62BA3B25D2FB40133DA757205DE67F5BB0018FEE8C86E1B68C7E75CA"
		     "A896EB32F1F47C70855836A6D16FCC1466F6D8FBEC67DB89EC0C08B0E996B83538",
		.ux = "01894550D0785932E00EAA23B694F213F8C3121F86DC97A04E5A7167DB4E5BCD37"
		      "1123D46E45DB6B5D5370A7F20FB633155D38FFA16D2BD761DCAC474B9A2F5023A4",
		.uy = "00493101C962CD4D2FDDF782285E64584139C2F91B47F87FF82354D6630F746A28"
		      "A0DB25741B5B34A828008B22ACC23F924FAAFBD4D33F81EA66956DFEAA2BFDFCF5",
		.r = {"00C328FAFCBD79DD77850370C46325D987CB525569FB63C5D3BC53950E6D4C5F17"
		      "4E25A1EE9017B5D450606ADD152B534931D7D4E8455CC91F9B15BF05EC36E377FA",
			"013E99020ABF5CEE7525D16B69B229652AB6BDF2AFFCAEF38773B4B7D08725F10C"
			"DB93482FDCC54EDCEE91ECA4166B2A7C6265EF0CE2BD7051B7CEF945BABD47EE6D"},
		.s = {"00617CCE7CF5064806C467F678D3B4080D6F1CC50AF26CA209417308281B68AF28"
		      "2623EAA63E5B5C0723D8B8C37FF0777B1A20F8CCB1DCCC43997F1EE0E44DA4A67A",
			"01FBD0013C674AA79CB39849527916CE301C66EA7CE8B80682786AD60F98F7E78A"
			"19CA69EFF5C57400E3B3A0AD66CE0978214D13BAF4E9AC60752F7B155E2DE4DCE3"},
	},
};

static unsigned digit(char c)
{
	return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'A' + 10);
}

void key_unhex(const char *hex, struct sg_buf *out)
{
	for (; hex[0] && hex[1]; hex += 2)
		sg_buf_addc(out, (char)(digit(hex[0]) << 4 | digit(hex[1])));
}

static void put_u32(struct sg_buf *out, size_t value)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		sg_buf_addc(out, (char)(value >> shift & 0xff));
}

static void put_string(struct sg_buf *out, struct sg_str bytes)
{
	put_u32(out, bytes.len);
	sg_buf_addstr(out, bytes);
}

static void put_text(struct sg_buf *out, const char *text)
{
	put_string(out, sg_str_of(text));
}

void key_openssh_of(const struct key_vector *v, struct sg_buf *bytes, struct key_openssh *ret)
{
	size_t point = 1 + 2 * v->bytes, number, zeros = 0;

	sg_buf_init(bytes, 1000);
	sg_buf_addc(bytes, 4);
	key_unhex(v->ux, bytes);
	key_unhex(v->uy, bytes);
	sg_buf_addc(bytes, 0);
	key_unhex(v->x, bytes);
	number = bytes->len - point;
	while (bytes->ptr[point + zeros] == 0 && !(bytes->ptr[point + zeros + 1] & 0x80))
		zeros++;
	*ret = (struct key_openssh){
		.magic = "openssh-key-v1",
		.magic_len = 15,
		.cipher = "none",
		.kdf = "none",
		.options = "",
		.count = 1,
		.type = v->type,
		.curve = v->curve,
		.point = {bytes->ptr, point},
		.check = {0x01020304, 0x01020304},
		.inner_type = v->type,
		.inner_curve = v->curve,
		.inner_point = {bytes->ptr, point},
		.scalar = {bytes->ptr + point + zeros, number - zeros},
		.comment = "test key of RFC 6979",
		.padding = {NULL, 0},
		.behind = "",
	};
}

void key_openssh_blob(const struct key_openssh *parts, struct sg_buf *out)
{
	struct sg_buf part;

	sg_buf_init(&part, 4000);
	sg_buf_add(out, parts->magic, parts->magic_len);
	put_text(out, parts->cipher);
	put_text(out, parts->kdf);
	put_text(out, parts->options);
	put_u32(out, parts->count);
	put_text(&part, parts->type);
	put_text(&part, parts->curve);
	put_string(&part, parts->point);
	put_string(out, sg_buf_str(&part));
	sg_buf_reset(&part);
	put_u32(&part, parts->check[0]);
	put_u32(&part, parts->check[1]);
	put_text(&part, parts->inner_type);
	put_text(&part, parts->inner_curve);
	put_string(&part, parts->inner_point);
	put_string(&part, parts->scalar);
	put_text(&part, parts->comment);
	if (parts->padding.ptr)
		sg_buf_addstr(&part, parts->padding);
	else
		for (char c = 1; part.len % 8 != 0; c++)
			sg_buf_addc(&part, c);
	put_string(out, sg_buf_str(&part));
	sg_buf_adds(out, parts->behind);
	sg_buf_release(&part);
}

/* TAG, length, bytes. */
static void put_der(struct sg_buf *out, uint8_t tag, struct sg_str bytes)
{
	sg_buf_addc(out, (char)tag);
	if (bytes.len >= 0x80)
		sg_buf_addc(out, (char)(bytes.len > 0xff ? 0x82 : 0x81));
	if (bytes.len > 0xff)
		sg_buf_addc(out, (char)(bytes.len >> 8));
	sg_buf_addc(out, (char)(bytes.len & 0xff));
	sg_buf_addstr(out, bytes);
}

/* A sequence of a version and what is in PARTS. */
static void put_sequence(struct sg_buf *out, char version, struct sg_str parts)
{
	struct sg_buf body;

	sg_buf_init(&body, 4000);
	put_der(&body, 0x02, (struct sg_str){&version, 1});
	sg_buf_addstr(&body, parts);
	put_der(out, 0x30, sg_buf_str(&body));
	sg_buf_release(&body);
}

void key_sec1(const struct key_vector *v, bool with_public, struct sg_buf *out)
{
	struct sg_buf parts, part, bits;

	sg_buf_init(&parts, 4000);
	sg_buf_init(&part, 4000);
	sg_buf_init(&bits, 4000);
	key_unhex(v->x, &part);
	put_der(&parts, 0x04, sg_buf_str(&part));
	put_der(&parts, 0xa0, (struct sg_str){v->oid, (size_t)v->oid[1] + 2});
	sg_buf_reset(&part);
	sg_buf_addc(&part, 0);
	sg_buf_addc(&part, 4);
	key_unhex(v->ux, &part);
	key_unhex(v->uy, &part);
	put_der(&bits, 0x03, sg_buf_str(&part));
	if (with_public)
		put_der(&parts, 0xa1, sg_buf_str(&bits));
	put_sequence(out, 1, sg_buf_str(&parts));
	sg_buf_release(&parts);
	sg_buf_release(&part);
	sg_buf_release(&bits);
}

void key_pkcs8(const struct key_vector *v, struct sg_buf *out)
{
	static const char ec[] = "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01";
	struct sg_buf parts, part;

	sg_buf_init(&parts, 4000);
	sg_buf_init(&part, 4000);
	sg_buf_add(&part, ec, sizeof(ec) - 1);
	sg_buf_add(&part, v->oid, (size_t)v->oid[1] + 2);
	put_der(&parts, 0x30, sg_buf_str(&part));
	sg_buf_reset(&part);
	key_sec1(v, true, &part);
	put_der(&parts, 0x04, sg_buf_str(&part));
	put_sequence(out, 0, sg_buf_str(&parts));
	sg_buf_release(&parts);
	sg_buf_release(&part);
}

void key_pem(
	const char *label, struct sg_str bytes, size_t width, const char *end, struct sg_buf *out)
{
	struct sg_buf text;

	sg_buf_init(&text, 64000);
	sg_crypto_base64(bytes, &text);
	sg_buf_addf(out, "-----BEGIN %s-----%s", label, end);
	for (struct sg_str rest = sg_buf_str(&text); rest.len;
		rest = sg_str_sub(rest, width, rest.len))
		sg_buf_addf(out, "%.*s%s", SG_STR_ARG(sg_str_sub(rest, 0, width)), end);
	sg_buf_addf(out, "-----END %s-----%s", label, end);
	sg_buf_release(&text);
}

void key_file(const struct key_vector *v, struct sg_buf *out)
{
	struct key_openssh parts;
	struct sg_buf bytes, blob;

	key_openssh_of(v, &bytes, &parts);
	sg_buf_init(&blob, 4000);
	key_openssh_blob(&parts, &blob);
	key_pem("OPENSSH PRIVATE KEY", sg_buf_str(&blob), 70, "\n", out);
	sg_buf_release(&blob);
	sg_buf_release(&bytes);
}
