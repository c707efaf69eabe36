package main

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"
)

func waitingJob(now time.Time) *batchv1.Job {
	job := &batchv1.Job{}
	job.Name, job.UID, job.ResourceVersion = "train", "u-1", "7"
	job.Labels = map[string]string{"team": "data", stateKey: stateWaiting}
	job.Annotations = map[string]string{"note": "x", deadlineKey: now.Add(time.Hour).UTC().Format(time.RFC3339)}
	job.Spec.Suspend = ptr.To(true)
	job.Spec.Template.Labels = map[string]string{"app": "trainer"}
	spec := &job.Spec.Template.Spec
	spec.Containers = []corev1.Container{{Name: "main", Image: "trainer:1"}}
	spec.Tolerations = []corev1.Toleration{{Key: "dedicated", Operator: corev1.TolerationOpExists}}
	return job
}

func TestWholeAndStrippedJobsAreReleasedByTheSamePatch(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	job := waitingJob(now)
	stripped, err := stripJob(job)
	if err != nil {
		t.Fatal(err)
	}
	whole := patchOf(t, job, true, now)
	if slim := patchOf(t, stripped.(*batchv1.Job), true, now); slim != whole {
		t.Errorf("stripped:\n%s\nwhole:\n%s", slim, whole)
	}
	if len(job.Spec.Template.Spec.Tolerations) != 1 || job.Spec.Template.Annotations != nil {
		t.Error("the cached Job was written to")
	}
}

func TestReleaseHoldsOnlyForTheVersionDecidedOn(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	var ops []operation
	if err := json.Unmarshal([]byte(patchOf(t, waitingJob(now), true, now)), &ops); err != nil {
		t.Fatal(err)
	}
	want := []operation{{"test", "/metadata/uid", "u-1"}, {"test", "/metadata/resourceVersion", "7"}}
	if !slices.Equal(ops[:2], want) {
		t.Errorf("the patch begins with %v", ops[:2])
	}
	if last := ops[len(ops)-1]; last != (operation{"add", "/spec/suspend", false}) {
		t.Errorf("the patch ends with %v", last)
	}
}

func TestADeadlineReleasesToAnyPool(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	job := waitingJob(now)
	if decide(job, false, now).release {
		t.Error("released before its deadline")
	}
	d := decide(job, false, now.Add(time.Hour))
	if !d.release || d.green || d.reason != "fallback" {
		t.Errorf("at the deadline: %+v", d)
	}
	place(&job.Spec.Template, d)
	if job.Spec.Template.Spec.Affinity != nil || job.Spec.Template.Annotations[doNotDisruptKey] != "true" {
		t.Error("the fallback has no pool of its own")
	}
}

func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{"8h": 8 * time.Hour, "1d12h": 36 * time.Hour, "2d": 48 * time.Hour} {
		if got, err := parseDuration(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "-1h", "d", "soon"} {
		if _, err := parseDuration(text); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}

func patchOf(t *testing.T, job *batchv1.Job, green bool, now time.Time) string {
	t.Helper()
	data, err := releasePatch(job, decide(job, green, now), now)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
