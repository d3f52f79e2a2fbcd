package network

import (
	"net/netip"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

func pod(uid types.UID, age int, address string, change ...func(*corev1.Pod)) *corev1.Pod {
	result := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
		UID: uid, CreationTimestamp: metav1.NewTime(time.Unix(int64(1000-age), 0)),
	}}
	if address != "" {
		result.Status.PodIPs = []corev1.PodIP{{IP: address}}
	}
	for _, apply := range change {
		apply(result)
	}
	return result
}

func TestWhoHasAnAddress(t *testing.T) {
	const address = "10.244.0.2"
	over := func(p *corev1.Pod) { p.Status.Phase = corev1.PodSucceeded }
	ofTheNode := func(p *corev1.Pod) { p.Spec.HostNetwork = true }
	cases := map[string]struct {
		pods      []*corev1.Pod
		announced types.UID
		want      types.UID
	}{
		"who has it by the API":              {[]*corev1.Pod{pod("a", 1, address)}, "", "a"},
		"the newer of two":                   {[]*corev1.Pod{pod("a", 1, address), pod("b", 2, address)}, "", "a"},
		"the announced, before the API says": {[]*corev1.Pod{pod("a", 1, "")}, "a", "a"},
		"the announced, though it is older":  {[]*corev1.Pod{pod("a", 1, address), pod("b", 2, "10.244.0.9")}, "b", "b"},
		"nobody when its pod is over":        {[]*corev1.Pod{pod("a", 1, address, over)}, "", ""},
		"nobody when announced but over":     {[]*corev1.Pod{pod("a", 1, address, over)}, "a", ""},
		"nobody when it is the node's own":   {[]*corev1.Pod{pod("a", 1, address, ofTheNode)}, "", ""},
	}
	for title, c := range cases {
		t.Run(title, func(t *testing.T) {
			a := agent{announced: map[types.UID]netip.Addr{}}
			if c.announced != "" {
				a.announced[c.announced] = netip.MustParseAddr(address)
			}
			var got types.UID
			if owner := a.owners(c.pods)[netip.MustParseAddr(address)]; owner != nil {
				got = owner.UID
			}
			if got != c.want {
				t.Errorf("%q has it, want %q", got, c.want)
			}
		})
	}
}
