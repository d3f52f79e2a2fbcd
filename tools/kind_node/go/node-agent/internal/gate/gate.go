// Package gate keeps a pod from starting before its rules are in place.
//
// The kubelet tells the API a pod's address only after the pod's containers have started, so an
// agent that waited for that would leave every new pod unguarded for a second. A CNI plugin, the
// last in the chain, therefore announces the address to the agent and returns when the rules hold.
package gate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/containernetworking/cni/pkg/skel"
	"github.com/containernetworking/cni/pkg/types"
	current "github.com/containernetworking/cni/pkg/types/100"
	"github.com/containernetworking/cni/pkg/version"
)

const (
	// Socket is where plugin and agent meet.
	Socket = "/run/node-agent/gate.sock"
	// patience is how long a pod's start is held up before the kubelet has to try again.
	patience = 20 * time.Second
	retry    = 50 * time.Millisecond
)

// Announcement says which address a pod has got, or that it has given it back.
type Announcement struct {
	UID     string
	Address netip.Addr
	Gone    bool
}

// Announcer takes announcements, and returns once the rules are as the pod needs them.
type Announcer func(context.Context, Announcement) error

// Serve answers plugins until the context ends.
func Serve(ctx context.Context, socket string, announce Announcer) error {
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		var announcement Announcement
		err := json.NewDecoder(in.Body).Decode(&announcement)
		if err == nil {
			err = announce(in.Context(), announcement)
		}
		if err != nil {
			http.Error(out, err.Error(), http.StatusServiceUnavailable)
		}
	})}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Announce tells the agent, waiting for one that is just starting.
func Announce(ctx context.Context, socket string, announcement Announcement) error {
	body, err := json.Marshal(announcement)
	if err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
	}}
	for {
		err := post(ctx, &client, body)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the node's network agent does not let the pod start: %w", err)
		case <-time.After(retry):
		}
	}
}

func post(ctx context.Context, client *http.Client, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://node-agent/", bytes.NewReader(body))
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		reason, _ := io.ReadAll(response.Body)
		return errors.New(strings.TrimSpace(string(reason)))
	}
	return nil
}

// PluginMain is the CNI plugin.
func PluginMain() {
	skel.PluginMainFuncs(skel.CNIFuncs{
		Add: func(args *skel.CmdArgs) error {
			result, announcement, err := read(args)
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			if err := Announce(ctx, Socket, announcement); err != nil {
				return err
			}
			return types.PrintResult(result, result.CNIVersion)
		},
		Del: func(args *skel.CmdArgs) error {
			// Cleaning up succeeds whatever is left to clean up; the agent forgets a pod that is
			// gone from the API in any case.
			if _, announcement, err := read(args); err == nil {
				announcement.Gone = true
				ctx, cancel := context.WithTimeout(context.Background(), time.Second)
				defer cancel()
				_ = Announce(ctx, Socket, announcement)
			}
			return nil
		},
		Check: func(*skel.CmdArgs) error { return nil },
	}, version.All, "announces a pod's address to the node's network agent")
}

// read gives what the plugins before this one have made, and whom it is for.
func read(args *skel.CmdArgs) (*current.Result, Announcement, error) {
	var announcement Announcement
	config := types.NetConf{}
	if err := json.Unmarshal(args.StdinData, &config); err != nil {
		return nil, announcement, err
	}
	if err := version.ParsePrevResult(&config); err != nil {
		return nil, announcement, err
	}
	if config.PrevResult == nil {
		return nil, announcement, errors.New("this plugin must come after one that gives addresses")
	}
	result, err := current.NewResultFromResult(config.PrevResult)
	if err != nil {
		return nil, announcement, err
	}
	result.CNIVersion = config.CNIVersion
	for _, address := range result.IPs {
		if ip, usable := netip.AddrFromSlice(address.Address.IP); usable && ip.Unmap().Is4() {
			announcement.Address = ip.Unmap()
		}
	}
	for _, pair := range strings.Split(args.Args, ";") {
		if name, value, _ := strings.Cut(pair, "="); name == "K8S_POD_UID" {
			announcement.UID = value
		}
	}
	if announcement.UID == "" || !announcement.Address.IsValid() {
		return nil, announcement, errors.New("the container runtime gives no K8S_POD_UID or no IPv4 address")
	}
	return result, announcement, nil
}
