package loadbalancer

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

type option func(*corev1.Service)

func service(name string, age int, options ...option) *corev1.Service {
	result := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "shop", Name: name,
			CreationTimestamp: metav1.NewTime(time.Unix(int64(1000-age), 0)),
		},
		Spec: corev1.ServiceSpec{Type: corev1.ServiceTypeLoadBalancer},
	}
	for _, change := range options {
		change(result)
	}
	return result
}

func has(address string) option {
	return func(s *corev1.Service) {
		s.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: address}}
	}
}

func wants(address string) option {
	return func(s *corev1.Service) { s.Spec.LoadBalancerIP = address }
}

func TestAddressesAreGiven(t *testing.T) {
	class := "other"
	type given map[string]string
	cases := map[string]struct {
		services []*corev1.Service
		want     given
	}{
		"the oldest gets the first":   {[]*corev1.Service{service("b", 1), service("a", 2)}, given{"a": "172.31.0.200", "b": "172.31.0.201"}},
		"what one has stays":          {[]*corev1.Service{service("a", 2), service("b", 1, has("172.31.0.200"))}, given{"a": "172.31.0.201", "b": "172.31.0.200"}},
		"out of range is replaced":    {[]*corev1.Service{service("a", 1, has("172.31.1.1"))}, given{"a": "172.31.0.200"}},
		"of two with one, the oldest": {[]*corev1.Service{service("a", 1, has("172.31.0.200")), service("b", 2, has("172.31.0.200"))}, given{"a": "172.31.0.201", "b": "172.31.0.200"}},
		"a wish is granted":           {[]*corev1.Service{service("a", 1, wants("172.31.0.202"))}, given{"a": "172.31.0.202"}},
		"a new wish moves":            {[]*corev1.Service{service("a", 1, has("172.31.0.200"), wants("172.31.0.201"))}, given{"a": "172.31.0.201"}},
		"a wish beyond the range":     {[]*corev1.Service{service("a", 1, wants("172.31.0.9"))}, given{"a": "spec.loadBalancerIP 172.31.0.9 is not in the range 172.31.0.200-172.31.0.202"}},
		"a wish for what another has": {[]*corev1.Service{service("a", 1, wants("172.31.0.200")), service("b", 2, has("172.31.0.200"))}, given{"a": "spec.loadBalancerIP 172.31.0.200 belongs to service shop/b", "b": "172.31.0.200"}},
		"more than there are":         {[]*corev1.Service{service("a", 4), service("b", 3), service("c", 2), service("d", 1)}, given{"a": "172.31.0.200", "b": "172.31.0.201", "c": "172.31.0.202", "d": "all addresses of the range 172.31.0.200-172.31.0.202 are taken"}},
		"another class is left alone": {[]*corev1.Service{service("a", 1, func(s *corev1.Service) { s.Spec.LoadBalancerClass = &class })}, given{}},
		"another type is left alone":  {[]*corev1.Service{service("a", 1, func(s *corev1.Service) { s.Spec.Type = corev1.ServiceTypeNodePort })}, given{}},
		"one that goes gives it back": {[]*corev1.Service{service("a", 2, has("172.31.0.200"), func(s *corev1.Service) { s.DeletionTimestamp = &metav1.Time{} }), service("b", 1)}, given{"b": "172.31.0.200"}},
	}
	addresses, err := ParseRange("172.31.0.200-172.31.0.202")
	if err != nil {
		t.Fatal(err)
	}
	for title, c := range cases {
		t.Run(title, func(t *testing.T) {
			assignments := Assign(addresses, c.services)
			if len(assignments) != len(c.want) {
				t.Errorf("%d services got an answer, want %d", len(assignments), len(c.want))
			}
			for _, assignment := range assignments {
				got := assignment.Problem
				if assignment.Address.IsValid() {
					got = assignment.Address.String() + got
				}
				if want := c.want[assignment.Service.Name]; got != want {
					t.Errorf("%s: %q, want %q", assignment.Service.Name, got, want)
				}
			}
		})
	}
}

func TestRangesAreRead(t *testing.T) {
	for _, text := range []string{"", "172.31.0.200", "172.31.0.9-172.31.0.8", "fd00::1-fd00::2", "a-b"} {
		if _, err := ParseRange(text); err == nil {
			t.Errorf("%q was taken for a range", text)
		}
	}
}
