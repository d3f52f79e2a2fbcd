package policy

import (
	"net/netip"
	"os/exec"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

var (
	tcp, udp = corev1.ProtocolTCP, corev1.ProtocolUDP
	web      = pod("shop", "web", "10.244.0.2", map[string]string{"app": "web"},
		corev1.ContainerPort{Name: "http", ContainerPort: 8080},
		corev1.ContainerPort{Name: "dns", ContainerPort: 53, Protocol: udp})
	db      = pod("shop", "db", "10.244.0.3", map[string]string{"app": "db"}, corev1.ContainerPort{Name: "http", ContainerPort: 9090})
	visitor = pod("other", "visitor", "10.244.1.4", map[string]string{"app": "web"})
)

func pod(namespace, name, address string, set map[string]string, ports ...corev1.ContainerPort) Pod {
	parsed := netip.MustParseAddr(address)
	return Pod{
		Namespace: namespace, Name: name, Labels: set, Address: parsed, Ports: ports,
		Local: strings.HasPrefix(address, "10.244.0."),
	}
}

func state(policies ...*networkingv1.NetworkPolicy) State {
	return State{
		PodRange: netip.MustParsePrefix("10.244.0.0/24"),
		Pods:     []Pod{visitor, db, web},
		Namespaces: map[string]labels.Set{
			"shop": {"team": "a"}, "other": {"team": "b"},
		},
		Policies: policies,
	}
}

func policyOn(app string, spec networkingv1.NetworkPolicySpec) *networkingv1.NetworkPolicy {
	if app != "" {
		spec.PodSelector.MatchLabels = map[string]string{"app": app}
	}
	return &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: app}, Spec: spec}
}

func ingress(peers []networkingv1.NetworkPolicyPeer, ports ...networkingv1.NetworkPolicyPort) networkingv1.NetworkPolicySpec {
	return networkingv1.NetworkPolicySpec{
		Ingress: []networkingv1.NetworkPolicyIngressRule{{From: peers, Ports: ports}},
	}
}

func egress(peers []networkingv1.NetworkPolicyPeer, ports ...networkingv1.NetworkPolicyPort) networkingv1.NetworkPolicySpec {
	return networkingv1.NetworkPolicySpec{
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeEgress},
		Egress:      []networkingv1.NetworkPolicyEgressRule{{To: peers, Ports: ports}},
	}
}

func port(value intstr.IntOrString, protocol *corev1.Protocol) networkingv1.NetworkPolicyPort {
	return networkingv1.NetworkPolicyPort{Port: &value, Protocol: protocol}
}

func selecting(set map[string]string) *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchLabels: set}
}

func peers(list ...networkingv1.NetworkPolicyPeer) []networkingv1.NetworkPolicyPeer { return list }

