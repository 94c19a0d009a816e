{{/* How the injector makes a service's sidecar. The first six are those of `dapr.yaml`. */}}
{{- define "taskflow.daprAnnotations" -}}
{{- $values := .root.Values -}}
{{- $service := index $values.services .component -}}
dapr.io/enabled: "true"
dapr.io/app-id: taskflow-{{ .component }}
dapr.io/app-port: {{ $service.appPort | quote }}
dapr.io/app-protocol: grpc
# An app that is down is not an app that fails: deliveries wait.
dapr.io/enable-app-health-check: "true"
dapr.io/app-health-probe-interval: "1"
dapr.io/app-health-probe-timeout: "900"
dapr.io/app-health-threshold: "3"
dapr.io/config: taskflow
dapr.io/log-level: {{ $values.dapr.logLevel }}
dapr.io/log-as-json: "true"
dapr.io/api-token-secret: {{ $values.secrets.apiTokenSecret }}
dapr.io/app-token-secret: {{ $values.secrets.appTokenSecret }}
# The component `secrets` is the only store, here as everywhere.
dapr.io/disable-builtin-k8s-secret-store: "true"
dapr.io/volume-mounts: kube-api-access:/var/run/secrets/kubernetes.io/serviceaccount
dapr.io/sidecar-seccomp-profile-type: RuntimeDefault
dapr.io/sidecar-cpu-request: {{ $values.dapr.resources.requests.cpu }}
dapr.io/sidecar-cpu-limit: {{ $values.dapr.resources.limits.cpu }}
dapr.io/sidecar-memory-request: {{ $values.dapr.resources.requests.memory }}
dapr.io/sidecar-memory-limit: {{ $values.dapr.resources.limits.memory }}
dapr.io/env: GOMEMLIMIT={{ $values.dapr.goMemoryLimit }}
dapr.io/graceful-shutdown-seconds: "5"
{{- if $values.dapr.nativeSidecar }}
dapr.io/enable-native-sidecar: "true"
{{- else }}
# Or until the app is gone. Until then it can publish what it has written last.
dapr.io/block-shutdown-duration: 30s
{{- end }}
{{- end -}}
