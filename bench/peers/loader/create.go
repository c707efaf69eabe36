package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"sync"
	"sync/atomic"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	batchclient "k8s.io/client-go/kubernetes/typed/batch/v1"
)

type creator struct {
	template, prefix    string
	suspend             bool
	connections         int
	labels, annotations pairs
}

type created struct {
	Created   int     `json:"created"`
	Seconds   float64 `json:"seconds"`
	PerSecond float64 `json:"perSecond"`
}

func (c creator) create(ctx context.Context, jobs batchclient.JobInterface, count int) (created, error) {
	template, err := c.read()
	if err != nil {
		return created{}, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var group sync.WaitGroup
	began := time.Now()
	for range c.connections {
		group.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= count {
					return
				}
				job := template.DeepCopy()
				job.Name = fmt.Sprintf("%s-%06d", c.prefix, i)
				if _, err := jobs.Create(ctx, job, metav1.CreateOptions{}); err != nil {
					cancel(err)
				}
			}
		})
	}
	group.Wait()
	if ctx.Err() != nil {
		return created{}, context.Cause(ctx)
	}
	seconds := time.Since(began).Seconds()
	return created{count, seconds, float64(count) / seconds}, nil
}

// read returns the Job as its author wrote it: nothing that a server has put in.
func (c creator) read() (*batchv1.Job, error) {
	data, err := os.ReadFile(c.template)
	if err != nil {
		return nil, err
	}
	var review struct {
		Kind    string
		Request struct{ Object json.RawMessage }
	}
	if err := json.Unmarshal(data, &review); err != nil {
		return nil, err
	}
	if review.Kind == "AdmissionReview" {
		data = review.Request.Object
	}
	from := &batchv1.Job{}
	if err := json.Unmarshal(data, from); err != nil {
		return nil, err
	}
	if from.Kind != "Job" {
		return nil, errors.New(c.template + " holds no Job")
	}
	job := &batchv1.Job{Spec: from.Spec}
	job.Labels, job.Annotations = merged(from.Labels, c.labels), merged(from.Annotations, c.annotations)
	job.Spec.Suspend = &c.suspend
	job.Spec.Template.Spec.Priority = nil // an admission plugin's
	return job, nil
}

func merged(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, b)
	return all
}
