// Command render does what `helm template` does, with Helm 3 and with Helm 4, many times in one
// process. It compiles each schema once, which is half of the work of a `helm template`.
//
// Each line of its input is a request, each line of its output the answer to it, both in JSON.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"runtime/debug"
	"strings"

	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

type request struct {
	Helm        string          `json:"helm"`
	Chart       string          `json:"chart"`
	Release     string          `json:"release"`
	Namespace   string          `json:"namespace"`
	KubeVersion string          `json:"kubeVersion"`
	Files       []string        `json:"files"`  // values files, of which the last one wins
	Values      json.RawMessage `json:"values"` // win over the files
}

type answer struct {
	Objects []json.RawMessage `json:"objects"`
	Error   string            `json:"error,omitempty"` // as Helm prints it
}

// A chart or subchart, as the schemas see it.
type node struct {
	name   string
	schema []byte
	parts  []node
}

// What `helm template` makes: its text, or the error; and what the schemas have to judge.
type template struct {
	text   string
	chart  node
	values map[string]any
}

var helms = map[string]func(r request, judgeSchemas bool) (template, error){
	"helm3": helm3Template,
	"helm4": helm4Template,
}

func main() {
	// Warnings of Helm's libraries are for people; the answers have what matters.
	log.SetOutput(io.Discard)
	if err := answerAll(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func answerAll(input io.Reader, output io.Writer) error {
	// Most of a render's memory is garbage when it ends: fewer collections, of more each.
	debug.SetGCPercent(400)
	requests := json.NewDecoder(input)
	answers := json.NewEncoder(output)
	for {
		var r request
		err := requests.Decode(&r)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("not a request: %w", err)
		}
		if err := answers.Encode(answerTo(r)); err != nil {
			return err
		}
	}
}

func answerTo(r request) answer {
	objects, err := render(r)
	if err != nil {
		return answer{Error: fmt.Sprintf("Error: %v\n", err)}
	}
	return answer{Objects: objects}
}

func render(r request) ([]json.RawMessage, error) {
	helm, known := helms[r.Helm]
	if !known {
		return nil, fmt.Errorf("there is no %q, only helm3 and helm4", r.Helm)
	}
	made, err := helm(r, false)
	if err != nil {
		// Perhaps because the schemas were not asked first: now with all of Helm's own steps.
		made, err = helm(r, true)
	}
	if err != nil {
		return nil, err
	}
	if said := complaints(made.chart, made.values); said != "" {
		const head = "values don't meet the specifications of the schema(s) in the following chart(s)"
		return nil, fmt.Errorf("%s:\n%s", head, said)
	}
	return objectsIn(made.text)
}

// An error of a chart that was rendered in part.
func withHint(err error, inPart bool) error {
	if !inPart {
		return err
	}
	return fmt.Errorf("%w\n\nUse --debug flag to render out invalid YAML", err)
}

// A hook as `helm template` prints it, behind the other objects.
func printed(path, manifest string) string {
	return fmt.Sprintf("---\n# Source: %s\n%s\n", path, manifest)
}

func objectsIn(text string) ([]json.RawMessage, error) {
	documents := utilyaml.NewYAMLReader(bufio.NewReader(strings.NewReader(text)))
	objects := []json.RawMessage{}
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, err
		}
		object, err := yaml.YAMLToJSON(document)
		if err != nil {
			return nil, err
		}
		if string(object) != "null" {
			objects = append(objects, object)
		}
	}
}
