/* What the files of io/yaml share. */
#ifndef SG_IO_YAML_IMPL_H
#define SG_IO_YAML_IMPL_H

struct yaml_parser_s;

enum { SG_YAML_READ_BYTES = 4096 };

/* Where libyaml reads, and three times as much for the characters: some that it looked at before
 * stand in front of those just read. */
struct sg_yaml_input {
	unsigned char raw[SG_YAML_READ_BYTES];
	unsigned char text[3 * SG_YAML_READ_BYTES];
};

/*
 * As yaml_parser_initialize(), for a zeroed parser, but with these buffers, which stay the
 * caller's. Its own are so large that musl asks the kernel for them, and hands them back with every
 * parse: for a small file that costs more than to read it.
 */
void sg_yaml_begin(struct yaml_parser_s *parser, struct sg_yaml_input *input);
void sg_yaml_end(struct yaml_parser_s *parser);

#endif
