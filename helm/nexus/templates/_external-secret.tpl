{{/* Takes {root, process, secret, keys}. */}}
{{- define "nexus.externalSecretSpec" -}}
{{- $external := .root.Values.secrets.external -}}
refreshInterval: {{ $external.refreshInterval }}
secretStoreRef:
  kind: {{ $external.store.kind }}
  name: {{ $external.store.name | required "secrets.external.store.name is needed" }}
target:
  name: {{ .secret }}
  creationPolicy: Owner
data:
  {{- range .keys }}
  - secretKey: {{ . }}
    remoteRef:
      key: {{ $external.keyPrefix }}{{ $.process }}
      property: {{ . | quote }}
  {{- end }}
{{- end -}}
