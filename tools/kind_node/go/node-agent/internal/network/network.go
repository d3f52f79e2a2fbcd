// Package network connects the pods of a node with those of the others, and enforces their
// NetworkPolicies.
package network

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/vishvananda/netlink"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	networkinglisters "k8s.io/client-go/listers/networking/v1"
	"k8s.io/client-go/tools/cache"

	"kind-node.local/node-agent/internal/gate"
	"kind-node.local/node-agent/internal/policy"
)

const (
	// settle gathers the many changes of a rollout into one replacement of the rules.
	settle = 50 * time.Millisecond
	// patience is how long the API may take to tell this agent of what the kubelet knows.
	patience = 10 * time.Second
	poll     = 20 * time.Millisecond
	retry    = time.Second
)

// Options of the agent.
type Options struct {
	Node      string
	CNIFolder string
	Socket    string
	Ready     func()
}

type agent struct {
	options    Options
	client     kubernetes.Interface
	nodes      corelisters.NodeLister
	pods       corelisters.PodLister
	namespaces corelisters.NamespaceLister
	policies   networkinglisters.NetworkPolicyLister

	// enforcing lets one replacement of the rules finish before the next begins.
	enforcing sync.Mutex
	inPlace   string

	announcing sync.Mutex
	announced  map[types.UID]netip.Addr
}

// Run connects and guards this node's pods until the context ends.
func Run(ctx context.Context, client kubernetes.Interface, options Options) error {
	if options.Node == "" {
		return errors.New("give the name of this node: --node NAME")
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	core, policies := factory.Core().V1(), factory.Networking().V1().NetworkPolicies()
	a := &agent{
		options:    options,
		client:     client,
		nodes:      core.Nodes().Lister(),
		pods:       core.Pods().Lister(),
		namespaces: core.Namespaces().Lister(),
		policies:   policies.Lister(),
		announced:  map[types.UID]netip.Addr{},
	}
	changed := make(chan struct{}, 1)
	mark := func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	handler := cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { mark() },
		UpdateFunc: func(any, any) { mark() },
		DeleteFunc: func(object any) { a.forget(object); mark() },
	}
	for _, informer := range []cache.SharedIndexInformer{
		core.Nodes().Informer(), core.Pods().Informer(), core.Namespaces().Informer(), policies.Informer(),
	} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			return err
		}
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())

	mark()
	ready := false
	for {
		select {
		case <-ctx.Done():
			// The rules and routes stay: pods go on while the agent is replaced.
			return nil
		case <-changed:
		}
		err := a.sync()
		switch {
		case err != nil:
			log.Print(err)
			time.AfterFunc(retry, mark)
		case !ready:
			// From here on pods may start: the rules are in place and the gate opens.
			ready = true
			go func() {
				if err := gate.Serve(ctx, options.Socket, a.announce); err != nil {
					log.Fatalf("error: %v", err)
				}
			}()
			if err := a.writeCNIConfig(); err != nil {
				return err
			}
			options.Ready()
		}
		time.Sleep(settle)
	}
}

func (a *agent) sync() error {
	// Whatever is wrong with the way to another node, this one's pods are guarded.
	return errors.Join(a.routes(), a.enforce())
}

// enforce replaces the node's rules if they are not what they should be.
func (a *agent) enforce() error {
	a.enforcing.Lock()
	defer a.enforcing.Unlock()
	state, err := a.state()
	if err != nil {
		return err
	}
	rules := policy.Ruleset(state)
	if rules == a.inPlace {
		return nil
	}
	command := exec.Command("nft", "-f", "-")
	command.Stdin = strings.NewReader(rules)
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("nft: %w: %s\n%s", err, out, rules)
	}
	a.inPlace = rules
	return nil
}

func (a *agent) state() (policy.State, error) {
	state := policy.State{Namespaces: map[string]labels.Set{}}
	node, err := a.nodes.Get(a.options.Node)
	if err != nil {
		return state, err
	}
	if state.PodRange, err = netip.ParsePrefix(node.Spec.PodCIDR); err != nil {
		return state, fmt.Errorf("node %s has no range for pods yet: %w", node.Name, err)
	}
	namespaces, err := a.namespaces.List(labels.Everything())
	if err != nil {
		return state, err
	}
	for _, namespace := range namespaces {
		state.Namespaces[namespace.Name] = namespace.Labels
	}
	if state.Policies, err = a.policies.List(labels.Everything()); err != nil {
		return state, err
	}
	pods, err := a.pods.List(labels.Everything())
	if err != nil {
		return state, err
	}
	for address, pod := range a.owners(pods) {
		state.Pods = append(state.Pods, policy.Pod{
			Namespace: pod.Namespace,
			Name:      pod.Name,
			Labels:    pod.Labels,
			Address:   address,
			Local:     pod.Spec.NodeName == a.options.Node,
			Ports:     containerPorts(pod),
		})
	}
	return state, nil
}

// owners tells which pod has which address. A pod that is just going, or whose node has restarted,
// may still be listed with an address that another one has got: the announced one is right, and
// else the newer.
func (a *agent) owners(pods []*corev1.Pod) map[netip.Addr]*corev1.Pod {
	a.announcing.Lock()
	defer a.announcing.Unlock()
	owners := map[netip.Addr]*corev1.Pod{}
	for _, pod := range pods {
		address := ownAddress(pod)
		if _, isAnnounced := a.announced[pod.UID]; isAnnounced || !address.IsValid() {
			continue
		}
		if other, shared := owners[address]; !shared || other.CreationTimestamp.Before(&pod.CreationTimestamp) {
			owners[address] = pod
		}
	}
	for _, pod := range pods {
		if address, isAnnounced := a.announced[pod.UID]; isAnnounced && !isOver(pod) {
			owners[address] = pod
		}
	}
	return owners
}

