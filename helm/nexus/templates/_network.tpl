{{- define "nexus.allowDns" -}}
- to:
    {{- toYaml .Values.networkPolicy.dns | nindent 4 }}
  ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]
{{- end -}}

{{/* Takes {root, engine}. */}}
{{- define "nexus.allowEngine" -}}
{{- $engine := get .root.Values.networkPolicy.engines .engine -}}
- to:
    {{- toYaml $engine.to | nindent 4 }}
  ports: [{protocol: TCP, port: {{ $engine.port }}}]
{{- end -}}
