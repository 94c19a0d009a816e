{{/*
One service with everything that belongs to it, whichever of the six it is.
Context: dict "root" $ "component" NAME.
*/}}
{{- define "taskflow.service" -}}
{{- $root := .root -}}
{{- $values := $root.Values -}}
{{- $service := index $values.services .component -}}
{{- $name := printf "taskflow-%s" .component -}}
{{- if gt (int $service.replicas.min) (int $service.replicas.max) -}}
{{- fail (printf "services.%s.replicas: min is more than max" .component) -}}
{{- end -}}
{{- $sidecar := not (not $service.appPort) -}}
{{- $scales := and $values.autoscaling.enabled (gt (int $service.replicas.max) (int $service.replicas.min)) -}}
{{- $env := include "taskflow.env" . -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ $name }}
  namespace: {{ $root.Release.Namespace }}
  labels: {{- include "taskflow.labels" . | nindent 4 }}
data: {{- $env | nindent 2 }}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ $name }}
  namespace: {{ $root.Release.Namespace }}
  labels: {{- include "taskflow.labels" . | nindent 4 }}
automountServiceAccountToken: false
---
{{- if $sidecar }}
{{- /* The sidecar reads these Secrets, and nothing else of the cluster. */}}
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: {{ $name }}
  namespace: {{ $root.Release.Namespace }}
  labels: {{- include "taskflow.labels" . | nindent 4 }}
rules:
  - apiGroups: [""]
    resources: [secrets]
    resourceNames: {{ list $values.secrets.existingSecret (include "taskflow.secret" .) | uniq | toJson }}
    verbs: [get]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: {{ $name }}
  namespace: {{ $root.Release.Namespace }}
  labels: {{- include "taskflow.labels" . | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ $name }}
subjects:
  - kind: ServiceAccount
    name: {{ $name }}
    namespace: {{ $root.Release.Namespace }}
---
{{- end }}
apiVersion: v1
kind: Service
metadata:
  name: {{ $name }}
  namespace: {{ $root.Release.Namespace }}
  labels: {{- include "taskflow.labels" . | nindent 4 }}
spec:
  type: ClusterIP
  selector: {{- include "taskflow.selector" . | nindent 4 }}
  ports:
    - name: http
      port: {{ $service.port }}
      targetPort: http
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}
  namespace: {{ $root.Release.Namespace }}
  labels: {{- include "taskflow.labels" . | nindent 4 }}
