// Node-agent is what a node of the cluster needs besides Kubernetes' own programs: pod networking
// with enforced NetworkPolicies, and addresses for services of type LoadBalancer.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"kind-node.local/node-agent/internal/gate"
	"kind-node.local/node-agent/internal/loadbalancer"
	"kind-node.local/node-agent/internal/network"
)

const usage = `usage: node-agent network --node NAME
       node-agent load-balancer --range FIRST-LAST`

func main() {
	log.SetFlags(log.Ltime | log.Lmicroseconds)
	// As a CNI plugin the program is told what to do by environment variables alone.
	if os.Getenv("CNI_COMMAND") != "" {
		gate.PluginMain()
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		log.Fatalf("error: %v", err)
	}
}

func run(ctx context.Context, arguments []string) error {
	if len(arguments) == 0 {
		return errors.New(usage)
	}
	flags := flag.NewFlagSet(arguments[0], flag.ContinueOnError)
	node := flags.String("node", "", "name of the node that this program runs on")
	cniFolder := flags.String("cni-config", "/etc/cni/net.d", "folder of the container runtime's CNI configuration")
	socket := flags.String("socket", gate.Socket, "where the CNI plugin asks whether a pod may start")
	addresses := flags.String("range", "", "addresses to give to services, as FIRST-LAST")
	device := flags.String("device", "eth0", "network device that answers for the services' addresses")
	health := flags.String("health", "", "where to serve /healthz once ready, as ADDRESS:PORT")
	if err := flags.Parse(arguments[1:]); err != nil {
		return err
	}
	config, err := rest.InClusterConfig()
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	ready := func() { serveHealth(*health) }
	switch arguments[0] {
	case "network":
		return network.Run(ctx, client, network.Options{
			Node: *node, CNIFolder: *cniFolder, Socket: *socket, Ready: ready,
		})
	case "load-balancer":
		return loadbalancer.Run(ctx, client, loadbalancer.Options{
			Range: *addresses, Device: *device, Ready: ready,
		})
	default:
		return fmt.Errorf("there is no command %q\n%s", arguments[0], usage)
	}
}

func serveHealth(address string) {
	if address == "" {
		return
	}
	go func() {
		handler := http.NewServeMux()
		handler.HandleFunc("/healthz", func(http.ResponseWriter, *http.Request) {})
		log.Fatal(http.ListenAndServe(address, handler))
	}()
}
