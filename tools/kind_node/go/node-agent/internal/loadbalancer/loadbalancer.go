// Package loadbalancer gives addresses of the node's own network to services of type LoadBalancer.
//
// The node that it runs on takes the addresses as its own, so that it answers ARP for them and
// whoever shares its network reaches them without a route; kube-proxy does the rest.
package loadbalancer

import (
	"context"
	"fmt"
	"log"
	"net"
	"net/netip"
	"time"

	"github.com/vishvananda/netlink"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/record"
)

const retry = time.Second

// Options of the controller.
type Options struct {
	Range  string
	Device string
	Ready  func()
}

// Run gives addresses until the context ends.
func Run(ctx context.Context, client kubernetes.Interface, options Options) error {
	addresses, err := ParseRange(options.Range)
	if err != nil {
		return err
	}
	device, err := netlink.LinkByName(options.Device)
	if err != nil {
		return fmt.Errorf("network device %s: %w", options.Device, err)
	}
	if err := refuseOwn(device, addresses); err != nil {
		return err
	}
	broadcaster := record.NewBroadcaster()
	defer broadcaster.Shutdown()
	broadcaster.StartRecordingToSink(&typedcorev1.EventSinkImpl{Interface: client.CoreV1().Events("")})
	events := broadcaster.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "load-balancer"})

	factory := informers.NewSharedInformerFactory(client, 0)
	services := factory.Core().V1().Services()
	changed := make(chan struct{}, 1)
	mark := func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	if _, err := services.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { mark() },
		UpdateFunc: func(any, any) { mark() },
		DeleteFunc: func(any) { mark() },
	}); err != nil {
		return err
	}
	lister := services.Lister()
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	options.Ready()
	mark()
	told := map[string]string{}
	for {
		select {
		case <-ctx.Done():
			// The addresses stay on the device: services go on while the controller is replaced.
			return nil
		case <-changed:
		}
		found, err := lister.List(labels.Everything())
		if err != nil {
			return err
		}
		assignments := Assign(addresses, found)
		if err := apply(ctx, client, device, addresses, assignments); err != nil {
			log.Print(err)
			time.AfterFunc(retry, mark)
		}
		told = tell(events, assignments, told)
	}
}

func apply(
	ctx context.Context, client kubernetes.Interface, device netlink.Link, addresses Range, assignments []Assignment,
) error {
	wanted := map[netip.Addr]bool{}
	for _, assignment := range assignments {
		if assignment.Address.IsValid() {
			wanted[assignment.Address] = true
		}
	}
	if err := answerFor(device, addresses, wanted); err != nil {
		return err
	}
	for _, assignment := range assignments {
		if err := publish(ctx, client, assignment); err != nil {
			return err
		}
	}
	return nil
}

// refuseOwn returns an error if the range holds an address that the device has from elsewhere.
func refuseOwn(device netlink.Link, addresses Range) error {
	present, err := netlink.AddrList(device, netlink.FAMILY_V4)
	if err != nil {
		return err
	}
	for _, existing := range present {
		address, _ := netip.AddrFromSlice(existing.IP.To4())
		// What is given to services is given alone, without a network.
		if bits, _ := existing.Mask.Size(); bits < 32 && addresses.Contains(address) {
			return fmt.Errorf(
				"the range %s holds the node's own address %s: choose addresses that the engine gives to no container",
				addresses, address,
			)
		}
	}
	return nil
}

// answerFor makes the device have just the wanted addresses of the range.
func answerFor(device netlink.Link, addresses Range, wanted map[netip.Addr]bool) error {
	present, err := netlink.AddrList(device, netlink.FAMILY_V4)
	if err != nil {
		return err
	}
	has := map[netip.Addr]bool{}
	for _, existing := range present {
		address, _ := netip.AddrFromSlice(existing.IP.To4())
		if !addresses.Contains(address) {
			continue
		}
		has[address] = true
		if !wanted[address] {
			if err := netlink.AddrDel(device, &existing); err != nil {
				return fmt.Errorf("give address %s back: %w", address, err)
			}
		}
	}
	for address := range wanted {
		if has[address] {
			continue
		}
		alone := &net.IPNet{IP: address.AsSlice(), Mask: net.CIDRMask(32, 32)}
		if err := netlink.AddrAdd(device, &netlink.Addr{IPNet: alone}); err != nil {
			return fmt.Errorf("take address %s: %w", address, err)
		}
	}
	return nil
}

// publish writes the address into the service's status, from where kube-proxy takes it.
func publish(ctx context.Context, client kubernetes.Interface, assignment Assignment) error {
	service := assignment.Service
	if currentAddress(service) == assignment.Address && len(service.Status.LoadBalancer.Ingress) <= 1 {
		return nil
	}
	changed := service.DeepCopy()
	changed.Status.LoadBalancer.Ingress = nil
	if assignment.Address.IsValid() {
		changed.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: assignment.Address.String()}}
	}
	_, err := client.CoreV1().Services(service.Namespace).UpdateStatus(ctx, changed, metav1.UpdateOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

// tell reports on each service what has changed for it since the last time.
func tell(events record.EventRecorder, assignments []Assignment, before map[string]string) map[string]string {
	now := map[string]string{}
	for _, assignment := range assignments {
		key := string(assignment.Service.UID)
		now[key] = assignment.Address.String() + assignment.Problem
		switch {
		case now[key] == before[key]:
		case assignment.Problem != "":
			events.Event(assignment.Service, corev1.EventTypeWarning, "NoAddress", assignment.Problem)
		case currentAddress(assignment.Service) != assignment.Address:
			events.Eventf(assignment.Service, corev1.EventTypeNormal, "AddressGiven", "address %s", assignment.Address)
		}
	}
	return now
}