spec:
  {{- if not $scales }}
  replicas: {{ $service.replicas.min }}
  {{- end }}
  revisionHistoryLimit: 5
  strategy:
    type: {{ $service.strategy }}
    {{- if eq $service.strategy "RollingUpdate" }}
    # A new pod is ready before an old one goes.
    rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
    {{- end }}
  selector:
    matchLabels: {{- include "taskflow.selector" . | nindent 6 }}
  template:
    metadata:
      # Without versions: they alone must not restart anything.
      labels: {{- include "taskflow.selector" . | nindent 8 }}
      annotations:
        # A changed setting is a new pod.
        taskflow/config: {{ $env | sha256sum | trunc 16 | quote }}
        kubectl.kubernetes.io/default-container: app
        {{- if $sidecar }}
        # So is a changed component: sidecars read them when they start.
        taskflow/components: {{ ($root.Files.Glob "dapr/**").AsConfig | sha256sum | trunc 16 | quote }}
        {{- include "taskflow.daprAnnotations" . | nindent 8 }}
        {{- end }}
    spec:
      serviceAccountName: {{ $name }}
      automountServiceAccountToken: false
      enableServiceLinks: false
      securityContext: {{- include "taskflow.podSecurity" $root | nindent 8 }}
      # Longer than 5 s of sleep, the app's 20 s at most, and the sidecar's 5 s.
      terminationGracePeriodSeconds: 45
      {{- with include "taskflow.pullSecrets" $root }}
      {{- . | nindent 6 }}
      {{- end }}
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels: {{- include "taskflow.selector" . | nindent 14 }}
      containers:
        - name: app
          image: {{ include "taskflow.image" . }}
          imagePullPolicy: {{ $values.image.pullPolicy }}
          envFrom:
            - configMapRef: {name: {{ $name }}}
          env:
            {{- if $sidecar }}
            # The injector gives them to the sidecar alone.
            - name: DAPR_API_TOKEN
              valueFrom: {secretKeyRef: {name: {{ $values.secrets.apiTokenSecret }}, key: token}}
            - name: APP_API_TOKEN
              valueFrom: {secretKeyRef: {name: {{ $values.secrets.appTokenSecret }}, key: token}}
            {{- else }}
            {{- range list "DATABASE_URL" "BETTER_AUTH_SECRET" }}
            - name: {{ . }}
              valueFrom: {secretKeyRef: {name: {{ include "taskflow.secret" $ }}, key: {{ . }}}}
            {{- end }}
            # While one secret is exchanged for another.
            - name: BETTER_AUTH_SECRET_ACCEPTED
              valueFrom: {secretKeyRef: {name: {{ include "taskflow.secret" . }}, key: BETTER_AUTH_SECRET_ACCEPTED, optional: true}}
            {{- end }}
          ports:
            - name: http
              containerPort: {{ $service.port }}
          # Plain HTTP beside the sidecar, which asks for no token.
          {{- $live := ternary "/health/live" "/api/health" $sidecar }}
          {{- $ready := ternary "/health/ready" "/api/health" $sidecar }}
          startupProbe:
            httpGet: {path: {{ $live }}, port: http}
            periodSeconds: 1
            timeoutSeconds: 2
            failureThreshold: 120
          livenessProbe:
            httpGet: {path: {{ $live }}, port: http}
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 3
          readinessProbe:
            httpGet: {path: {{ $ready }}, port: http}
            periodSeconds: 2
            timeoutSeconds: 2
            failureThreshold: 2
          # Until nobody sends anything here any more.
          lifecycle: {preStop: {sleep: {seconds: 5}}}
          resources: {{- toYaml $service.resources | nindent 12 }}
          securityContext: {{- include "taskflow.containerSecurity" $root | nindent 12 }}
          volumeMounts:
            - {name: tmp, mountPath: /tmp}
            {{- if not $sidecar }}
            - {name: cache, mountPath: /app/.next/cache}
            {{- end }}
      volumes:
        - name: tmp
          emptyDir: {sizeLimit: 64Mi}
        {{- if $sidecar }}
        # For the sidecar alone: see the annotation `volume-mounts`.
        - name: kube-api-access
          projected:
            sources:
              - serviceAccountToken: {path: token, expirationSeconds: 3607}
              - configMap:
                  name: kube-root-ca.crt
                  items: [{key: ca.crt, path: ca.crt}]
              - downwardAPI:
                  items: [{path: namespace, fieldRef: {fieldPath: metadata.namespace}}]
        {{- else }}
        - name: cache
          emptyDir: {sizeLimit: 256Mi}
        {{- end }}
{{- if $scales }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ $name }}
  namespace: {{ $root.Release.Namespace }}
  labels: {{- include "taskflow.labels" . | nindent 4 }}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: {{ $name }}}
  minReplicas: {{ $service.replicas.min }}
  maxReplicas: {{ $service.replicas.max }}
  metrics:
    # The app's, not the sum with its sidecar's.
    - type: ContainerResource
      containerResource:
        container: app
        name: cpu
        target: {type: Utilization, averageUtilization: {{ $values.autoscaling.targetCPU }}}
{{- end }}
{{- if gt (int $service.replicas.max) 1 }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ $name }}
  namespace: {{ $root.Release.Namespace }}
  labels: {{- include "taskflow.labels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {{- include "taskflow.selector" . | nindent 6 }}
{{- end }}
{{- if $values.networkPolicy.enabled }}
---
{{ include "taskflow.networkPolicy" . }}
{{- end }}
{{- end -}}
