// Package policy turns pods, namespaces and NetworkPolicies into rules for nftables. It is pure: it
// reads no network and no API, so that every meaning that a policy can have is tested quickly.
package policy

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Pod is what matters of a pod that has an address of its own.
type Pod struct {
	Namespace string
	Name      string
	Labels    map[string]string
	Address   netip.Addr
	Local     bool // runs on this node
	Ports     []corev1.ContainerPort
}

// State is all that the rules of one node depend on.
type State struct {
	// PodRange is the range of this node's own pods.
	PodRange   netip.Prefix
	Pods       []Pod
	Namespaces map[string]labels.Set
	Policies   []*networkingv1.NetworkPolicy
}

// Table is the name of the nftables table that the rules are in.
const Table = "node_agent"

// Ruleset gives the input of `nft -f` that replaces the node's rules in one transaction.
//
// Only pods of this node are guarded: a packet between nodes is seen by the node that it leaves,
// which knows about egress, and by the one that it reaches, which knows about ingress. kube-proxy
// has by then replaced the address of a service by that of a pod. What the node itself sends to
// its pods goes through no chain here: Kubernetes wants the kubelet's probes to be let in always.
// What a pod sends to its node is judged, so that a policy means the same on every node.
func Ruleset(state State) string {
	pods := slices.Clone(state.Pods)
	slices.SortFunc(pods, func(a, b Pod) int { return a.Address.Compare(b.Address) })
	state.Pods = pods

	var chains, local, ingress, egress []string
	for _, pod := range pods {
		if !pod.Local {
			continue
		}
		local = append(local, pod.Address.String())
		rules := state.rulesFor(pod)
		if rules.ingressIsolated {
			name := chainName("ingress", pod)
			chains = append(chains, chain(name, pod, rules.ingress))
			ingress = append(ingress, fmt.Sprintf("%s : jump %s", pod.Address, name))
		}
		if rules.egressIsolated {
			name := chainName("egress", pod)
			chains = append(chains, chain(name, pod, rules.egress))
			egress = append(egress, fmt.Sprintf("%s : jump %s", pod.Address, name))
		}
	}

	var out strings.Builder
	// Adding before deleting makes deleting succeed the first time as well.
	fmt.Fprintf(&out, "add table inet %s\ndelete table inet %s\ntable inet %s {\n", Table, Table, Table)
	out.WriteString(set("local_pods", "ipv4_addr", local))
	for _, text := range chains {
		out.WriteString(text)
	}
	out.WriteString(verdicts("ingress_of", ingress))
	out.WriteString(verdicts("egress_of", egress))
	// Connections that exist go on: a policy judges new ones. An address that no known pod has is
	// dropped: a pod is announced before it starts, so this hits nobody but a pod that is gone.
	fmt.Fprintf(&out, `  chain forward {
    type filter hook forward priority filter; policy accept;
    ct state established,related accept
    ip saddr %[1]s ip saddr != @local_pods drop
    ip daddr %[1]s ip daddr != @local_pods drop
    ip saddr vmap @egress_of
    ip daddr vmap @ingress_of
  }
  chain input {
    type filter hook input priority filter; policy accept;
    ct state established,related accept
    ip saddr %[1]s ip saddr != @local_pods drop
    ip saddr vmap @egress_of
  }
}
`, state.PodRange)
	return out.String()
}

func chainName(direction string, pod Pod) string {
	return direction + "_" + strings.ReplaceAll(pod.Address.String(), ".", "_")
}

func chain(name string, pod Pod, rules []string) string {
	// A pod may always talk to itself, through a service for example.
	lines := []string{fmt.Sprintf("ip saddr %s ip daddr %s return", pod.Address, pod.Address)}
	for _, rule := range rules {
		lines = append(lines, strings.TrimSpace(rule+" return"))
	}
	lines = append(lines, fmt.Sprintf("counter drop comment %q", comment(pod)))
	return fmt.Sprintf("  chain %s {\n    %s\n  }\n", name, strings.Join(lines, "\n    "))
}

// comment names the pod for who reads the rules; nftables takes at most 128 characters.
func comment(pod Pod) string {
	text := pod.Namespace + "/" + pod.Name
	return text[:min(len(text), 120)]
}

func set(name, kind string, elements []string) string {
	return fmt.Sprintf("  set %s {\n    type %s\n%s  }\n", name, kind, elementsLine(elements))
}

func verdicts(name string, elements []string) string {
	return fmt.Sprintf("  map %s {\n    type ipv4_addr : verdict\n%s  }\n", name, elementsLine(elements))
}

func elementsLine(elements []string) string {
	if len(elements) == 0 {
		return ""
	}
	return fmt.Sprintf("    elements = { %s }\n", strings.Join(elements, ", "))
}

// podRules is what all policies together allow one pod; policies are additive.
type podRules struct {
	ingressIsolated, egressIsolated bool
	ingress, egress                 []string
}

func (state State) rulesFor(pod Pod) podRules {
	var rules podRules
	for _, policy := range state.Policies {
		if policy.Namespace != pod.Namespace || !matches(&policy.Spec.PodSelector, pod.Labels) {
			continue
		}
		forIngress, forEgress := directions(policy)
		if forIngress {
			rules.ingressIsolated = true
			for _, rule := range policy.Spec.Ingress {
				rules.ingress = append(rules.ingress, state.ingress(policy.Namespace, rule, pod)...)
			}
		}
		if forEgress {
			rules.egressIsolated = true
			for _, rule := range policy.Spec.Egress {
				rules.egress = append(rules.egress, state.egress(policy.Namespace, rule)...)
			}
		}
	}
	slices.Sort(rules.ingress)
	slices.Sort(rules.egress)
	rules.ingress = slices.Compact(rules.ingress)
	rules.egress = slices.Compact(rules.egress)
	return rules
}