func TestWhatIngressPoliciesAllow(t *testing.T) {
	end := int32(8090)
	number, name := intstr.FromInt32, intstr.FromString
	sctp := corev1.ProtocolSCTP
	cases := map[string]struct {
		spec networkingv1.NetworkPolicySpec
		want []string
	}{
		"no rule: nothing":    {networkingv1.NetworkPolicySpec{}, nil},
		"empty rule: all":     {ingress(nil), []string{""}},
		"pods of a namespace": {ingress(peers(networkingv1.NetworkPolicyPeer{PodSelector: selecting(map[string]string{"app": "db"})})), []string{"ip saddr { 10.244.0.3 }"}},
		"empty pod selector: own namespace": {
			ingress(peers(networkingv1.NetworkPolicyPeer{PodSelector: &metav1.LabelSelector{}})),
			[]string{"ip saddr { 10.244.0.2, 10.244.0.3 }"},
		},
		"namespaces": {
			ingress(peers(networkingv1.NetworkPolicyPeer{NamespaceSelector: selecting(map[string]string{"team": "b"})})),
			[]string{"ip saddr { 10.244.1.4 }"},
		},
		"empty namespace selector: all pods": {
			ingress(peers(networkingv1.NetworkPolicyPeer{NamespaceSelector: &metav1.LabelSelector{}})),
			[]string{"ip saddr { 10.244.0.2, 10.244.0.3, 10.244.1.4 }"},
		},
		"pods of other namespaces": {
			ingress(peers(networkingv1.NetworkPolicyPeer{
				NamespaceSelector: &metav1.LabelSelector{}, PodSelector: selecting(map[string]string{"app": "web"}),
			})),
			[]string{"ip saddr { 10.244.0.2, 10.244.1.4 }"},
		},
		"pods by expression": {
			ingress(peers(networkingv1.NetworkPolicyPeer{PodSelector: &metav1.LabelSelector{
				MatchExpressions: []metav1.LabelSelectorRequirement{
					{Key: "app", Operator: metav1.LabelSelectorOpNotIn, Values: []string{"web"}},
				},
			}})),
			[]string{"ip saddr { 10.244.0.3 }"},
		},
		"peers that do not exist: nothing": {
			ingress(peers(networkingv1.NetworkPolicyPeer{PodSelector: selecting(map[string]string{"app": "none"})})), nil,
		},
		"block with exceptions": {
			ingress(peers(networkingv1.NetworkPolicyPeer{IPBlock: &networkingv1.IPBlock{
				CIDR: "0.0.0.0/0", Except: []string{"10.0.0.0/8", "172.16.0.0/12"},
			}})),
			[]string{"ip saddr 0.0.0.0/0 ip saddr != 10.0.0.0/8 ip saddr != 172.16.0.0/12"},
		},
		"block of IPv6: nothing": {
			ingress(peers(networkingv1.NetworkPolicyPeer{IPBlock: &networkingv1.IPBlock{CIDR: "::/0"}})), nil,
		},
		"number":                        {ingress(nil, port(number(8080), &tcp)), []string{"tcp dport 8080"}},
		"no protocol: TCP":              {ingress(nil, port(number(8080), nil)), []string{"tcp dport 8080"}},
		"range":                         {ingress(nil, networkingv1.NetworkPolicyPort{Port: ptr(number(8080)), EndPort: &end}), []string{"tcp dport 8080-8090"}},
		"all of a protocol":             {ingress(nil, networkingv1.NetworkPolicyPort{Protocol: &sctp}), []string{"meta l4proto sctp"}},
		"SCTP":                          {ingress(nil, port(number(7), &sctp)), []string{"sctp dport 7"}},
		"name":                          {ingress(nil, port(name("http"), nil)), []string{"tcp dport 8080"}},
		"name of UDP":                   {ingress(nil, port(name("dns"), &udp)), []string{"udp dport 53"}},
		"name, wrong protocol: nothing": {ingress(nil, port(name("dns"), &tcp)), nil},
		"name that is unknown: nothing": {ingress(nil, port(name("none"), nil)), nil},
		"peers and ports": {
			ingress(
				peers(
					networkingv1.NetworkPolicyPeer{PodSelector: selecting(map[string]string{"app": "db"})},
					networkingv1.NetworkPolicyPeer{IPBlock: &networkingv1.IPBlock{CIDR: "198.51.100.7/24"}},
				),
				port(number(1), nil), port(number(2), &udp),
			),
			[]string{
				"ip saddr 198.51.100.0/24 tcp dport 1", "ip saddr 198.51.100.0/24 udp dport 2",
				"ip saddr { 10.244.0.3 } tcp dport 1", "ip saddr { 10.244.0.3 } udp dport 2",
			},
		},
	}
	for title, c := range cases {
		t.Run(title, func(t *testing.T) {
			ours := state(policyOn("web", c.spec))
			slices.SortFunc(ours.Pods, func(a, b Pod) int { return a.Address.Compare(b.Address) })
			rules := ours.rulesFor(web)
			if !rules.ingressIsolated || rules.egressIsolated {
				t.Errorf("isolated: ingress %v, egress %v", rules.ingressIsolated, rules.egressIsolated)
			}
			if !slices.Equal(rules.ingress, c.want) {
				t.Errorf("allowed %q, want %q", rules.ingress, c.want)
			}
		})
	}
}

func ptr[T any](value T) *T { return &value }

