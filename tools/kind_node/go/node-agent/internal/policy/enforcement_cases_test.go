package policy_test

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

type (
	policies = []*policyBuilder
	flows    = []string
	selector = metav1.LabelSelector
	peer     = networkingv1.NetworkPolicyPeer
	portRule = networkingv1.NetworkPolicyPort
)

const (
	toDB    = "* > shop/db:*"
	fromWeb = "shop/web > *"
)

// enforcementCase is policies, and which flows they close. A flow is written
// `shop/web > shop/db:8080`, with `/UDP` behind it for UDP, and `*` stands for anything.
// https://kubernetes.io/docs/concepts/services-networking/network-policies/
type enforcementCase struct {
	name     string
	policies policies
	closed   flows
	// but are those of the closed flows that are open all the same.
	but flows
}

var enforcementCases = []enforcementCase{
	// What is isolated.
	{
		name:     "deny ingress of one pod",
		policies: intoDB(),
		closed:   flows{toDB},
	},
	{
		name:     "deny ingress of a namespace",
		policies: policies{policyFor(everybody).ingress()},
		closed:   flows{"* > shop/*"},
	},
	{
		name:     "deny egress of one pod, which still answers",
		policies: outOfWeb(),
		closed:   flows{fromWeb},
	},
	{
		name:     "deny egress of a namespace",
		policies: policies{policyFor(everybody).egress()},
		closed:   flows{"shop/* > *"},
	},
	{
		name:     "deny both directions of a namespace",
		policies: policies{policyFor(everybody).ingress().egress()},
		closed:   flows{"* > shop/*", "shop/* > *"},
	},
	{
		name:     "an empty ingress rule allows all",
		policies: intoDB(allow()),
	},
	{
		name:     "an empty egress rule allows all",
		policies: outOfWeb(allow()),
	},
	{
		name:     "a policy that selects no pod",
		policies: policies{policyFor(app("nobody")).ingress()},
	},
	{
		name:     "pods selected by an expression",
		policies: policies{policyFor(app("db", "job")).ingress()},
		closed:   flows{toDB, "* > shop/job:*"},
	},
	{
		name:     "a policy in the other namespace",
		policies: policies{policyFor(everybody).ingress().in("bank")},
		closed:   flows{"* > bank/*"},
	},
	// Which types a policy has.
	{
		name:     "without types, egress rules isolate both directions",
		policies: policies{policyFor(app("web")).egress(allow()).types()},
		closed:   flows{"* > shop/web:*"},
	},
	{
		name:     "without types, a policy without rules isolates ingress alone",
		policies: policies{policyFor(app("web")).types()},
		closed:   flows{"* > shop/web:*"},
	},
	{
		name:     "ingress rules of a policy of type egress do nothing",
		policies: policies{policyFor(app("web")).ingress().egress(allow()).types(networkingv1.PolicyTypeEgress)},
	},
	// Peers.
	{
		name:     "from a label",
		policies: intoDB(allow(pods(app("web")))),
		closed:   flows{toDB},
		but:      flows{"shop/web > shop/db:*"},
	},
	{
		name:     "from all pods of the namespace",
		policies: intoDB(allow(pods(everybody))),
		closed:   flows{toDB},
		but:      flows{"shop/* > shop/db:*"},
	},
	{
		name:     "from an expression: In",
		policies: intoDB(allow(pods(app("web", "nobody")))),
		closed:   flows{toDB},
		but:      flows{"shop/web > shop/db:*"},
	},
	{
		name:     "from an expression: NotIn",
		policies: intoDB(allow(pods(expression("app", metav1.LabelSelectorOpNotIn, "web")))),
		closed:   flows{toDB},
		but:      flows{"shop/job > shop/db:*"},
	},
	{
		name:     "from an expression: NotIn includes pods without the label",
		policies: intoDB(allow(pods(expression("role", metav1.LabelSelectorOpNotIn, "batch")))),
		closed:   flows{toDB},
		but:      flows{"shop/web > shop/db:*"},
	},
	{
		name:     "from an expression: Exists",
		policies: intoDB(allow(pods(expression("role", metav1.LabelSelectorOpExists)))),
		closed:   flows{toDB},
		but:      flows{"shop/job > shop/db:*"},
	},
	{
		name:     "from an expression: DoesNotExist",
		policies: intoDB(allow(pods(expression("role", metav1.LabelSelectorOpDoesNotExist)))),
		closed:   flows{toDB},
		but:      flows{"shop/web > shop/db:*"},
	},
	{
		name:     "labels and expressions of a selector must all match",
		policies: intoDB(allow(pods(both(app("web"), expression("role", metav1.LabelSelectorOpExists))))),
		closed:   flows{toDB},
	},
	{
		name:     "from a label that no pod has",
		policies: intoDB(allow(pods(app("nobody")))),
		closed:   flows{toDB},
	},
	{
		name:     "from a namespace",
		policies: intoDB(allow(team("bank"))),
		closed:   flows{toDB},
		but:      flows{"bank/* > shop/db:*"},
	},
	{
		name:     "from all namespaces",
		policies: intoDB(allow(namespaces(everybody))),
	},
	{
		name:     "from a namespace by its name",
		policies: intoDB(allow(namespaces(labelled("kubernetes.io/metadata.name", "bank")))),
		closed:   flows{toDB},
		but:      flows{"bank/* > shop/db:*"},
	},
	{
		name:     "from namespaces by an expression",
		policies: intoDB(allow(namespaces(expression("team", metav1.LabelSelectorOpNotIn, "bank")))),
		closed:   flows{toDB},
		but:      flows{"shop/* > shop/db:*"},
	},
	{
		name:     "from a pod of a namespace, in one peer",
		policies: intoDB(allow(team("bank", app("web")))),
		closed:   flows{toDB},
		but:      flows{"bank/web > shop/db:*"},
	},
	{
		name:     "from a namespace or a pod, in two peers",
		policies: intoDB(allow(team("bank"), pods(app("web")))),
		closed:   flows{toDB},
		but:      flows{"bank/* > shop/db:*", "shop/web > shop/db:*"},
	},
	// Address blocks.
	{
		name:     "from one address",
		policies: intoDB(allow(block(address("shop/web")))),
		closed:   flows{toDB},
		but:      flows{"shop/web > shop/db:*"},
	},
	{
		name:     "from two addresses",
		policies: intoDB(allow(block(address("shop/web")), block(address("bank/db")))),
		closed:   flows{toDB},
		but:      flows{"shop/web > shop/db:*", "bank/db > shop/db:*"},
	},
	{
		name:     "from all addresses",
		policies: intoDB(allow(block("0.0.0.0/0"))),
	},
	{
		name:     "from all addresses except two",
		policies: intoDB(allow(block("0.0.0.0/0", address("shop/web"), address("bank/db")))),
		closed:   flows{"shop/web > shop/db:*", "bank/db > shop/db:*"},
	},
	{
		name:     "an address that one block excepts and another allows",
		policies: intoDB(allow(block("0.0.0.0/0", address("shop/web")), block(address("shop/web")))),
	},
	{
		name:     "from an address to a port",
		policies: intoDB(allow(block(address("bank/web"))).at(tcp(8443))),
		closed:   flows{toDB},
		but:      flows{"bank/web > shop/db:8443"},
	},
	{
		name:     "from outside alone",
		policies: intoDB(allow(block("198.51.100.0/24"))),
		closed:   flows{toDB},
	},
	// Ports.
	{
		name:     "one port",
		policies: intoDB(allow().at(tcp(8080))),
		closed:   flows{toDB},
		but:      flows{"* > shop/db:8080"},
	},
	{
		name:     "two ports",
		policies: intoDB(allow().at(tcp(8080), tcp(9001))),
		closed:   flows{toDB},
		but:      flows{"* > shop/db:8080", "* > shop/db:9001"},
	},
	{
		name:     "a range of ports",
		policies: intoDB(allow().at(tcpRange(9000, 9001))),
		closed:   flows{toDB},
		but:      flows{"* > shop/db:9000", "* > shop/db:9001"},
	},
	{
		name:     "a named port",
		policies: intoDB(allow().at(tcpNamed("http"))),
		closed:   flows{toDB},
		but:      flows{"* > shop/db:8080"},
	},
	{
		name:     "a named port with a number for each pod",
		policies: policies{policyFor(everybody).ingress(allow().at(tcpNamed("api")))},
		closed:   flows{"* > shop/*"},
		but:      flows{"* > shop/web:9000", "* > shop/db:8443", "* > shop/job:9001"},
	},
	{
		name:     "a named port that no pod has",
		policies: intoDB(allow().at(tcpNamed("none"))),
		closed:   flows{toDB},
	},
	{
		name:     "a UDP port, and not TCP of that number",
		policies: intoDB(allow().at(udp(5353))),
		closed:   flows{toDB},
		but:      flows{"* > shop/db:5353/UDP"},
	},
	{
		name:     "a TCP port, and not UDP of that number",
		policies: intoDB(allow().at(tcp(5353))),
		closed:   flows{toDB},
		but:      flows{"* > shop/db:5353"},
	},
	{
		name:     "a named UDP port",
		policies: intoDB(allow().at(udpNamed("query"))),
		closed:   flows{toDB},
		but:      flows{"* > shop/db:5353/UDP"},
	},
	{
		name:     "a name is of its protocol alone",
		policies: intoDB(allow().at(udpNamed("http"))),
		closed:   flows{toDB},
	},
	{
		name:     "all ports of a protocol",
		policies: intoDB(allow().at(allUDP())),
		closed:   flows{toDB},
		but:      flows{"* > shop/db:5353/UDP"},
	},
	{
		name:     "a port for a label",
		policies: intoDB(allow(pods(app("web"))).at(tcp(8080))),
		closed:   flows{toDB},
		but:      flows{"shop/web > shop/db:8080"},
	},
	{
		name:     "two rules do not mix",
		policies: intoDB(allow(pods(app("web"))).at(tcp(8080)), allow(team("bank")).at(tcp(8443))),
		closed:   flows{toDB},
		but:      flows{"shop/web > shop/db:8080", "bank/* > shop/db:8443"},
	},
	// Egress.
	{
		name:     "to a label",
		policies: outOfWeb(allow(pods(app("db")))),
		closed:   flows{fromWeb},
		but:      flows{"* > shop/db:*"},
	},
	{
		name:     "to a namespace",
		policies: outOfWeb(allow(team("bank"))),
		closed:   flows{fromWeb},
		but:      flows{"* > bank/*"},
	},
	{
		name:     "to a port",
		policies: outOfWeb(allow().at(tcp(9002))),
		closed:   flows{fromWeb},
		but:      flows{"* > *:9002"},
	},
	{
		name:     "to a range of ports",
		policies: outOfWeb(allow().at(tcpRange(9000, 9002))),
		closed:   flows{fromWeb},
		but:      flows{"* > *:9000", "* > *:9001", "* > *:9002"},
	},
	{
		name:     "to a UDP port",
		policies: outOfWeb(allow().at(udp(5353))),
		closed:   flows{fromWeb},
		but:      flows{"* > *:5353/UDP"},
	},
	{
		name:     "to a named port with a number for each pod",
		policies: outOfWeb(allow(pods(everybody), team("bank", app("db"))).at(tcpNamed("api"))),
		closed:   flows{fromWeb},
		but:      flows{"* > shop/db:8443", "* > shop/job:9001", "* > bank/db:9000"},
	},
	{
		name:     "to a pod of a namespace, at a port",
		policies: outOfWeb(allow(team("bank", app("web"))).at(tcp(8080))),
		closed:   flows{fromWeb},
		but:      flows{"* > bank/web:8080"},
	},
	{
		name:     "to all addresses except one",
		policies: outOfWeb(allow(block("0.0.0.0/0", address("shop/db")))),
		closed:   flows{"shop/web > shop/db:*"},
	},
	// Several policies.
	{
		name:     "both ends must allow: only one does",
		policies: slices.Concat(intoDB(), outOfWeb(allow(pods(app("db"))))),
		closed:   flows{toDB, fromWeb},
	},
	{
		name:     "both ends must allow: each another port",
		policies: slices.Concat(intoDB(allow(pods(app("web"))).at(tcp(8080), tcp(9000))), outOfWeb(allow(pods(app("db"))).at(tcp(8080), tcp(9001)))),
		closed:   flows{toDB, fromWeb},
		but:      flows{"shop/web > shop/db:8080"},
	},
	{
		name:     "a policy that allows adds to one that denies",
		policies: slices.Concat(policies{policyFor(everybody).ingress()}, intoDB(allow(pods(app("web"))))),
		closed:   flows{"* > shop/*"},
		but:      flows{"shop/web > shop/db:*"},
	},
	{
		name:     "two policies add up",
		policies: slices.Concat(intoDB(allow(pods(app("web"))).at(tcp(8080))), intoDB(allow(team("bank")))),
		closed:   flows{toDB},
		but:      flows{"shop/web > shop/db:8080", "bank/* > shop/db:*"},
	},
	{
		name:     "policies of two namespaces",
		policies: policies{policyFor(everybody).ingress(allow(pods(everybody))), policyFor(everybody).egress().in("bank")},
		closed:   flows{"bank/* > *"},
	},
}

