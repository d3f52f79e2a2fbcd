@% if c.config_keys %@
{{/* Keys of the ConfigMap that it reads. */}}
{{- define "@{ c.name }@.configKeys" -}}
@{ c.config_keys | join(" ") }@
{{- end }}

@% endif %@
@% if c.secret_keys %@
{{/* Keys of the Secret that it reads. */}}
{{- define "@{ c.name }@.secretKeys" -}}
@{ c.secret_keys | join(" ") }@
{{- end }}

@% endif %@
@% if c.optional_keys %@
{{/* Keys of the Secret that it reads where they are there. */}}
{{- define "@{ c.name }@.optionalSecretKeys" -}}
@{ c.optional_keys | join(" ") }@
{{- end }}

@% endif %@
@% if c.restart_keys != c.config_keys %@
{{/* Keys whose change restarts it: those above, and those that its composed secrets are made of. */}}
{{- define "@{ c.name }@.watchedConfigKeys" -}}
@{ c.restart_keys | join(" ") }@
{{- end }}

@% endif %@
@% if c.all_secret_keys != c.secret_keys %@
{{/* Keys of the Secret whose change restarts it, where values give them. */}}
{{- define "@{ c.name }@.watchedSecretKeys" -}}
@{ c.all_secret_keys | join(" ") }@
{{- end }}

@% endif %@
{{/* Environment of the container. Takes (list $ .). */}}
{{- define "@{ c.name }@.environment" -}}
{{- $ := index . 0 -}}
@% if c.config_keys %@
{{- include "common.configEnvironment" (list $ (include "@{ c.name }@.configKeys" $)) }}
@% endif %@
@% if c.secret_keys %@
{{- include "common.secretEnvironment" (list $ (include "@{ c.name }@.secretKeys" $)) }}
@% endif %@
@% if c.optional_keys %@
{{- include "common.optionalSecretEnvironment" (list $ (include "@{ c.name }@.optionalSecretKeys" $)) }}
@% endif %@
@% for name, key in renamed_secrets.items() %@
- name: @{ name }@
  valueFrom: {secretKeyRef: {name: {{ include "common.secretName" $ }}, key: @{ key }@}}
@% endfor %@
@% for name, value in literal_environment.items() %@
- name: @{ name }@
  value: @{ value | yaml | literal }@
@% endfor %@
@% for address in c.redis_addresses %@
@% if address.password_key %@
{{- if dig "shared" "authenticated" "@{ address.component }@" false $.Values.global }}
{{- include "common.secretEnvironment" (list $ "@{ address.password_key }@") }}
- name: @{ address.name }@
  value: redis://:$(@{ address.password_key }@)@$(@{ address.host_key }@):$(@{ address.port_key }@)
{{- else }}
- name: @{ address.name }@
  value: redis://$(@{ address.host_key }@):$(@{ address.port_key }@)
{{- end }}
@% else %@
- name: @{ address.name }@
  value: redis://$(@{ address.host_key }@):$(@{ address.port_key }@)
@% endif %@
@% endfor %@
@% if c.password_key %@
{{- if (index . 1).auth.enabled }}
{{- include "common.secretEnvironment" (list $ "@{ c.password_key }@") }}
- name: REDISCLI_AUTH
  value: $(@{ c.password_key }@)
{{- end }}
@% endif %@
{{- with (index . 1).extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}
@% if volume_mounts %@

{{/* Every writable path is a volume of its own. Takes (list $ .). */}}
{{- define "@{ c.name }@.volumeMounts" -}}
@% for mount in volume_mounts %@
- {name: @{ mount.name }@, mountPath: @{ mount.path }@}
@% endfor %@
{{- with (index . 1).extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Takes (list $ .). */}}
{{- define "@{ c.name }@.volumes" -}}
{{- $ := index . 0 -}}
@% for path, size in c.spec.writes.items() %@
- name: @{ path | volume_name }@
  emptyDir: {sizeLimit: @{ size }@}
@% endfor %@
@% for volume in c.spec.mounts %@
{{ include "common.sharedVolume" (list $ "@{ volume }@" "@{ volume | camel_case }@" "@{ plan.spec.volumes[volume].claim }@") }}
@% endfor %@
@% if c.storage %@
{{ include "common.ownVolume" (list $ "@{ c.storage.claim }@" (index . 1).persistence) }}
@% endif %@
@% for volume in config_volumes %@
- name: @{ volume.name }@
@% if volume.entries %@
  configMap:
    name: {{ include "common.name" (list $ "@{ volume.object }@") }}
    items:
@% for key, path in volume.entries.items() %@
      - {key: @{ key }@, path: @{ path }@}
@% endfor %@
@% else %@
  configMap: {name: {{ include "common.name" (list $ "@{ volume.object }@") }}}
@% endif %@
@% endfor %@
{{- with (index . 1).extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}
@% endif %@
@% if c.shared_with %@

{{/* Names of the components on whose node it must run, where it shares a ReadWriteOnce volume. */}}
{{- define "@{ c.name }@.colocated" -}}
{{- include "common.colocated" (list $ (dict@% for volume, names in c.shared_with.items() %@ "@{ volume }@" "@{ names | join(" ") }@"@% endfor %@)) }}
{{- end }}
@% endif %@
