package main

import (
	"fmt"
	"strings"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"sigs.k8s.io/yaml"
)

// Follows newTemplateCmd and runInstall of Helm's cmd/helm.
func helm3Template(r request, judgeSchemas bool) (template, error) {
	kubeVersion, err := chartutil.ParseKubeVersion(r.KubeVersion)
	if err != nil {
		return template{}, fmt.Errorf("invalid kube version '%s': %w", r.KubeVersion, err)
	}
	client := action.NewInstall(&action.Configuration{Log: func(string, ...any) {}})
	client.DryRunOption = "true"
	client.DryRun = true
	client.ClientOnly = true
	client.Replace = true
	client.ReleaseName = r.Release
	client.Namespace = r.Namespace
	client.KubeVersion = kubeVersion
	client.SkipSchemaValidation = !judgeSchemas

	values, err := userValues(r, func(text []byte) (map[string]any, error) {
		read := map[string]any{}
		err := yaml.Unmarshal(text, &read)
		return read, err
	})
	if err != nil {
		return template{}, err
	}
	loaded, err := loader.Load(r.Chart)
	if err != nil {
		return template{}, err
	}
	if needed := loaded.Metadata.Dependencies; needed != nil {
		if err := action.CheckDependencies(loaded, needed); err != nil {
			return template{}, err
		}
	}
	released, err := client.Run(loaded, values)
	if err != nil {
		return template{}, withHint(err, released != nil)
	}
	text := strings.TrimSpace(released.Manifest) + "\n"
	for _, hook := range released.Hooks {
		text += printed(hook.Path, hook.Manifest)
	}
	// Run has left in the chart what the values keep of it.
	judged, err := chartutil.CoalesceValues(loaded, values)
	return template{text, helm3Node(loaded), judged}, err
}

func helm3Node(chart *chart.Chart) node {
	made := node{name: chart.Name(), schema: chart.Schema}
	for _, part := range chart.Dependencies() {
		made.parts = append(made.parts, helm3Node(part))
	}
	return made
}
