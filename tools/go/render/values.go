package main

import (
	"bytes"
	"fmt"
	"os"

	"helm.sh/helm/v4/pkg/chart/v2/loader"
)

// The values files and values of a request, laid over each other. Each Helm reads a file in its own
// way, and both merge them alike.
func userValues(r request, read func([]byte) (map[string]any, error)) (map[string]any, error) {
	merged := map[string]any{}
	for _, path := range r.Files {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		values, err := read(text)
		if err != nil {
			return nil, fmt.Errorf("failed to parse %s: %w", path, err)
		}
		merged = loader.MergeMaps(merged, values)
	}
	own, err := read(bytes.Clone(r.Values))
	if err != nil {
		return nil, fmt.Errorf("failed to parse the values: %w", err)
	}
	return loader.MergeMaps(merged, own), nil
}
