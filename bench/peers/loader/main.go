// Command loader makes Jobs, and tells how fast somebody else starts them: the same hands for every
// peer, so that none is measured by its own clock. It prints one line of JSON. See ../README.md.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

const help = `Usage: loader create [flags]
       loader measure [flags] -- COMMAND...
create:  makes --count Jobs from --template, over --connections requests at a time.
measure: watches Jobs, runs COMMAND, and counts until --count of those that were suspended no longer are.
`

// pairs collects --label a=b --label c=d.
type pairs map[string]string

func (p pairs) String() string { return "" }
func (p pairs) Set(text string) error {
	key, value, found := strings.Cut(text, "=")
	if !found {
		return errors.New("write key=value")
	}
	p[key] = value
	return nil
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 || (args[0] != "create" && args[0] != "measure") {
		return errors.New(help)
	}
	verb := args[0]
	flags := flag.NewFlagSet("loader "+verb, flag.ContinueOnError)
	kubeconfig := flags.String("kubeconfig", os.Getenv("KUBECONFIG"), "of the API server")
	namespace := flags.String("namespace", "default", "where the Jobs are")
	count := flags.Int("count", 1000, "how many Jobs")
	timeout := flags.Duration("timeout", 0, "give up after this long; 0: never")
	c := creator{labels: pairs{}, annotations: pairs{}}
	m := meter{}
	if verb == "create" {
		flags.StringVar(&c.template, "template", "", "a Job or an AdmissionReview of one, as JSON")
		flags.StringVar(&c.prefix, "prefix", "bench", "begin of the Jobs' names")
		flags.BoolVar(&c.suspend, "suspend", false, "make them suspended")
		flags.IntVar(&c.connections, "connections", 32, "requests at a time")
		flags.Var(c.labels, "label", "key=value, in addition to the template's; may be repeated")
		flags.Var(c.annotations, "annotation", "the same for annotations")
	} else {
		flags.StringVar(&m.selector, "selector", "", "labels of the Jobs that count")
		flags.IntVar(&m.pid, "pid", 0, "of the process whose CPU time and memory are told")
	}
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if *timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, *timeout)
		defer cancel()
	}
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return err
	}
	config.QPS = -1 // no limit
	config.ContentType = "application/vnd.kubernetes.protobuf"
	clients, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	jobs := clients.BatchV1().Jobs(*namespace)
	var result any
	if verb == "create" {
		result, err = c.create(ctx, jobs, *count)
	} else {
		result, err = m.measure(ctx, jobs, *count, flags.Args())
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}
