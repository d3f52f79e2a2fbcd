package main

import (
	"bytes"
	"fmt"
	"strings"

	"helm.sh/helm/v4/pkg/action"
	chartapi "helm.sh/helm/v4/pkg/chart"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	release "helm.sh/helm/v4/pkg/release/v1"
)

// Follows newTemplateCmd and runInstall of Helm's pkg/cmd.
func helm4Template(r request, judgeSchemas bool) (template, error) {
	kubeVersion, err := common.ParseKubeVersion(r.KubeVersion)
	if err != nil {
		return template{}, fmt.Errorf("invalid kube version '%s': %w", r.KubeVersion, err)
	}
	client := action.NewInstall(action.NewConfiguration())
	client.DryRunStrategy = action.DryRunClient
	client.Replace = true
	client.ReleaseName = r.Release
	client.Namespace = r.Namespace
	client.KubeVersion = kubeVersion
	client.SkipSchemaValidation = !judgeSchemas

	values, err := userValues(r, func(text []byte) (map[string]any, error) {
		return loader.LoadValues(bytes.NewReader(text))
	})
	if err != nil {
		return template{}, err
	}
	loaded, err := loader.Load(r.Chart)
	if err != nil {
		return template{}, err
	}
	accessor, err := chartapi.NewAccessor(loaded)
	if err != nil {
		return template{}, err
	}
	if needed := accessor.MetaDependencies(); len(needed) > 0 {
		if err := action.CheckDependencies(loaded, needed); err != nil {
			return template{}, err
		}
	}
	made, err := client.Run(loaded, values)
	released, _ := made.(*release.Release)
	if err != nil {
		return template{}, withHint(err, released != nil)
	}
	text := strings.TrimSpace(released.Manifest) + "\n"
	for _, hook := range released.Hooks {
		text += printed(hook.Path, hook.Manifest)
	}
	// Run has left in the chart what the values keep of it.
	judged, err := util.CoalesceValues(loaded, values)
	return template{text, helm4Node(loaded), judged}, err
}

func helm4Node(chart *chart.Chart) node {
	made := node{name: chart.Name(), schema: chart.Schema}
	for _, part := range chart.Dependencies() {
		made.parts = append(made.parts, helm4Node(part))
	}
	return made
}
