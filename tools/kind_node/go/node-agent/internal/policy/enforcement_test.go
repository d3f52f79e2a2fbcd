// Whether nodes enforce NetworkPolicies as Kubernetes defines them: the rules of two nodes, held by
// the kernel against connections that are real, in network namespaces of this process alone.
package policy_test

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"

	"golang.org/x/sys/unix"

	"kind-node.local/node-agent/internal/policy"
)

const (
	// within is how long an answer may take that is to come; on a busy machine that is long.
	within = 5 * time.Second
	// silence is how long nothing must come where nothing may. A packet takes microseconds here.
	silence = 150 * time.Millisecond
)

var tcpPorts, udpPort = []int32{8080, 8443, 9000, 9001, 9002, 5353}, int32(5353)

// member is a pod of the table. Pods of both namespaces are on one node, and across nodes.
type member struct {
	name    string // namespace/name
	labels  map[string]string
	node    int
	address string
	api     int32 // the number of the port `api`, which differs
}

var members = []member{
	{"shop/web", labels.Set{"app": "web"}, 0, "10.244.0.2", 9000},
	{"shop/db", labels.Set{"app": "db"}, 0, "10.244.0.3", 8443},
	{"shop/job", labels.Set{"app": "job", "role": "batch"}, 1, "10.244.1.2", 9001},
	{"bank/web", labels.Set{"app": "web"}, 1, "10.244.1.3", 8443},
	{"bank/db", labels.Set{"app": "db"}, 1, "10.244.1.4", 9000},
}

var nodes = []struct{ address, pods, gateway string }{
	{"172.18.0.2", "10.244.0.0/24", "10.244.0.1"},
	{"172.18.0.3", "10.244.1.0/24", "10.244.1.1"},
}

// address of a pod, as a block of one.
func address(name string) string {
	found := slices.IndexFunc(members, func(m member) bool { return m.name == name })
	return members[found].address + "/32"
}

func TestPoliciesCloseExactlyWhatTheySay(t *testing.T) {
	if why := whyNotHere(); why != nil {
		t.Skipf("whether NetworkPolicies are enforced was NOT tested: %v", why)
	}
	lab := newLab(t)
	lab.enforce(nil)
	lab.expect(t, enforcementCase{})
	for _, c := range enforcementCases {
		t.Run(c.name, func(t *testing.T) {
			lab.enforce(c.policies)
			lab.expect(t, c)
		})
	}
	lab.enforce(nil)
	lab.expect(t, enforcementCase{})
}

// whyNotHere tells what this process lacks.
func whyNotHere() error {
	if os.Geteuid() != 0 {
		return errors.New("it takes root")
	}
	if _, err := exec.LookPath("nft"); err != nil {
		return errors.New("nft is missing: install nftables")
	}
	_, err := newNamespace()
	return err
}

// flow is one thing to try.
type flow struct {
	source, target member
	port           int32
	protocol       corev1.Protocol
}

func (f flow) String() string {
	text := fmt.Sprintf("%s > %s:%d", f.source.name, f.target.name, f.port)
	if f.protocol == corev1.ProtocolUDP {
		text += "/UDP"
	}
	return text
}

// isOpenIn tells whether the policies of a case leave a flow open.
func (f flow) isOpenIn(c enforcementCase) bool {
	return f.matches(c.but) || !f.matches(c.closed)
}

func (f flow) matches(patterns flows) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		expression := "^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + "$"
		return regexp.MustCompile(expression).MatchString(f.String())
	})
}

func allFlows() []flow {
	var found []flow
	for _, source := range members {
		for _, target := range members {
			if source.name == target.name {
				continue
			}
			found = append(found, flow{source, target, udpPort, corev1.ProtocolUDP})
			for _, port := range tcpPorts {
				found = append(found, flow{source, target, port, corev1.ProtocolTCP})
			}
		}
	}
	return found
}

// lab is two nodes with the pods of the table.
type lab struct {
	t     *testing.T
	nodes []namespace
	pods  map[string]namespace
}