func intoDB(rules ...rule) policies   { return policies{policyFor(app("db")).ingress(rules...)} }
func outOfWeb(rules ...rule) policies { return policies{policyFor(app("web")).egress(rules...)} }

// rule is of either direction: who is at the other end, and at which ports of who is called.
type rule struct {
	peers []peer
	ports []portRule
}

// allow gives a rule for these peers; none means all.
func allow(peers ...peer) rule { return rule{peers: peers} }

func (r rule) at(ports ...portRule) rule {
	r.ports = ports
	return r
}

// policyBuilder makes a policy that has the types of the rules that it is given.
type policyBuilder struct{ networkingv1.NetworkPolicy }

func policyFor(pods selector) *policyBuilder {
	p := &policyBuilder{}
	p.Namespace, p.Spec.PodSelector = "shop", pods
	return p
}

func (p *policyBuilder) ingress(rules ...rule) *policyBuilder {
	for _, r := range rules {
		p.Spec.Ingress = append(p.Spec.Ingress, networkingv1.NetworkPolicyIngressRule{From: r.peers, Ports: r.ports})
	}
	p.Spec.PolicyTypes = append(p.Spec.PolicyTypes, networkingv1.PolicyTypeIngress)
	return p
}

func (p *policyBuilder) egress(rules ...rule) *policyBuilder {
	for _, r := range rules {
		p.Spec.Egress = append(p.Spec.Egress, networkingv1.NetworkPolicyEgressRule{To: r.peers, Ports: r.ports})
	}
	p.Spec.PolicyTypes = append(p.Spec.PolicyTypes, networkingv1.PolicyTypeEgress)
	return p
}

