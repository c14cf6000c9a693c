{{/* Volumes of every pod of ours: takes {root, process, row}. */}}
{{- define "nexus.volumes" -}}
- name: tmp
  emptyDir:
    sizeLimit: 256Mi
{{- if and (has "postgres" .row.arrows) .root.Values.engines.postgres.caSecret.name }}
- name: postgres-ca
  secret:
    secretName: {{ .root.Values.engines.postgres.caSecret.name }}
    items:
      - key: {{ .root.Values.engines.postgres.caSecret.key }}
        path: ca.crt
{{- end }}
{{- end -}}

{{- define "nexus.volumeMounts" -}}
- name: tmp
  mountPath: /tmp
{{- if and (has "postgres" .row.arrows) .root.Values.engines.postgres.caSecret.name }}
- name: postgres-ca
  mountPath: /etc/nexus/postgres-ca
  readOnly: true
{{- end }}
{{- end -}}

{{/* Takes {root, component}: spread over zones and nodes, each release's pods by themselves. */}}
{{- define "nexus.spread" -}}
{{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
- maxSkew: 1
  topologyKey: {{ $key }}
  whenUnsatisfiable: ScheduleAnyway
  matchLabelKeys: [pod-template-hash]
  labelSelector:
    matchLabels:
      {{- include "nexus.selector" $ | nindent 6 }}
{{- end }}
{{- end -}}

{{/* What every pod of the release has in common: takes {root}. */}}
{{- define "nexus.podCommon" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- include "nexus.podSecurity" . | nindent 2 }}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .root.Values.scheduling.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .root.Values.scheduling.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.scheduling.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Takes {root, process, row}. */}}
{{- define "nexus.podSpec" -}}
{{- $root := .root -}}
{{- $values := include "nexus.process" . | fromYaml -}}
{{- $tokenKeys := and (eq .process "identity") (ne $root.Values.secrets.tokenKeys.secretName "") -}}
serviceAccountName: {{ include "nexus.fullname" $root }}-{{ .process }}
{{ include "nexus.podCommon" . }}
terminationGracePeriodSeconds: {{ $root.Values.shutdown.terminationGracePeriodSeconds }}
topologySpreadConstraints:
  {{- include "nexus.spread" (dict "root" $root "component" .process) | trim | nindent 2 }}
containers:
  - name: {{ .process }}
    image: {{ include "nexus.image" . | quote }}
    imagePullPolicy: {{ $root.Values.image.pullPolicy }}
    securityContext:
      {{- include "nexus.containerSecurity" . | nindent 6 }}
    envFrom:
      - configMapRef:
          name: {{ include "nexus.fullname" $root }}-{{ .process }}
    env:
      - name: NODE_OPTIONS
        value: --max-old-space-size={{ $values.heapMegabytes }}
      {{- include "nexus.secretEnv" . | trim | nindent 6 }}
    ports:
      - name: http
        containerPort: 8080
      - name: metrics
        containerPort: 9464
    startupProbe:
      httpGet: {path: /startupz, port: http}
      periodSeconds: 2
      timeoutSeconds: 2
      failureThreshold: {{ div (int $values.startupSeconds) 2 }}
    readinessProbe:
      httpGet: {path: /readyz, port: http}
      periodSeconds: 5
      timeoutSeconds: 3
      failureThreshold: 2
    livenessProbe:
      httpGet: {path: /livez, port: http}
      periodSeconds: 10
      timeoutSeconds: 5
      failureThreshold: 6
    resources:
      {{- toYaml $values.resources | nindent 6 }}
    volumeMounts:
      {{- include "nexus.volumeMounts" . | nindent 6 }}
      {{- if $tokenKeys }}
      - name: token-keys
        mountPath: /etc/nexus/token-keys
        readOnly: true
      {{- end }}
volumes:
  {{- include "nexus.volumes" . | nindent 2 }}
  {{- if $tokenKeys }}
  - name: token-keys
    secret:
      secretName: {{ $root.Values.secrets.tokenKeys.secretName }}
      # Identity refuses a file of keys that everybody may read.
      defaultMode: 0440
      items:
        - key: {{ $root.Values.secrets.tokenKeys.key }}
          path: token-keys.json
  {{- end }}
{{- end -}}
