package loadbalancer

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// Range is the addresses that may be given away, first and last included.
type Range struct {
	First, Last netip.Addr
}

// ParseRange reads `172.31.0.200-172.31.0.239`.
func ParseRange(text string) (Range, error) {
	first, last, _ := strings.Cut(text, "-")
	from, firstErr := netip.ParseAddr(first)
	to, lastErr := netip.ParseAddr(last)
	if firstErr != nil || lastErr != nil || !from.Is4() || !to.Is4() || to.Less(from) {
		return Range{}, fmt.Errorf("%q is no range of IPv4 addresses; give one like 172.31.0.200-172.31.0.239", text)
	}
	return Range{from, to}, nil
}

// Contains tells whether an address is in the range.
func (r Range) Contains(address netip.Addr) bool {
	return address.IsValid() && !address.Less(r.First) && !r.Last.Less(address)
}

func (r Range) String() string { return fmt.Sprintf("%s-%s", r.First, r.Last) }

// Assignment is what one service gets: an address, or the reason why it gets none.
type Assignment struct {
	Service *corev1.Service
	Address netip.Addr
	Problem string
}

// Assign gives an address to each service that wants one. It needs no memory: an address that a
// service has, in its status, stays with it, so the answer is the same after a restart.
func Assign(addresses Range, services []*corev1.Service) []Assignment {
	services = slices.DeleteFunc(slices.Clone(services), func(service *corev1.Service) bool {
		return !isOurs(service)
	})
	// The oldest comes first, so that of two that want one address it is not the newcomer's.
	slices.SortFunc(services, func(a, b *corev1.Service) int {
		if order := a.CreationTimestamp.Compare(b.CreationTimestamp.Time); order != 0 {
			return order
		}
		return strings.Compare(a.Namespace+"/"+a.Name, b.Namespace+"/"+b.Name)
	})

	taken := map[netip.Addr]string{}
	given := map[*corev1.Service]netip.Addr{}
	give := func(service *corev1.Service, address netip.Addr) bool {
		if _, isTaken := taken[address]; isTaken || !addresses.Contains(address) {
			return false
		}
		taken[address] = service.Namespace + "/" + service.Name
		given[service] = address
		return true
	}
	for _, service := range services {
		wanted, current := wantedAddress(service), currentAddress(service)
		if service.Spec.LoadBalancerIP == "" || wanted == current {
			give(service, current)
		}
	}
	result := make([]Assignment, 0, len(services))
	for _, service := range services {
		assignment := Assignment{Service: service}
		if _, hasOne := given[service]; !hasOne {
			assignment.Problem = giveNew(addresses, service, give, taken)
		}
		assignment.Address = given[service]
		result = append(result, assignment)
	}
	return result
}

func giveNew(
	addresses Range, service *corev1.Service, give func(*corev1.Service, netip.Addr) bool, taken map[netip.Addr]string,
) (problem string) {
	if wish := service.Spec.LoadBalancerIP; wish != "" {
		wanted := wantedAddress(service)
		if give(service, wanted) {
			return ""
		}
		if owner, isTaken := taken[wanted]; isTaken {
			return fmt.Sprintf("spec.loadBalancerIP %s belongs to service %s", wish, owner)
		}
		return fmt.Sprintf("spec.loadBalancerIP %s is not in the range %s", wish, addresses)
	}
	for address := addresses.First; addresses.Contains(address); address = address.Next() {
		if give(service, address) {
			return ""
		}
	}
	return fmt.Sprintf("all addresses of the range %s are taken", addresses)
}

// isOurs leaves services of other controllers alone, and those that are being deleted.
func isOurs(service *corev1.Service) bool {
	return service.Spec.Type == corev1.ServiceTypeLoadBalancer &&
		service.Spec.LoadBalancerClass == nil && service.DeletionTimestamp == nil
}

func wantedAddress(service *corev1.Service) netip.Addr {
	address, _ := netip.ParseAddr(service.Spec.LoadBalancerIP)
	return address
}

func currentAddress(service *corev1.Service) netip.Addr {
	if len(service.Status.LoadBalancer.Ingress) != 1 {
		return netip.Addr{}
	}
	address, _ := netip.ParseAddr(service.Status.LoadBalancer.Ingress[0].IP)
	return address
}
