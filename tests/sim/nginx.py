"""The web server's configuration: TLS, credentials, git http-backend behind fcgiwrap; faults go to front.py."""

import base64
import os

BAD = "HTTP Basic: Access denied. If a password was provided for Git authentication, the password was incorrect or you're required to use a token instead of a password."
NOT_FOUND = "The project you were looking for could not be found or you don't have permission to view it."
NO_PUSH = "You are not allowed to push code to this project."

TEMPLATE = """daemon off;
{user}
pid {state}/nginx.pid;
error_log {state}/nginx-error.log warn;
worker_processes 1;
worker_shutdown_timeout 1s;
events {{ worker_connections 512; }}
http {{
	access_log off;
	client_body_temp_path {state}/tmp; proxy_temp_path {state}/tmp; fastcgi_temp_path {state}/tmp; uwsgi_temp_path {state}/tmp; scgi_temp_path {state}/tmp;
	client_max_body_size 0;
	client_body_buffer_size 1m;
	keepalive_timeout 30s;
	lingering_close off;
	reset_timedout_connection on;
	server_tokens off;
	map_hash_bucket_size 4096;
	default_type text/plain;
	map $request_uri $log_path {{ "~^(?<p>[^?]*)" $p; }}
	log_format sandbox '$connection $connection_requests $request_length $bytes_sent $status $request_method $log_path $remote_user '
		'$git_user "$args" $msec $request_time $server_protocol $server_port';
	map $http_authorization $git_user {{
		default "-";
{users}	}}
	map $request_uri $git_write {{ default 0; "~[?&]service=git-receive-pack" 1; "~/git-receive-pack$" 1; }}
	map $git_user:$git_write $git_refusal {{
		default 0;
		"~^-:" 401;
		"~^(none|outsider):" 404;
		"~^(reader|job[a-z0-9-]*):1" 403;
	}}
	map $status $challenge {{ default ""; 401 'Basic realm="GitLab"'; }}
{servers}}}
"""

SERVER = """	server {{
		listen 127.0.0.1:{port}{listen};
{tls}		access_log {state}/access.log sandbox;
		add_header WWW-Authenticate $challenge always;
		location / {{
			if ($git_refusal = 401) {{ return 401 "{bad}\\n"; }}
			return 404 "{not_found}\\n";
		}}
		location ^~ {root}/api/ {{
			access_log {state}/api.log sandbox;
			proxy_pass http://unix:{sockets}/gitlab.sock;
			proxy_http_version 1.1;
			proxy_set_header Host $http_host;
			proxy_pass_header Date;
			proxy_buffering off;
			proxy_read_timeout 60s;
			proxy_intercept_errors on;
			error_page 418 = @drop;
		}}
		location ~ ^{root}(?<git_path>/(?<repo>[A-Za-z0-9._/-]+\\.git)/(info/refs|git-upload-pack|git-receive-pack|HEAD|objects/.*))$ {{
			if ($git_refusal = 401) {{ return 401 "{bad}\\n"; }}
			if ($git_refusal = 404) {{ return 404 "{not_found}\\n"; }}
			if ($git_refusal = 403) {{ return 403 "{no_push}\\n"; }}
			if (-f {state}/deny/$git_user:$git_write) {{ return 403 "{no_push}\\n"; }}
			if (-f {state}/front.on) {{ rewrite ^{root}(.*)$ /-front$1 last; }}
			if (!-d {state}/repo/$repo) {{ return 404 "{not_found}\\n"; }}
			include /etc/nginx/fastcgi_params;
			fastcgi_param SCRIPT_FILENAME {backend};
			fastcgi_param GIT_PROJECT_ROOT {state}/repo;
			fastcgi_param GIT_HTTP_EXPORT_ALL "";
			fastcgi_param GIT_CONFIG_NOSYSTEM 1;
			fastcgi_param GIT_CONFIG_GLOBAL /dev/null;
			fastcgi_param PATH_INFO $git_path;
			fastcgi_param REMOTE_USER $git_user;
			fastcgi_param GIT_COMMITTER_NAME $git_user;
			fastcgi_param GIT_COMMITTER_EMAIL $git_user@http.127.0.0.1;
			fastcgi_param HTTP_AUTHORIZATION "";
			fastcgi_buffering off;
			fastcgi_read_timeout 60s;
			fastcgi_pass unix:{sockets}/fcgi.sock;
		}}
		location ^~ /-front/ {{
			internal;
			proxy_pass http://unix:{sockets}/front.sock:/;
			proxy_http_version 1.1;
			proxy_set_header Host $http_host;
			proxy_set_header Authorization "";
			proxy_set_header X-Git-User $git_user;
			proxy_buffering off;
			proxy_read_timeout 60s;
			proxy_intercept_errors on;
			error_page 418 = @drop;
		}}
		location @drop {{ return 444; }}
	}}
"""


def _users(tokens):
    rows = []
    for user, token in tokens.items():
        who = "bot" if user == "write-repository" else user  # a second token of the same user (2)
        for name in ("gitlab-ci-token",) if user.startswith("job") else ("oauth2", user, "git"):
            rows.append(f'\t\t"Basic {base64.b64encode(f"{name}:{token}".encode()).decode()}" {who};\n')
    return "".join(rows)


def configuration(state, sockets, ports, tokens, root=""):
    """ports: {server, expired, wrong-host, other-ca, plain}. tokens: {git user: token}. root: the sub-path, as "/gitlab"."""
    servers = []
    for name, port in ports.items():
        tls = (
            ""
            if name == "plain"
            else f"\t\tssl_certificate {state}/tls/{name}.pem;\n\t\tssl_certificate_key {state}/tls/{name}.key;\n\t\tssl_protocols TLSv1.2 TLSv1.3;\n"
        )
        servers.append(
            SERVER.format(
                port=port,
                listen="" if name == "plain" else " ssl http2",
                tls=tls,
                root=root,
                state=state,
                sockets=sockets,
                bad=BAD,
                not_found=NOT_FOUND,
                no_push=NO_PUSH,
                backend="/usr/lib/git-core/git-http-backend",
            )
        )
    user = "user root;" if os.getuid() == 0 else ""
    return TEMPLATE.format(user=user, state=state, users=_users(tokens), servers="".join(servers))
