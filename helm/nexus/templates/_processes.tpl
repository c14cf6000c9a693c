{{/*
The processes, and what each one talks to: `arrows` are the engines that its settings name. Environment and network
policies are both made from this table; the tests compare it with the processes' own settings.
*/}}
{{- define "nexus.table" -}}
identity:
  kind: service
  main: services/identity/src
  arrows: [postgres, nats, temporal, keycloak]
catalog:
  kind: service
  main: services/catalog/src
  arrows: [postgres, nats, temporal]
sync:
  kind: service
  main: services/sync/src
  arrows: [postgres, nats, temporal]
sales:
  kind: service
  main: services/sales/src
  arrows: [postgres, nats, temporal]
inventory:
  kind: service
  main: services/inventory/src
  arrows: [postgres, nats, temporal]
workflows:
  kind: worker
  main: workflows/src
  arrows: [nats, temporal]
edge:
  kind: edge
  main: services/edge/src
  arrows: [keycloak]
{{- end -}}

{{/* Takes {root, process}: the values of a process, its own over those of all. */}}
{{- define "nexus.process" -}}
{{- $own := get .root.Values.processes .process | default dict -}}
{{- mustMergeOverwrite (deepCopy .root.Values.processDefaults) (deepCopy $own) | toYaml -}}
{{- end -}}

