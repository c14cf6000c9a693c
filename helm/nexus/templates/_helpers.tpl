{{- define "nexus.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains "nexus" .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-nexus" .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Takes {root, component}: what a Deployment and its Service find their pods by. Never changes between releases. */}}
{{- define "nexus.selector" -}}
app.kubernetes.io/name: nexus
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* Takes {root, component}: of pods. The version of the chart is not among them: a new one alone restarts nobody. */}}
{{- define "nexus.podLabels" -}}
{{ include "nexus.selector" . }}
app.kubernetes.io/version: {{ .root.Values.image.tag | default .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: nexus-retail-os
{{- end -}}

{{/* Takes {root, component}. */}}
{{- define "nexus.labels" -}}
{{ include "nexus.podLabels" . }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{/* Takes {root, process}. A digest wins over the tag; there is always one of them, as the chart's version is the default. */}}
{{- define "nexus.image" -}}
{{- $image := .root.Values.image -}}
{{- $name := printf "%s/%s" $image.repository .process -}}
{{- if $image.registry -}}{{- $name = printf "%s/%s" $image.registry $name -}}{{- end -}}
{{- $digest := get ($image.digests | default dict) .process -}}
{{- if $digest -}}
{{- printf "%s@%s" $name $digest -}}
{{- else -}}
{{- printf "%s:%s" $name ($image.tag | default .root.Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{/*
Takes {root, process}: what the code of an image is known by, version and the beginning of its digest. Two builds of the
same version are told apart where digests are given; a tag that is pushed twice is not.
*/}}
{{- define "nexus.buildId" -}}
{{- $image := .root.Values.image -}}
{{- $version := $image.tag | default .root.Chart.AppVersion | trunc 64 | trimSuffix "-" -}}
{{- $digest := get ($image.digests | default dict) .process -}}
{{- if $digest -}}
{{- printf "%s-%s" $version ($digest | trimPrefix "sha256:" | trunc 12) -}}
{{- else -}}
{{- $version -}}
{{- end -}}
{{- end -}}

{{- define "nexus.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "nexus.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Name of the Secret of a process (or of pgbouncer): takes {root, process}. */}}
{{- define "nexus.secretName" -}}
{{- $given := get (.root.Values.secrets.names | default dict) .process -}}
{{- $given | default (printf "%s-%s" (include "nexus.fullname" .root) .process) -}}
{{- end -}}

{{- define "nexus.tokenKeysSecret" -}}
{{- .Values.secrets.tokenKeys.secretName -}}
{{- end -}}

{{/* Where services reach their databases: PgBouncer where there is one, else PostgreSQL. */}}
{{- define "nexus.pooledAddress" -}}
{{- if .Values.pgbouncer.enabled -}}
{{- printf "%s-pgbouncer:6432" (include "nexus.fullname" .) -}}
{{- else -}}
{{- include "nexus.postgresAddress" . -}}
{{- end -}}
{{- end -}}

{{- define "nexus.postgresAddress" -}}
{{- printf "%s:%d" .Values.engines.postgres.host (int .Values.engines.postgres.port) -}}
{{- end -}}

{{/* Of a connection straight to PostgreSQL. */}}
{{- define "nexus.postgresParameters" -}}
{{- if .Values.engines.postgres.caSecret.name -}}
?sslmode=verify-full&sslrootcert=/etc/nexus/postgres-ca/ca.crt
{{- end -}}
{{- end -}}

{{- define "nexus.issuer" -}}
{{- .Values.engines.keycloak.issuer | default (printf "https://%s/auth/realms/%s" .Values.host .Values.engines.keycloak.realm) -}}
{{- end -}}

{{/* What no schema of values can say. Called once, by the Deployments. */}}
{{- define "nexus.check" -}}
{{- $v := .Values -}}
{{- if and (eq $v.secrets.mode "values") (ne $v.environment "development") -}}
{{- fail "secrets.mode values puts passwords into the release: only for environment development. Use existing or external." -}}
{{- end -}}
{{- if and (not $v.secrets.tokenKeys.secretName) (ne $v.environment "development") -}}
{{- fail "secrets.tokenKeys.secretName is needed: every replica of identity has to sign with the same keys." -}}
{{- end -}}
{{- if not $v.secrets.tokenKeys.secretName -}}
{{- $identity := include "nexus.process" (dict "root" . "process" "identity") | fromYaml -}}
{{- if or $identity.autoscaling.enabled (gt (int $identity.replicas) 1) -}}
{{- fail "without secrets.tokenKeys.secretName identity keeps its keys in its pod: it can only have one replica." -}}
{{- end -}}
{{- end -}}
{{- $s := $v.shutdown -}}
{{- if ge (add (int $s.drainMs) (int $s.stopGraceMs)) (int $s.stopTimeoutMs) -}}
{{- fail "shutdown.stopTimeoutMs has to be longer than drainMs and stopGraceMs together: other work ends after the requests." -}}
{{- end -}}
{{- if gt (add (int $s.stopTimeoutMs) 5000) (mul (int $s.terminationGracePeriodSeconds) 1000) -}}
{{- fail "shutdown.terminationGracePeriodSeconds has to be at least five seconds longer than stopTimeoutMs, or the kubelet cuts the stop off." -}}
{{- end -}}
{{- end -}}
