{{/* Who may reach a service, and whom it may reach. */}}
{{- define "taskflow.networkPolicy" -}}
{{- $values := .root.Values -}}
{{- $service := index $values.services .component -}}
{{- $sidecar := not (not $service.appPort) -}}
{{- $askedBy := dict "agent" (list "frontend") "backend" (list "frontend") -}}
{{- if eq $values.env.JWT_MODE "jwks" -}}
{{- /* It publishes the keys of sessions. */ -}}
{{- $askedBy = set $askedBy "frontend" (list "backend" "realtime") -}}
{{- end -}}
{{- $namespaces := list -}}
{{- if has .component (list "agent" "backend" "frontend" "realtime") -}}
{{- $namespaces = $values.networkPolicy.ingressNamespaces -}}
{{- end -}}
{{- if $sidecar -}}
{{- $namespaces = concat $namespaces $values.networkPolicy.monitoringNamespaces -}}
{{- end -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: taskflow-{{ .component }}
  namespace: {{ .root.Release.Namespace }}
  labels: {{- include "taskflow.labels" . | nindent 4 }}
spec:
  podSelector:
    matchLabels: {{- include "taskflow.selector" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    # HTTP: who asks it within the product, the chart's test, and the doors from outside.
    - from:
        {{- range append (get $askedBy .component | default (list)) "test" }}
        - podSelector: {matchLabels: {app: taskflow, component: {{ . }}}}
        {{- end }}
        {{- range uniq $namespaces }}
        - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: {{ . }}}}
        {{- end }}
      ports: [{port: http}]
    {{- if eq .component "backend" }}
    # From the sidecars of those who call it, over mTLS.
    - from:
        {{- range list "agent" "notifier" "realtime" "scheduler" }}
        - podSelector: {matchLabels: {app: taskflow, component: {{ . }}}}
        {{- end }}
      ports: [{port: 50002}]
    {{- end }}
    {{- if $sidecar }}
    - from:
        {{- range $values.networkPolicy.monitoringNamespaces }}
        - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: {{ . }}}}
        {{- end }}
      ports: [{port: 9090}]
    {{- end }}
  egress:
    - ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]
    - ports:
        {{- range $values.networkPolicy.egressPorts }}
        - port: {{ . }}
        {{- end }}
    {{- range $component, $callers := $askedBy }}
    {{- if or (has $.component $callers) (and $sidecar (eq $component "backend") (ne $.component "backend")) }}
    - to: [{podSelector: {matchLabels: {app: taskflow, component: {{ $component }}}}}]
    {{- end }}
    {{- end }}
    {{- if $sidecar }}
    - to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: {{ $values.dapr.namespace }}}}}]
    # Secrets, from the Kubernetes API, whose address nobody knows beforehand.
    - ports: [{port: 443}, {port: 6443}]
    {{- end }}
    {{- if $service.internet }}
    - to:
        - ipBlock:
            cidr: 0.0.0.0/0
            # What is nobody's but this network's.
            except: [10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16]
    {{- end }}
{{- end -}}
