package main

import (
	"bytes"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

var compiled = map[string]*jsonschema.Schema{}

// Whether all schemas of a chart accept these values. The rules are those of Helm's
// ValidateAgainstSchema, which compiles each schema anew.
func valid(chart node, values map[string]any) bool {
	if chart.schema != nil {
		schema, err := compile(chart.schema)
		if err != nil || schema.Validate(values) != nil {
			return false
		}
	}
	for _, part := range chart.parts {
		given := values[part.name]
		if given == nil {
			continue
		}
		own, isMap := given.(map[string]any)
		if !isMap || !valid(part, own) {
			return false
		}
	}
	return true
}

func compile(text []byte) (*jsonschema.Schema, error) {
	if schema, known := compiled[string(text)]; known {
		return schema, nil
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	const place = "file:///values.schema.json"
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(place, document); err != nil {
		return nil, err
	}
	schema, err := compiler.Compile(place)
	if err == nil {
		compiled[string(text)] = schema
	}
	return schema, err
}
