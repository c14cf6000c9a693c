{{/* Five databases and the login of each service: nobody else comes through here, and no login may look others up. */}}
{{- define "nexus.pgbouncerIni" -}}
{{- $values := .Values.pgbouncer -}}
{{- $postgres := .Values.engines.postgres -}}
[databases]
{{- range $process, $row := include "nexus.table" . | fromYaml }}
{{- if has "postgres" $row.arrows }}
nexus_{{ $process }} = host={{ $postgres.host }} port={{ int $postgres.port }}
{{- end }}
{{- end }}

[pgbouncer]
listen_addr = 0.0.0.0
listen_port = 6432
unix_socket_dir =
auth_type = scram-sha-256
auth_file = /etc/nexus/pgbouncer/userlist.txt
pool_mode = transaction
max_client_conn = {{ int $values.maxClientConnections }}
default_pool_size = {{ int $values.poolSize }}
reserve_pool_size = {{ int $values.reservePoolSize }}
server_idle_timeout = 60
; PostgreSQL that was away for a moment is not left waiting for the 15 seconds of the default.
server_login_retry = 1
ignore_startup_parameters = extra_float_digits,statement_timeout,idle_in_transaction_session_timeout,lock_timeout
log_connections = 0
log_disconnections = 0
{{- if $postgres.caSecret.name }}
server_tls_sslmode = verify-full
server_tls_ca_file = /etc/nexus/postgres-ca/ca.crt
{{- end }}
{{- end -}}