func (p *policyBuilder) types(types ...networkingv1.PolicyType) *policyBuilder {
	p.Spec.PolicyTypes = types
	return p
}

func (p *policyBuilder) in(namespace string) *policyBuilder {
	p.Namespace = namespace
	return p
}

var everybody = selector{}

func labelled(key, value string) selector {
	return selector{MatchLabels: map[string]string{key: value}}
}

func app(names ...string) selector {
	if len(names) == 1 {
		return labelled("app", names[0])
	}
	return expression("app", metav1.LabelSelectorOpIn, names...)
}

func expression(key string, operator metav1.LabelSelectorOperator, values ...string) selector {
	return selector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: key, Operator: operator, Values: values}}}
}

func both(labels, expressions selector) selector {
	labels.MatchExpressions = expressions.MatchExpressions
	return labels
}

func pods(chosen selector) peer       { return peer{PodSelector: &chosen} }
func namespaces(chosen selector) peer { return peer{NamespaceSelector: &chosen} }

// team is the pods of a team's namespaces, or those of them that are selected.
func team(name string, chosen ...selector) peer {
	found := namespaces(labelled("team", name))
	for _, one := range chosen {
		found.PodSelector = &one
	}
	return found
}

func block(cidr string, excepted ...string) peer {
	return peer{IPBlock: &networkingv1.IPBlock{CIDR: cidr, Except: excepted}}
}

func portOf(protocol corev1.Protocol, number intstr.IntOrString) portRule {
	return portRule{Protocol: &protocol, Port: &number}
}

func tcp(number int32) portRule     { return portOf(corev1.ProtocolTCP, intstr.FromInt32(number)) }
func udp(number int32) portRule     { return portOf(corev1.ProtocolUDP, intstr.FromInt32(number)) }
func tcpNamed(name string) portRule { return portOf(corev1.ProtocolTCP, intstr.FromString(name)) }
func udpNamed(name string) portRule { return portOf(corev1.ProtocolUDP, intstr.FromString(name)) }

func tcpRange(first, last int32) portRule {
	found := tcp(first)
	found.EndPort = &last
	return found
}

func allUDP() portRule {
	protocol := corev1.ProtocolUDP
	return portRule{Protocol: &protocol}
}