{{/*
Takes {root, process, row}: settings that are no secret, for the ConfigMap. What is set in `settings` wins; the schema of
values knows the names that the process knows.
*/}}
{{- define "nexus.settings" -}}
{{- $root := .root -}}
{{- $v := $root.Values -}}
{{- $row := .row -}}
{{- $values := include "nexus.process" (dict "root" $root "process" .process) | fromYaml -}}
{{- $s := dict
  "NEXUS_HTTP_HOST" "0.0.0.0"
  "NEXUS_HTTP_PORT" "8080"
  "NEXUS_METRICS_HOST" "0.0.0.0"
  "NEXUS_METRICS_PORT" "9464"
  "NEXUS_LOG_LEVEL" $v.logLevel
  "NEXUS_DRAIN_MS" (int $v.shutdown.drainMs | toString)
  "NEXUS_STOP_GRACE_MS" (int $v.shutdown.stopGraceMs | toString)
  "NEXUS_STOP_TIMEOUT_MS" (int $v.shutdown.stopTimeoutMs | toString) -}}
{{- if ne $row.kind "edge" -}}
{{- $_ := set $s "NEXUS_VERSION" ($v.image.tag | default $root.Chart.AppVersion) -}}
{{- end -}}
{{- if has "temporal" $row.arrows -}}
{{- $_ := set $s "NEXUS_TEMPORAL_ADDRESS" $v.engines.temporal.address -}}
{{- $_ := set $s "NEXUS_TEMPORAL_NAMESPACE" $v.engines.temporal.namespace -}}
{{- end -}}
{{- if ne $row.kind "edge" -}}
{{- $_ := set $s "NEXUS_HTTP_TRUST_PROXY" $v.network.trustEdge -}}
{{- end -}}
{{- if eq $row.kind "service" -}}
{{- $_ := set $s "NEXUS_DATABASE_NAMED_STATEMENTS" (not $v.pgbouncer.enabled | toString) -}}
{{- $_ := set $s "NEXUS_MIGRATE_SHARED" "false" -}}
{{- $_ := set $s "NEXUS_MIGRATE_TENANTS" "false" -}}
{{- end -}}
{{- if eq $row.kind "worker" -}}
{{- $_ := set $s "NEXUS_BUILD_ID" (include "nexus.buildId" (dict "root" $root "process" .process)) -}}
{{- $_ := set $s "NEXUS_WORKER_VERSIONING" "release" -}}
{{- end -}}
{{- if eq .process "identity" -}}
{{- $_ := set $s "NEXUS_KEYCLOAK_URL" $v.engines.keycloak.url -}}
{{- $_ := set $s "NEXUS_KEYCLOAK_REALM" $v.engines.keycloak.realm -}}
{{- $_ := set $s "NEXUS_KEYCLOAK_CLIENT_ID" $v.engines.keycloak.clientId -}}
{{- $_ := set $s "NEXUS_KEYCLOAK_ISSUER" (include "nexus.issuer" $root) -}}
{{- $_ := set $s "NEXUS_TOKEN_KEY_FILE" (ternary "/etc/nexus/token-keys/token-keys.json" "/tmp/token-keys.json" (ne $v.secrets.tokenKeys.secretName "")) -}}
{{- end -}}
{{- if eq $row.kind "edge" -}}
{{- $_ := set $s "NEXUS_EDGE_KEYCLOAK_URL" $v.engines.keycloak.url -}}
{{- $_ := set $s "NEXUS_EDGE_STATIC_DIR" "/app/backoffice/build" -}}
{{- with $v.network.trustIngress }}{{- $_ := set $s "NEXUS_HTTP_TRUST_PROXY" . -}}{{- end -}}
{{- range $name, $other := include "nexus.table" $root | fromYaml -}}
{{- if eq $other.kind "service" -}}
{{- $_ := set $s (printf "NEXUS_EDGE_UPSTREAM_%s" (upper $name)) (printf "http://%s-%s:8080" (include "nexus.fullname" $root) $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- mustMergeOverwrite $s ($values.settings | default dict) | toYaml -}}
{{- end -}}

{{/* Takes {name, secret, key}: one variable out of a Secret. */}}
{{- define "nexus.fromSecret" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret }}
      key: {{ .key }}
{{- end -}}

{{/*
Takes {root, process, row}: variables that hold secrets. Addresses come from the values, passwords alone from the Secret;
the kubelet puts the two together. A password has to be safe in an address: letters, digits, `-`, `_`, `.`, `~`.
*/}}
{{- define "nexus.secretEnv" -}}
{{- $root := .root -}}
{{- $v := $root.Values -}}
{{- $secret := include "nexus.secretName" . -}}
{{- if has "postgres" .row.arrows }}
{{ include "nexus.fromSecret" (dict "name" "DATABASE_PASSWORD" "secret" $secret "key" "database-password") }}
- name: NEXUS_DATABASE_URL
  value: postgresql://{{ .process }}_service:$(DATABASE_PASSWORD)@{{ include "nexus.pooledAddress" $root }}/nexus_{{ .process }}{{ if not $v.pgbouncer.enabled }}{{ include "nexus.postgresParameters" $root }}{{ end }}
{{ include "nexus.provisionerEnv" . }}
{{- end }}
{{- if has "nats" .row.arrows }}
{{ include "nexus.fromSecret" (dict "name" "NATS_PASSWORD" "secret" $secret "key" "nats-password") }}
{{- $user := $v.engines.nats.user }}
{{- $servers := list }}
{{- range $v.engines.nats.servers }}{{ $servers = append $servers (printf "nats://%s:$(NATS_PASSWORD)@%s" $user .) }}{{ end }}
- name: NEXUS_NATS_URL
  value: {{ join "," $servers | quote }}
{{- end }}
{{- if eq .process "identity" }}
{{ include "nexus.fromSecret" (dict "name" "NEXUS_KEYCLOAK_CLIENT_SECRET" "secret" $secret "key" "keycloak-client-secret") }}
{{- end }}
{{- if and $v.telemetry.otlp.enabled (ne .row.kind "edge") }}
{{ include "nexus.fromSecret" (dict "name" "NEXUS_OTLP_URL" "secret" $secret "key" "otlp-url") }}
{{- end }}
{{- end -}}

{{/* Takes {root, process}: the login that owns the database, straight to PostgreSQL. */}}
{{- define "nexus.provisionerEnv" -}}
{{- $secret := .secret | default (include "nexus.secretName" .) -}}
{{ include "nexus.fromSecret" (dict "name" "PROVISIONER_PASSWORD" "secret" $secret "key" "provisioner-password") }}
- name: NEXUS_PROVISIONER_DATABASE_URL
  value: postgresql://{{ .process }}_provisioner:$(PROVISIONER_PASSWORD)@{{ include "nexus.postgresAddress" .root }}/nexus_{{ .process }}{{ include "nexus.postgresParameters" .root }}
{{- end -}}

{{/* Keys that the Secret of a process holds: takes {root, process, row}. */}}
{{- define "nexus.secretKeys" -}}
{{- $keys := list -}}
{{- if has "postgres" .row.arrows -}}{{- $keys = concat $keys (list "database-password" "provisioner-password") -}}{{- end -}}
{{- if has "nats" .row.arrows -}}{{- $keys = append $keys "nats-password" -}}{{- end -}}
{{- if eq .process "identity" -}}{{- $keys = append $keys "keycloak-client-secret" -}}{{- end -}}
{{- if and .root.Values.telemetry.otlp.enabled (ne .row.kind "edge") -}}{{- $keys = append $keys "otlp-url" -}}{{- end -}}
{{- toYaml $keys -}}
{{- end -}}