// ownAddress gives the IPv4 address that the API says a pod has for itself, if it has one.
func ownAddress(pod *corev1.Pod) netip.Addr {
	if pod.Spec.HostNetwork || isOver(pod) {
		return netip.Addr{}
	}
	for _, candidate := range pod.Status.PodIPs {
		if address, err := netip.ParseAddr(candidate.IP); err == nil && address.Is4() {
			return address
		}
	}
	return netip.Addr{}
}

func isOver(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
}

func containerPorts(pod *corev1.Pod) []corev1.ContainerPort {
	var ports []corev1.ContainerPort
	for _, container := range pod.Spec.InitContainers {
		ports = append(ports, container.Ports...)
	}
	for _, container := range pod.Spec.Containers {
		ports = append(ports, container.Ports...)
	}
	return ports
}

// announce is what the gate calls for a pod that starts or has ended.
func (a *agent) announce(ctx context.Context, announcement gate.Announcement) error {
	uid := types.UID(announcement.UID)
	a.announcing.Lock()
	if !announcement.Gone {
		a.announced[uid] = announcement.Address
	} else if a.announced[uid] == announcement.Address {
		delete(a.announced, uid)
	}
	a.announcing.Unlock()
	if announcement.Gone {
		return nil
	}
	pod, err := a.waitForPod(ctx, uid)
	if err != nil {
		return err
	}
	if err := a.waitForPolicies(ctx, pod.Namespace); err != nil {
		return err
	}
	return a.enforce()
}

// waitForPod waits until the API has told this agent of a pod, whose labels are not known before.
func (a *agent) waitForPod(ctx context.Context, uid types.UID) (*corev1.Pod, error) {
	var found *corev1.Pod
	err := wait.PollUntilContextTimeout(ctx, poll, patience, true, func(context.Context) (bool, error) {
		pods, err := a.pods.List(labels.Everything())
		for _, pod := range pods {
			if pod.UID == uid {
				found = pod
			}
		}
		return found != nil, err
	})
	if err != nil {
		return nil, fmt.Errorf("the API knows no pod of UID %s: %w", uid, err)
	}
	return found, nil
}

// waitForPolicies waits until this agent knows the policies of a namespace as the API has them:
// news of pods and of policies come each in their own time.
func (a *agent) waitForPolicies(ctx context.Context, namespace string) error {
	err := wait.PollUntilContextTimeout(ctx, poll, patience, true, func(ctx context.Context) (bool, error) {
		live, err := a.client.NetworkingV1().NetworkPolicies(namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return false, err
		}
		for _, wanted := range live.Items {
			known, err := a.policies.NetworkPolicies(namespace).Get(wanted.Name)
			if err != nil || known.UID != wanted.UID || known.Generation < wanted.Generation {
				return false, nil
			}
		}
		return true, nil
	})
	if err != nil {
		return fmt.Errorf("the policies of namespace %s are not known: %w", namespace, err)
	}
	return nil
}

func (a *agent) forget(object any) {
	if last, missed := object.(cache.DeletedFinalStateUnknown); missed {
		object = last.Obj
	}
	if pod, isPod := object.(*corev1.Pod); isPod {
		a.announcing.Lock()
		delete(a.announced, pod.UID)
		a.announcing.Unlock()
	}
}

// routes sends packets for the other nodes' pods to their nodes.
func (a *agent) routes() error {
	nodes, err := a.nodes.List(labels.Everything())
	if err != nil {
		return err
	}
	for _, node := range nodes {
		_, pods, err := net.ParseCIDR(node.Spec.PodCIDR)
		if node.Name == a.options.Node || err != nil {
			continue
		}
		for _, address := range node.Status.Addresses {
			gateway := net.ParseIP(address.Address).To4()
			if address.Type != corev1.NodeInternalIP || gateway == nil {
				continue
			}
			if err := netlink.RouteReplace(&netlink.Route{Dst: pods, Gw: gateway}); err != nil {
				return fmt.Errorf("route to %s by %s: %w", pods, gateway, err)
			}
		}
	}
	return nil
}

// cniConfig gives each pod a pair of devices and an address of the node's range. There is no
// masquerading: nothing that a pod sends is to be seen outside.
const cniConfig = `{
  "cniVersion": "1.0.0",
  "name": "pods",
  "plugins": [
    {
      "type": "ptp",
      "ipMasq": false,
      "ipam": {
        "type": "host-local",
        "dataDir": "/run/cni-ipam-state",
        "routes": [{"dst": "0.0.0.0/0"}],
        "ranges": [[{"subnet": %q}]]
      }
    },
    {"type": "portmap", "capabilities": {"portMappings": true}},
    {"type": "node-agent"}
  ]
}
`

// writeCNIConfig makes the container runtime call the plugins, which makes the node Ready.
func (a *agent) writeCNIConfig() error {
	node, err := a.nodes.Get(a.options.Node)
	if err != nil {
		return err
	}
	path := filepath.Join(a.options.CNIFolder, "10-pods.conflist")
	unfinished := path + ".unfinished"
	if err := os.WriteFile(unfinished, fmt.Appendf(nil, cniConfig, node.Spec.PodCIDR), 0o644); err != nil {
		return err
	}
	return os.Rename(unfinished, path)
}
