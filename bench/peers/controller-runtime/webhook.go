package main

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

// admitter decides on a Job at CREATE: held, placed on the green pool, or left alone.
type admitter struct {
	decoder admission.Decoder
	signal  *signal
}

func (a *admitter) Handle(_ context.Context, req admission.Request) admission.Response {
	job := &batchv1.Job{}
	if err := a.decoder.Decode(req, job); err != nil {
		return admission.Errored(http.StatusBadRequest, err)
	}
	if !admit(job, a.signal.green(), time.Now()) {
		return admission.Allowed("")
	}
	modified, err := json.Marshal(job)
	if err != nil {
		return admission.Errored(http.StatusInternalServerError, err)
	}
	return admission.PatchResponseFromRaw(req.Object.Raw, modified)
}

// admit writes the decision into the Job, and reports whether it changed anything.
func admit(job *batchv1.Job, green bool, now time.Time) bool {
	if !optedIn(job) || !ours(job) {
		return false
	}
	if job.Labels == nil {
		job.Labels = map[string]string{}
	}
	if job.Annotations == nil {
		job.Annotations = map[string]string{}
	}
	if suspended(job) {
		if job.Labels[stateKey] == stateWaiting {
			return false // held in this very request, before a later webhook changed the Job
		}
		job.Labels[stateKey] = stateUserSuspended
		job.Annotations[decisionKey] = "suspended by its author: it will not be started"
		return true
	}
	d := decide(job, green, now)
	for key, value := range marks(job, d, now) {
		job.Annotations[key] = value
	}
	if d.release {
		job.Labels[stateKey] = stateReleased
		place(&job.Spec.Template, d)
		return true
	}
	job.Labels[stateKey] = stateWaiting
	job.Spec.Suspend = ptr.To(true)
	return true
}