func newLab(t *testing.T) *lab {
	l := &lab{t: t, pods: map[string]namespace{}}
	for range nodes {
		l.nodes = append(l.nodes, l.namespace())
	}
	l.connectNodes()
	for _, m := range members {
		l.pods[m.name] = l.namespace()
		l.connectPod(m)
		l.serve(m)
	}
	return l
}

func (l *lab) namespace() namespace {
	l.t.Helper()
	made, err := newNamespace()
	l.must(err)
	return made
}

func (l *lab) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

// connectNodes lays a cable between the nodes, and tells each of the other's pods.
func (l *lab) connectNodes() {
	first, second := l.nodes[0], l.nodes[1]
	l.must(first.run(func() error { return cable("eth0", second, "eth0") }))
	for number, node := range l.nodes {
		self, other := nodes[number], nodes[1-number]
		l.must(node.run(func() error {
			return errors.Join(
				os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o644),
				configure("eth0", self.address+"/24"),
				route("eth0", other.pods, other.address, netlink.SCOPE_UNIVERSE),
			)
		}))
	}
}

// connectPod does what the plugin ptp of CNI does.
func (l *lab) connectPod(m member) {
	pod, node, gateway := l.pods[m.name], l.nodes[m.node], nodes[m.node].gateway
	device := "veth" + strings.ReplaceAll(m.name, "/", "")
	l.must(node.run(func() error {
		return errors.Join(
			cable(device, pod, "eth0"),
			configure(device, gateway+"/32"),
			route(device, m.address+"/32", "", netlink.SCOPE_LINK),
		)
	}))
	l.must(pod.run(func() error {
		return errors.Join(
			configure("eth0", m.address+"/32"),
			route("eth0", gateway+"/32", "", netlink.SCOPE_LINK),
			route("eth0", "0.0.0.0/0", gateway, netlink.SCOPE_UNIVERSE),
		)
	}))
}

// serve answers at every port of a pod.
func (l *lab) serve(m member) {
	l.must(l.pods[m.name].run(func() error {
		for _, port := range tcpPorts {
			listener, err := net.Listen("tcp4", at(m.address, port))
			if err != nil {
				return err
			}
			l.t.Cleanup(func() { listener.Close() })
			go accept(listener)
		}
		socket, err := net.ListenPacket("udp4", at(m.address, udpPort))
		if err != nil {
			return err
		}
		l.t.Cleanup(func() { socket.Close() })
		go echo(socket)
		return nil
	}))
}

func at(address string, port int32) string {
	return net.JoinHostPort(address, strconv.Itoa(int(port)))
}

func accept(listener net.Listener) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer connection.Close()
			buffer := make([]byte, 1)
			if _, err := connection.Read(buffer); err == nil {
				connection.Write(buffer)
			}
		}()
	}
}

func echo(socket net.PacketConn) {
	buffer := make([]byte, 1)
	for {
		_, from, err := socket.ReadFrom(buffer)
		if err != nil {
			return
		}
		socket.WriteTo(buffer, from)
	}
}

// enforce gives each node the rules that its agent makes of the policies.
func (l *lab) enforce(given policies) {
	l.t.Helper()
	for number, node := range l.nodes {
		state := policy.State{
			PodRange: netip.MustParsePrefix(nodes[number].pods),
			Namespaces: map[string]labels.Set{
				"shop": {"team": "shop", "kubernetes.io/metadata.name": "shop"},
				"bank": {"team": "bank", "kubernetes.io/metadata.name": "bank"},
			},
		}
		for _, m := range members {
			state.Pods = append(state.Pods, m.pod(m.node == number))
		}
		for _, one := range given {
			state.Policies = append(state.Policies, &one.NetworkPolicy)
		}
		command := exec.Command("nft", "--file", "-")
		command.Stdin = strings.NewReader(policy.Ruleset(state))
		l.must(node.run(func() error {
			if out, err := command.CombinedOutput(); err != nil {
				return fmt.Errorf("%w: %s", err, out)
			}
			// Connections that exist go on, and a new one of UDP may have the ports of an old one.
			return netlink.ConntrackTableFlush(netlink.ConntrackTable)
		}))
	}
}

