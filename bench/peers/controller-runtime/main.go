// Command controller-runtime-peer does the work of karbonetes-controller the way a Go programmer
// would write it: with controller-runtime, typed objects and its informer cache. It is the yardstick
// of bench/, see ../README.md, and is no product.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/go-logr/logr"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/runtime"
	toolscache "k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

var errKeptChanging = errors.New("the Job kept changing while it was being patched")

type options struct {
	mode, kubeconfig, cache, greenFile, certDir, host string
	webhookPort, workers                              int
	qps                                               float64
	leaderElect                                       bool
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("controller-runtime-peer", flag.ContinueOnError)
	flags.StringVar(&o.mode, "mode", "both", "webhook, controller or both")
	flags.StringVar(&o.kubeconfig, "kubeconfig", os.Getenv("KUBECONFIG"), "not needed by --mode=webhook")
	flags.StringVar(&o.cache, "cache", "default", "default: whole Jobs; stripped: what a release needs")
	flags.StringVar(&o.greenFile, "green-file", "", `a file or URL that says "true" or "false"; read every 100 ms`)
	flags.StringVar(&o.certDir, "cert-dir", "", "holds tls.crt and tls.key of the webhook")
	flags.StringVar(&o.host, "webhook-host", "127.0.0.1", "address of the webhook")
	flags.IntVar(&o.webhookPort, "webhook-port", 9443, "port of the webhook")
	flags.IntVar(&o.workers, "max-concurrent-reconciles", 8, "workers of the controller")
	flags.Float64Var(&o.qps, "qps", 100000, "limit of the client, with twice as much burst; far above any server, so that it handicaps nothing")
	flags.BoolVar(&o.leaderElect, "leader-elect", false, "lead by a Lease in kube-system")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.mode != "webhook" && o.mode != "controller" && o.mode != "both" {
		return o, fmt.Errorf("--mode=%s: write webhook, controller or both", o.mode)
	}
	if o.cache != "default" && o.cache != "stripped" {
		return o, fmt.Errorf("--cache=%s: write default or stripped", o.cache)
	}
	if o.mode != "controller" && o.certDir == "" {
		return o, errors.New("--cert-dir is missing: where are tls.crt and tls.key of the webhook?")
	}
	return o, nil
}

func main() {
	o, err := parse(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err == nil {
		logger := logr.FromSlogHandler(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
		ctrl.SetLogger(logger)
		klog.SetLogger(logger)
		err = run(ctrl.SetupSignalHandler(), o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	scheme := runtime.NewScheme()
	if err := batchv1.AddToScheme(scheme); err != nil {
		return err
	}
	sig := &signal{source: o.greenFile}
	hooks := webhookServer(o, scheme, sig)
	if o.mode == "webhook" {
		// Such a server needs no API server, and so no manager.
		go sig.Start(ctx)
		return hooks.Start(ctx)
	}
	began := time.Now()
	mgr, err := newManager(o, scheme)
	if err != nil {
		return err
	}
	r := &reconciler{client: mgr.GetClient(), reader: mgr.GetAPIReader(), signal: sig, tally: &tally{}}
	if err := r.setup(ctx, mgr, o.workers); err != nil {
		return err
	}
	runnables := []manager.Runnable{sig, announceSync(mgr, r.indexer, began)}
	if o.mode == "both" {
		runnables = append(runnables, hooks)
	}
	for _, runnable := range runnables {
		if err := mgr.Add(runnable); err != nil {
			return err
		}
	}
	return mgr.Start(ctx)
}

func webhookServer(o options, scheme *runtime.Scheme, sig *signal) webhook.Server {
	hooks := webhook.NewServer(webhook.Options{Host: o.host, Port: o.webhookPort, CertDir: o.certDir})
	hooks.Register(mutatePath, &webhook.Admission{
		Handler: &admitter{decoder: admission.NewDecoder(scheme), signal: sig},
	})
	return hooks
}

func newManager(o options, scheme *runtime.Scheme) (ctrl.Manager, error) {
	config, err := clientcmd.BuildConfigFromFlags("", o.kubeconfig)
	if err != nil {
		return nil, err
	}
	config.QPS, config.Burst = float32(o.qps), int(2*o.qps)
	jobs := cache.ByObject{}
	if o.cache == "stripped" {
		jobs.Transform = stripJob
		jobs.UnsafeDisableDeepCopy = ptr.To(true) // the reconciler only reads what it gets
	}
	return ctrl.NewManager(config, ctrl.Options{
		Scheme:                  scheme,
		Cache:                   cache.Options{ByObject: map[client.Object]cache.ByObject{&batchv1.Job{}: jobs}},
		Metrics:                 server.Options{BindAddress: "0"},
		LeaderElection:          o.leaderElect,
		LeaderElectionID:        "controller-runtime-peer",
		LeaderElectionNamespace: "kube-system",
	})
}

func announceSync(mgr ctrl.Manager, store toolscache.Store, began time.Time) manager.Runnable {
	return manager.RunnableFunc(func(ctx context.Context) error {
		if mgr.GetCache().WaitForCacheSync(ctx) {
			fmt.Fprintf(os.Stderr, "synced %d in %.3f s\n", len(store.ListKeys()), time.Since(began).Seconds())
		}
		return nil
	})
}
