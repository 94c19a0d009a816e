{{/*
What a service finds in its environment and is no secret, as a dict.
Context: dict "root" $ "component" NAME.
*/}}
{{- define "taskflow.env" -}}
{{- $values := .root.Values -}}
{{- $service := index $values.services .component -}}
{{- $port := printf "%v" $service.port -}}
{{- $env := dict -}}
{{- if $service.appPort -}}
  {{- $env = merge (dict
    "HTTP_ADDR" (printf "0.0.0.0:%s" $port)
    "APP_PORT" (printf "%v" $service.appPort)
    "SECRET_STORE" "secrets"
    "SECRET_NAME" (include "taskflow.secret" .)
    "CORS_ORIGINS" (include "taskflow.origin" .root)
    "APP_URL" (include "taskflow.origin" .root)
  ) $service.env $values.env -}}
{{- else -}}
  {{- $env = merge (dict
    "HOSTNAME" "0.0.0.0"
    "PORT" $port
    "NODE_ENV" "production"
    "NEXT_TELEMETRY_DISABLED" "1"
    "APP_URL" (include "taskflow.origin" .root)
    "BACKEND_URL" (printf "http://taskflow-backend:%v" $values.services.backend.port)
    "AGENT_URL" (printf "http://taskflow-agent:%v" $values.services.agent.port)
    "REALTIME_URL" (include "taskflow.socketOrigin" .root)
    "JWT_MODE" $values.env.JWT_MODE
    "JWT_ISSUER" $values.env.JWT_ISSUER
    "JWT_AUDIENCE" $values.env.JWT_AUDIENCE
  ) $service.env -}}
{{- end -}}
{{- range $name, $value := $env }}
{{- if ne (toString $value) "" }}
{{ $name }}: {{ $value | toString | quote }}
{{- end }}
{{- end }}
{{- end -}}