func (m member) pod(isLocal bool) policy.Pod {
	namespace, name, _ := strings.Cut(m.name, "/")
	return policy.Pod{
		Namespace: namespace, Name: name, Labels: m.labels, Local: isLocal,
		Address: netip.MustParseAddr(m.address),
		Ports: []corev1.ContainerPort{
			{Name: "http", ContainerPort: 8080},
			{Name: "api", ContainerPort: m.api},
			{Name: "query", ContainerPort: udpPort, Protocol: corev1.ProtocolUDP},
		},
	}
}

// expect tries every flow, and reports those that a case wants otherwise.
func (l *lab) expect(t *testing.T, c enforcementCase) {
	t.Helper()
	var trying sync.WaitGroup
	var reporting sync.Mutex
	for _, f := range allFlows() {
		trying.Go(func() {
			wanted := f.isOpenIn(c)
			patience := silence
			if wanted {
				patience = within
			}
			if err := l.try(f, patience); (err == nil) != wanted {
				reporting.Lock()
				defer reporting.Unlock()
				t.Errorf("%v: wanted open: %v; %v", f, wanted, err)
			}
		})
	}
	trying.Wait()
}

// try gives nil when a byte comes back.
func (l *lab) try(f flow, patience time.Duration) error {
	deadline := time.Now().Add(patience)
	return l.pods[f.source.name].run(func() error {
		dialer := net.Dialer{Deadline: deadline}
		network := strings.ToLower(string(f.protocol)) + "4"
		connection, err := dialer.Dial(network, at(f.target.address, f.port))
		if err != nil {
			return err
		}
		defer connection.Close()
		if err := connection.SetDeadline(deadline); err != nil {
			return err
		}
		buffer := make([]byte, 1)
		if _, err := connection.Write(buffer); err != nil {
			return err
		}
		_, err = connection.Read(buffer)
		return err
	})
}

// namespace is a network namespace, which goes when nothing of this process uses it any more.
type namespace struct{ file *os.File }

func newNamespace() (namespace, error) {
	var made namespace
	err := onOwnThread(func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("no network namespace can be made: %w", err)
		}
		file, err := os.Open("/proc/thread-self/ns/net")
		made = namespace{file}
		return errors.Join(err, configure("lo", ""))
	})
	return made, err
}

// run does something in the namespace. Sockets that it opens stay there.
func (n namespace) run(action func() error) error {
	return onOwnThread(func() error {
		if err := unix.Setns(int(n.file.Fd()), unix.CLONE_NEWNET); err != nil {
			return err
		}
		return action()
	})
}

// onOwnThread does something on a thread that ends with it: Go lets nobody else run there.
func onOwnThread(action func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		done <- action()
	}()
	return <-done
}

// cable makes a device here whose other end is a device in another namespace.
func cable(here string, there namespace, name string) error {
	attributes := netlink.NewLinkAttrs()
	attributes.Name = here
	return netlink.LinkAdd(&netlink.Veth{
		LinkAttrs: attributes, PeerName: name, PeerNamespace: netlink.NsFd(there.file.Fd()),
	})
}

// configure gives a device an address, if there is one, and puts it into service.
func configure(device, address string) error {
	link, err := netlink.LinkByName(device)
	if err != nil {
		return err
	}
	if address != "" {
		parsed, err := netlink.ParseAddr(address)
		if err != nil {
			return err
		}
		if err := netlink.AddrAdd(link, parsed); err != nil {
			return err
		}
	}
	return netlink.LinkSetUp(link)
}

// route sends what goes to a range through a device, and by a gateway if there is one.
func route(device, to, gateway string, scope netlink.Scope) error {
	link, err := netlink.LinkByName(device)
	if err != nil {
		return err
	}
	_, destination, err := net.ParseCIDR(to)
	if err != nil {
		return err
	}
	return netlink.RouteAdd(&netlink.Route{
		LinkIndex: link.Attrs().Index, Dst: destination, Gw: net.ParseIP(gateway), Scope: scope,
	})
}