func TestWhatEgressPoliciesAllow(t *testing.T) {
	cases := map[string]struct {
		spec networkingv1.NetworkPolicySpec
		want []string
	}{
		"to pods": {
			egress(peers(networkingv1.NetworkPolicyPeer{NamespaceSelector: selecting(map[string]string{"team": "b"})}), port(intstr.FromInt32(53), &udp)),
			[]string{"ip daddr { 10.244.1.4 } udp dport 53"},
		},
		"a name is each reached pod's own number": {
			egress(peers(networkingv1.NetworkPolicyPeer{PodSelector: &metav1.LabelSelector{}}), port(intstr.FromString("http"), nil)),
			[]string{"ip daddr 10.244.0.2 tcp dport 8080", "ip daddr 10.244.0.3 tcp dport 9090"},
		},
		"a name to anywhere is to the pods that have it": {
			egress(nil, port(intstr.FromString("http"), nil), port(intstr.FromInt32(1), nil)),
			[]string{"ip daddr 10.244.0.2 tcp dport 8080", "ip daddr 10.244.0.3 tcp dport 9090", "tcp dport 1"},
		},
	}
	for title, c := range cases {
		t.Run(title, func(t *testing.T) {
			rules := state(policyOn("web", c.spec)).rulesFor(web)
			if rules.ingressIsolated || !rules.egressIsolated {
				t.Errorf("isolated: ingress %v, egress %v", rules.ingressIsolated, rules.egressIsolated)
			}
			if !slices.Equal(rules.egress, c.want) {
				t.Errorf("allowed %q, want %q", rules.egress, c.want)
			}
		})
	}
}

func TestPolicyTypesDefault(t *testing.T) {
	spec := egress(nil)
	spec.PolicyTypes = nil
	rules := state(policyOn("web", spec)).rulesFor(web)
	if !rules.ingressIsolated || !rules.egressIsolated {
		t.Errorf("a policy with egress rules is about both directions, got %+v", rules)
	}
}

func TestPoliciesAdd(t *testing.T) {
	rules := state(
		policyOn("web", networkingv1.NetworkPolicySpec{}),
		policyOn("", ingress(nil, port(intstr.FromInt32(1), nil))),
		policyOn("web", ingress(nil, port(intstr.FromInt32(2), nil))),
		policyOn("db", ingress(nil)),
	).rulesFor(web)
	if want := []string{"tcp dport 1", "tcp dport 2"}; !slices.Equal(rules.ingress, want) {
		t.Errorf("allowed %q, want %q", rules.ingress, want)
	}
}

func TestPoliciesOfOtherNamespacesDoNotCount(t *testing.T) {
	elsewhere := policyOn("", networkingv1.NetworkPolicySpec{})
	elsewhere.Namespace = "other"
	if rules := state(elsewhere).rulesFor(web); rules.ingressIsolated {
		t.Error("isolated by the policy of another namespace")
	}
}

func TestOnlyPodsOfThisNodeAreGuarded(t *testing.T) {
	everywhere := policyOn("", networkingv1.NetworkPolicySpec{})
	everywhere.Namespace = "other"
	rules := Ruleset(state(everywhere))
	if strings.Contains(rules, "chain ingress_") {
		t.Errorf("the pod of another node is guarded:\n%s", rules)
	}
	if !strings.Contains(rules, "elements = { 10.244.0.2, 10.244.0.3 }") {
		t.Errorf("the pods of this node are not listed:\n%s", rules)
	}
}

func TestTheSameStateGivesTheSameRules(t *testing.T) {
	one, two := state(policyOn("", ingress(nil))), state(policyOn("", ingress(nil)))
	slices.Reverse(two.Pods)
	if Ruleset(one) != Ruleset(two) {
		t.Error("the order of pods matters")
	}
}

// nft checks a ruleset without touching the kernel's, but asks the kernel for its abilities, which
// needs root. In the cluster it is nft's word that counts.
func TestNftReadsTheRules(t *testing.T) {
	if err := exec.Command("nft", "--check", "list tables").Run(); err != nil {
		t.Skip("there is no nft that may be used")
	}
	rules := Ruleset(state(
		policyOn("web", egress(nil, port(intstr.FromString("http"), nil))),
		policyOn("", ingress(peers(networkingv1.NetworkPolicyPeer{IPBlock: &networkingv1.IPBlock{CIDR: "0.0.0.0/0", Except: []string{"10.0.0.0/8"}}}))),
	))
	command := exec.Command("nft", "--check", "--file", "-")
	command.Stdin = strings.NewReader(rules)
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v: %s\n%s", err, out, rules)
	}
}
