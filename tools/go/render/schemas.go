package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

const place = "file:///values.schema.json"

var compiled = map[string]*jsonschema.Schema{}

// What the schemas of a chart and its parts say of its values; nothing where all accept them.
//
// The rules and the words are those of Helm's ValidateAgainstSchema, which compiles each schema anew
// for each render.
func complaints(chart node, values map[string]any) string {
	var said strings.Builder
	if chart.schema != nil {
		if err := judge(chart.schema, values); err != nil {
			words := strings.TrimPrefix(err.Error(), "jsonschema validation failed with '"+place+"#'\n")
			fmt.Fprintf(&said, "%s:\n%s\n", chart.name, words)
		}
	}
	for _, part := range chart.parts {
		switch own := values[part.name].(type) {
		case nil:
		case map[string]any:
			said.WriteString(complaints(part, own))
		default:
			const form = "%s:\ninvalid type for values: expected object (map), got %T\n"
			fmt.Fprintf(&said, form, part.name, own)
		}
	}
	return said.String()
}

func judge(text []byte, values map[string]any) error {
	schema, err := compile(text)
	if err != nil {
		return err
	}
	return schema.Validate(values)
}

func compile(text []byte) (*jsonschema.Schema, error) {
	if schema, known := compiled[string(text)]; known {
		return schema, nil
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
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
