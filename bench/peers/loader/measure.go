package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	batchclient "k8s.io/client-go/kubernetes/typed/batch/v1"
)

type meter struct {
	selector string
	pid      int
}

type measured struct {
	Jobs      int     `json:"jobs"`
	Seconds   float64 `json:"seconds"` // from the command's start to the last Job's release
	PerSecond float64 `json:"perSecond"`
	First     float64 `json:"firstAfterSeconds"`
	// Between the first release and the last: without the command, and what the peer does before.
	Steady float64 `json:"perSecondFromFirst,omitempty"`
	// Of the process: while it released, and its peak since its start.
	CPUPerJob  float64 `json:"cpuMillisecondsPerJob,omitempty"`
	RSSBefore  int64   `json:"rssBeforeKiB,omitempty"`
	RSSPeak    int64   `json:"rssPeakKiB,omitempty"`
	CPUSeconds float64 `json:"cpuSeconds,omitempty"`
}

func (m meter) measure(ctx context.Context, jobs batchclient.JobInterface, count int, command []string) (measured, error) {
	if len(command) == 0 {
		return measured{}, errors.New("write -- and the command that lets the Jobs go")
	}
	// The watch begins where a list of one ended, so that no change is missed and none of the Jobs is sent twice.
	list, err := jobs.List(ctx, metav1.ListOptions{LabelSelector: m.selector, Limit: 1})
	if err != nil {
		return measured{}, err
	}
	changes, err := jobs.Watch(ctx, metav1.ListOptions{LabelSelector: m.selector, ResourceVersion: list.ResourceVersion})
	if err != nil {
		return measured{}, err
	}
	defer changes.Stop()
	before, err := usageOf(m.pid)
	if err != nil {
		return measured{}, err
	}

	began := time.Now()
	run := exec.CommandContext(ctx, command[0], command[1:]...)
	run.Stdout, run.Stderr = os.Stderr, os.Stderr
	if err := run.Start(); err != nil {
		return measured{}, err
	}
	defer run.Wait()
	first, err := countStarted(ctx, changes, count, began)
	if err != nil {
		return measured{}, err
	}
	seconds := time.Since(began).Seconds()
	after, err := usageOf(m.pid)
	if err != nil {
		return measured{}, err
	}
	out := measured{Jobs: count, Seconds: seconds, PerSecond: float64(count) / seconds, First: first.Seconds()}
	if count > 1 {
		out.Steady = float64(count-1) / (seconds - out.First)
	}
	if m.pid > 0 {
		out.CPUSeconds = (after.cpu - before.cpu).Seconds()
		out.CPUPerJob = out.CPUSeconds * 1000 / float64(count)
		// The kernel counts both with a slack of its own.
		out.RSSBefore, out.RSSPeak = before.rss, max(after.peak, before.rss)
	}
	return out, nil
}

func countStarted(ctx context.Context, changes watch.Interface, count int, began time.Time) (time.Duration, error) {
	var first time.Duration
	started := map[types.UID]bool{}
	for len(started) < count {
		select {
		case <-ctx.Done():
			return 0, fmt.Errorf("%d of %d Jobs were let go: %w", len(started), count, context.Cause(ctx))
		case change, open := <-changes.ResultChan():
			if !open {
				return 0, fmt.Errorf("the watch ended when %d of %d Jobs were let go", len(started), count)
			}
			job, ok := change.Object.(*batchv1.Job)
			if !ok || job.Spec.Suspend == nil || *job.Spec.Suspend {
				continue
			}
			if len(started) == 0 {
				first = time.Since(began)
			}
			started[job.UID] = true
		}
	}
	return first, nil
}

type usage struct {
	cpu       time.Duration
	rss, peak int64 // KiB
}

// usageOf reads /proc: user and system time, VmRSS and VmHWM.
func usageOf(pid int) (usage, error) {
	var u usage
	if pid == 0 {
		return u, nil
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return u, err
	}
	// The second field is the program's name in parentheses, and may hold anything.
	_, rest, _ := strings.Cut(string(stat[strings.LastIndexByte(string(stat), ')'):]), " ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return u, fmt.Errorf("/proc/%d/stat is cut short", pid)
	}
	var user, system int64
	if _, err := fmt.Sscan(fields[11]+" "+fields[12], &user, &system); err != nil {
		return u, err
	}
	const tick = 10 * time.Millisecond // USER_HZ is 100 on every Linux that Go runs on
	u.cpu = time.Duration(user+system) * tick
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return u, err
	}
	for line := range strings.Lines(string(status)) {
		fmt.Sscanf(line, "VmRSS: %d kB", &u.rss)
		fmt.Sscanf(line, "VmHWM: %d kB", &u.peak)
	}
	return u, nil
}
