{{/* What every object carries. Context: dict "root" $ "component" NAME. */}}
{{- define "taskflow.labels" -}}
{{ include "taskflow.selector" . }}
app.kubernetes.io/name: taskflow
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{/* What selectors ask for, which can never change. */}}
{{- define "taskflow.selector" -}}
app: taskflow
component: {{ .component }}
{{- end -}}

{{- define "taskflow.image" -}}
{{ .root.Values.image.repository }}/{{ .component }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end -}}

{{/* What opens the registry, if that takes anything. */}}
{{- define "taskflow.pullSecrets" -}}
{{- with .Values.image.pullSecrets -}}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The Secret that a service reads its own from. */}}
{{- define "taskflow.secret" -}}
{{ (index .root.Values.services .component).existingSecret | default .root.Values.secrets.existingSecret }}
{{- end -}}

{{/* http or https, and the sockets' ws or wss, as people see them. */}}
{{- define "taskflow.origin" -}}
{{ ternary "https" "http" .Values.ingress.tls.enabled }}://{{ .Values.host }}
{{- end -}}
{{- define "taskflow.socketOrigin" -}}
{{ ternary "wss" "ws" .Values.ingress.tls.enabled }}://{{ .Values.host }}
{{- end -}}

{{/* Nobody here is root, writes to its image, or has more rights than it began with. */}}
{{- define "taskflow.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
seccompProfile: {type: RuntimeDefault}
{{- end -}}
{{- define "taskflow.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}
