#include "io/http_curl_impl.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define BROKEN_IN_A_ROW 3

struct sg_curl_server *sg_curl_server_of(
	struct sg_curl_client *client, const char *host, unsigned port)
{
	struct sg_curl_server *server = client->servers;

	while (server && (server->port != port || strcmp(server->host, host) != 0))
		server = server->next;
	if (server)
		return server;
	server = sg_calloc(1, sizeof(*server));
	server->host = sg_strdup(host);
	server->port = port;
	server->next = client->servers;
	client->servers = server;
	return server;
}

void sg_curl_servers_free(struct sg_curl_client *client)
{
	while (client->servers) {
		struct sg_curl_server *server = client->servers;

		client->servers = server->next;
		free(server->host);
		free(server);
	}
}

bool sg_curl_server_refuses(struct sg_curl_server *server)
{
	return !server->answered && ++server->broken >= BROKEN_IN_A_ROW;
}
