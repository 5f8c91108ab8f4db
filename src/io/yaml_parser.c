/* The memory of libyaml's parser. */
#include "io/yaml_impl.h"

#include <yaml.h>

#include "base/alloc.h"

/* As libyaml begins; it enlarges and releases these as its own. */
#define FIRST_ITEMS 16u

#define BEGIN_STACK(stack)                                                                         \
	((stack).start = (stack).top = sg_calloc(FIRST_ITEMS, sizeof(*(stack).start)),             \
		(stack).end = (stack).start + FIRST_ITEMS)

#define BEGIN_BUFFER(buffer, bytes)                                                                \
	((buffer).start = (buffer).pointer = (buffer).last = (bytes),                              \
		(buffer).end = (bytes) + sizeof(bytes))

void sg_yaml_begin(struct yaml_parser_s *parser, struct sg_yaml_input *input)
{
	BEGIN_BUFFER(parser->raw_buffer, input->raw);
	BEGIN_BUFFER(parser->buffer, input->text);
	parser->tokens.start = sg_calloc(FIRST_ITEMS, sizeof(*parser->tokens.start));
	parser->tokens.head = parser->tokens.tail = parser->tokens.start;
	parser->tokens.end = parser->tokens.start + FIRST_ITEMS;
	BEGIN_STACK(parser->indents);
	BEGIN_STACK(parser->simple_keys);
	BEGIN_STACK(parser->states);
	BEGIN_STACK(parser->marks);
	BEGIN_STACK(parser->tag_directives);
}

void sg_yaml_end(struct yaml_parser_s *parser)
{
	parser->raw_buffer.start = NULL;
	parser->buffer.start = NULL;
	yaml_parser_delete(parser);
}
