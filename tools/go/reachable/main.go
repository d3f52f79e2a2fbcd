// Tells which connections the NetworkPolicies of a namespace let through, as Cyclonus reads them.
//
// Reads {"policies": […], "traffic": […]} from standard input, the first as Kubernetes has them and
// the second as Cyclonus' matcher.Traffic, and prints a JSON array with true or false for each.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/mattfenwick/cyclonus/pkg/matcher"
	networking "k8s.io/api/networking/v1"
)

type request struct {
	Policies []*networking.NetworkPolicy `json:"policies"`
	Traffic  []*matcher.Traffic          `json:"traffic"`
}

func main() {
	if err := answer(); err != nil {
		fmt.Fprintln(os.Stderr, "reachable:", err)
		os.Exit(1)
	}
}

func answer() error {
	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()
	var asked request
	if err := decoder.Decode(&asked); err != nil {
		return err
	}
	policy := matcher.BuildNetworkPolicies(false, asked.Policies)
	allowed := make([]bool, len(asked.Traffic))
	for i, traffic := range asked.Traffic {
		allowed[i] = policy.IsTrafficAllowed(traffic).IsAllowed()
	}
	return json.NewEncoder(os.Stdout).Encode(allowed)
}
