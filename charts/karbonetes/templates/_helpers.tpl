{{- define "karbonetes.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* Short enough that every suffix of ours fits into 63 characters. */}}
{{- define "karbonetes.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "karbonetes.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "karbonetes.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Objects outside of namespaces: two releases must not share one. */}}
{{- define "karbonetes.clusterName" -}}
{{- if eq .Release.Namespace "karbonetes-system" -}}
{{- include "karbonetes.fullname" . -}}
{{- else -}}
{{- printf "%s-%s" (include "karbonetes.fullname" .) (.Release.Namespace | sha256sum | trunc 8) -}}
{{- end -}}
{{- end -}}

{{- define "karbonetes.selector" -}}
app.kubernetes.io/name: {{ include "karbonetes.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "karbonetes.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "karbonetes.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | replace "+" "_" | trunc 63 | quote }}
app.kubernetes.io/part-of: karbonetes
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "karbonetes.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "karbonetes.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- required "serviceAccount.name: name the ServiceAccount that exists, or set serviceAccount.create" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "karbonetes.priorityClass" -}}
{{- if .Values.controller.priorityClassName -}}
{{- .Values.controller.priorityClassName -}}
{{- else if .Values.priorityClass.create -}}
{{- include "karbonetes.clusterName" . -}}
{{- end -}}
{{- end -}}

{{- define "karbonetes.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}{{ .repository }}@{{ .digest }}{{- else -}}{{ .repository }}:{{ default $.Chart.AppVersion .tag }}{{- end -}}
{{- end -}}
{{- end -}}

{{- define "karbonetes.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "karbonetes.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* The Secret that the webhook's certificate is in. */}}
{{- define "karbonetes.tlsSecret" -}}
{{- if eq .Values.certificates.mode "userSupplied" -}}
{{- required "certificates.userSupplied.secretName: name the Secret with tls.crt and tls.key" .Values.certificates.userSupplied.secretName -}}
{{- else -}}
{{- printf "%s-webhook-tls" (include "karbonetes.fullname" .) -}}
{{- end -}}
{{- end -}}

{{- define "karbonetes.webhookHost" -}}
{{- printf "%s-webhook.%s.svc" (include "karbonetes.fullname" .) .Release.Namespace -}}
{{- end -}}

{{/* DNS names and addresses that the webhook is called by. */}}
{{- define "karbonetes.tlsNames" -}}
{{- $names := list (include "karbonetes.webhookHost" .) (printf "%s.cluster.local" (include "karbonetes.webhookHost" .)) -}}
{{- with .Values.webhook.url -}}
{{- $names = append $names ((urlParse .).host | splitList ":" | first) -}}
{{- end -}}
{{- join "," $names -}}
{{- end -}}

{{/* The sources: those that are named, else the signal service when it runs, else nothing (windows). */}}
{{- define "karbonetes.sources" -}}
{{- if .Values.signal.sources -}}
sources:
{{ toYaml .Values.signal.sources | indent 2 }}
{{- else if .Values.signal.service.enabled -}}
sources:
  - name: karbonetes-signal
    type: karbonetes-signal
    url: http://{{ include "karbonetes.fullname" . }}-signal.{{ .Release.Namespace }}.svc:{{ .Values.signal.service.port }}
{{- else if .Values.signal.windows -}}
sources:
{{ list (merge (dict "name" "windows" "type" "static-windows") .Values.signal.windows) | toYaml | indent 2 }}
{{- end -}}
{{- end -}}
