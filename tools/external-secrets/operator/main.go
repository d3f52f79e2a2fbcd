// The External Secrets Operator for tests: its own controllers, for the objects of one namespace.
//
// It listens nowhere, and talks to nobody but an API server on this machine.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/url"
	"os"
	"time"

	"go.uber.org/zap/zapcore"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"

	esv1 "github.com/external-secrets/external-secrets/apis/externalsecrets/v1"
	genv1alpha1 "github.com/external-secrets/external-secrets/apis/generators/v1alpha1"
	"github.com/external-secrets/external-secrets/pkg/controllers/common"
	"github.com/external-secrets/external-secrets/pkg/controllers/externalsecret"
	"github.com/external-secrets/external-secrets/pkg/controllers/externalsecret/esmetrics"
	"github.com/external-secrets/external-secrets/pkg/controllers/metrics"
	"github.com/external-secrets/external-secrets/pkg/controllers/secretstore"
	"github.com/external-secrets/external-secrets/pkg/controllers/secretstore/cssmetrics"
	"github.com/external-secrets/external-secrets/pkg/controllers/secretstore/ssmetrics"
)

const (
	// As the operator's own program has them.
	class        = "default"
	storeRequeue = 5 * time.Minute
	requeue      = time.Hour
)

func main() {
	namespace := flag.String("namespace", "", "namespace whose ExternalSecrets are served")
	flag.Parse() // `--kubeconfig` is a flag of controller-runtime
	ctrl.SetLogger(zap.New(zap.StacktraceLevel(zapcore.PanicLevel)))
	if err := serve(*namespace); err != nil {
		fmt.Fprintln(os.Stderr, "operator:", err)
		os.Exit(1)
	}
}

func serve(namespace string) error {
	if namespace == "" {
		return fmt.Errorf("--namespace is missing")
	}
	config, err := ctrl.GetConfig()
	if err != nil {
		return err
	}
	if err := checkLoopback(config.Host); err != nil {
		return err
	}
	scheme := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(esv1.AddToScheme(scheme))
	utilruntime.Must(genv1alpha1.AddToScheme(scheme))
	manager, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:  scheme,
		Metrics: server.Options{BindAddress: "0"},
		Cache:   cache.Options{DefaultNamespaces: map[string]cache.Config{namespace: {}}},
		Client: client.Options{
			Cache: &client.CacheOptions{DisableFor: []client.Object{&v1.Secret{}, &v1.ConfigMap{}}},
		},
	})
	if err != nil {
		return err
	}
	if err := addControllers(manager, namespace); err != nil {
		return err
	}
	return manager.Start(ctrl.SetupSignalHandler())
}

func addControllers(manager ctrl.Manager, namespace string) error {
	metrics.SetUpLabelNames(false)
	esmetrics.SetUpMetrics()
	ssmetrics.SetUpMetrics()
	cssmetrics.SetUpMetrics()
	secrets, err := common.BuildManagedSecretClient(manager, namespace)
	if err != nil {
		return err
	}
	stores := &secretstore.StoreReconciler{
		Client:          manager.GetClient(),
		Log:             ctrl.Log.WithName("SecretStore"),
		Scheme:          manager.GetScheme(),
		ControllerClass: class,
		RequeueInterval: storeRequeue,
	}
	clusterStores := &secretstore.ClusterStoreReconciler{
		Client:          manager.GetClient(),
		Log:             ctrl.Log.WithName("ClusterSecretStore"),
		Scheme:          manager.GetScheme(),
		ControllerClass: class,
		RequeueInterval: storeRequeue,
	}
	externalSecrets := &externalsecret.Reconciler{
		Client:                    manager.GetClient(),
		SecretClient:              secrets,
		Log:                       ctrl.Log.WithName("ExternalSecret"),
		Scheme:                    manager.GetScheme(),
		RestConfig:                manager.GetConfig(),
		ControllerClass:           class,
		RequeueInterval:           requeue,
		ClusterSecretStoreEnabled: true,
		EnableFloodGate:           true,
	}
	for _, reconciler := range []interface {
		SetupWithManager(ctrl.Manager, controller.Options) error
	}{stores, clusterStores, externalSecrets} {
		limited := controller.Options{RateLimiter: common.BuildRateLimiter()}
		if err := reconciler.SetupWithManager(manager, limited); err != nil {
			return err
		}
	}
	return nil
}

func checkLoopback(host string) error {
	address, err := url.Parse(host)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(address.Hostname()); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("the API server is %s, and this program is for one on 127.0.0.1 alone", host)
	}
	return nil
}