// directions tells what a policy is about. The API server fills policyTypes in; this is its rule.
func directions(policy *networkingv1.NetworkPolicy) (ingress, egress bool) {
	types := policy.Spec.PolicyTypes
	if len(types) == 0 {
		return true, len(policy.Spec.Egress) > 0
	}
	return slices.Contains(types, networkingv1.PolicyTypeIngress),
		slices.Contains(types, networkingv1.PolicyTypeEgress)
}

func (state State) ingress(namespace string, rule networkingv1.NetworkPolicyIngressRule, pod Pod) []string {
	// The ports are the guarded pod's own, so a named one means the same for every peer.
	ports := portMatches(rule.Ports, &pod)
	return join(state.peerMatches("saddr", namespace, rule.From), ports)
}

func (state State) egress(namespace string, rule networkingv1.NetworkPolicyEgressRule) []string {
	rules := join(state.peerMatches("daddr", namespace, rule.To), portMatches(rule.Ports, nil))
	if !slices.ContainsFunc(rule.Ports, isNamed) {
		return rules
	}
	// A named port is another number on each pod that is reached.
	named := slices.DeleteFunc(slices.Clone(rule.Ports), func(port networkingv1.NetworkPolicyPort) bool {
		return !isNamed(port)
	})
	for _, peer := range state.Pods {
		if len(rule.To) == 0 || slices.ContainsFunc(rule.To, func(to networkingv1.NetworkPolicyPeer) bool {
			return state.selects(to, namespace, peer)
		}) {
			match := fmt.Sprintf("ip daddr %s", peer.Address)
			rules = append(rules, join([]string{match}, portMatches(named, &peer))...)
		}
	}
	return rules
}

// join combines each peer with each port; where there is no peer or no port, nothing is allowed.
func join(peers, ports []string) []string {
	var rules []string
	for _, peer := range peers {
		for _, port := range ports {
			rules = append(rules, strings.TrimSpace(peer+" "+port))
		}
	}
	return rules
}

// peerMatches gives a match for each peer; no peers at all means everybody.
func (state State) peerMatches(side, namespace string, peers []networkingv1.NetworkPolicyPeer) []string {
	if len(peers) == 0 {
		return []string{""}
	}
	var matches []string
	for _, peer := range peers {
		if peer.IPBlock != nil {
			if match, usable := blockMatch(side, peer.IPBlock); usable {
				matches = append(matches, match)
			}
			continue
		}
		var addresses []string
		for _, pod := range state.Pods {
			if state.selects(peer, namespace, pod) {
				addresses = append(addresses, pod.Address.String())
			}
		}
		if len(addresses) > 0 {
			matches = append(matches, fmt.Sprintf("ip %s { %s }", side, strings.Join(addresses, ", ")))
		}
	}
	return matches
}

// selects tells whether a peer that selects pods selects this one.
func (state State) selects(peer networkingv1.NetworkPolicyPeer, namespace string, pod Pod) bool {
	switch {
	case peer.IPBlock != nil:
		return false
	case peer.NamespaceSelector == nil && pod.Namespace != namespace:
		return false
	case peer.NamespaceSelector != nil && !matches(peer.NamespaceSelector, state.Namespaces[pod.Namespace]):
		return false
	}
	return peer.PodSelector == nil || matches(peer.PodSelector, pod.Labels)
}

// blockMatch matches an IPv4 range; pods have no other addresses here.
func blockMatch(side string, block *networkingv1.IPBlock) (match string, usable bool) {
	prefix, err := netip.ParsePrefix(block.CIDR)
	if err != nil || !prefix.Addr().Is4() {
		return "", false
	}
	match = fmt.Sprintf("ip %s %s", side, prefix.Masked())
	for _, text := range block.Except {
		if except, err := netip.ParsePrefix(text); err == nil && except.Addr().Is4() {
			match += fmt.Sprintf(" ip %s != %s", side, except.Masked())
		}
	}
	return match, true
}

// portMatches gives a match for each port; no ports at all means all of them, of all protocols.
// A named port is looked up on the pod that is reached, and left out where none is given.
func portMatches(ports []networkingv1.NetworkPolicyPort, reached *Pod) []string {
	if len(ports) == 0 {
		return []string{""}
	}
	var matches []string
	for _, port := range ports {
		protocol := protocolOf(port.Protocol)
		name := strings.ToLower(string(protocol))
		switch {
		case port.Port == nil:
			matches = append(matches, "meta l4proto "+name)
		case isNamed(port):
			if reached == nil {
				continue
			}
			for _, candidate := range reached.Ports {
				if candidate.Name == port.Port.StrVal && protocolOf(&candidate.Protocol) == protocol {
					matches = append(matches, fmt.Sprintf("%s dport %d", name, candidate.ContainerPort))
				}
			}
		case port.EndPort != nil:
			matches = append(matches, fmt.Sprintf("%s dport %d-%d", name, port.Port.IntVal, *port.EndPort))
		default:
			matches = append(matches, fmt.Sprintf("%s dport %d", name, port.Port.IntVal))
		}
	}
	return matches
}

func isNamed(port networkingv1.NetworkPolicyPort) bool {
	return port.Port != nil && port.Port.Type == intstr.String
}

func protocolOf(protocol *corev1.Protocol) corev1.Protocol {
	if protocol == nil || *protocol == "" {
		return corev1.ProtocolTCP
	}
	return *protocol
}

func matches(selector *metav1.LabelSelector, set labels.Set) bool {
	parsed, err := metav1.LabelSelectorAsSelector(selector)
	// The API server refuses selectors that do not parse.
	return err == nil && parsed.Matches(set)
}
