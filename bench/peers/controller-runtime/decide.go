package main

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
)

// The built-in policy of the controller beside which this program is measured.
const (
	defaultMaxDelay = 8 * time.Hour
	hardMaxDelay    = 30 * 24 * time.Hour
)

// decision says whether a Job starts, where, and why; the peer of plan::decide under FirstGreen.
type decision struct {
	release  bool
	green    bool // placed on the green pool
	strict   bool
	reason   string
	text     string
	deadline time.Time
}

func decide(job *batchv1.Job, green bool, now time.Time) decision {
	d := decision{
		green:    green,
		strict:   green && job.Annotations[strictKey] == "true",
		deadline: deadlineOf(job, now),
	}
	until := d.deadline.UTC().Format(time.RFC3339)
	switch {
	case job.Annotations[runNowKey] == "true":
		d.release, d.reason = true, "run-now"
		d.text = "released to the " + pool(d) + ": its author asked to run it now"
	case green:
		d.release, d.reason = true, "green"
		d.text = "released to the " + pool(d) + ": green now (source file)"
	case !now.Before(d.deadline):
		d.release, d.reason = true, "fallback"
		d.text = "released to the " + pool(d) + ": its deadline " + until + " has come; not green now (source file)"
	default:
		d.text = "waiting for green electricity: not green now (source file); no green window known; " +
			"released at " + until + " at the latest"
	}
	return d
}

func pool(d decision) string {
	switch {
	case d.strict:
		return "green pool only"
	case d.green:
		return "green pool"
	}
	return "fallback pool"
}

// deadlineOf reads the deadline written at admission; a Job without one counts from its creation.
func deadlineOf(job *batchv1.Job, now time.Time) time.Time {
	if job.Labels[stateKey] == stateWaiting {
		if t, err := time.Parse(time.RFC3339, job.Annotations[deadlineKey]); err == nil {
			return t
		}
	}
	from := job.CreationTimestamp.Time
	if from.IsZero() {
		from = now
	}
	delay, err := parseDuration(job.Annotations[maxDelayKey])
	if err != nil {
		delay = defaultMaxDelay
	}
	return from.Add(min(delay, hardMaxDelay))
}

// parseDuration reads what time.ParseDuration does, with days before it: "1d12h".
func parseDuration(text string) (time.Duration, error) {
	var days time.Duration
	if number, rest, found := strings.Cut(text, "d"); found {
		n, err := strconv.ParseUint(number, 10, 12)
		if err != nil {
			return 0, err
		}
		days, text = time.Duration(n)*24*time.Hour, rest
		if text == "" {
			return days, nil
		}
	}
	d, err := time.ParseDuration(text)
	if err == nil && d < 0 {
		err = errors.New("a negative duration")
	}
	return days + d, err
}

// planNote is what a decision rested on, for the annotation of that name.
func planNote(job *batchv1.Job) string {
	note, _ := json.Marshal(struct {
		Duration string `json:"duration,omitempty"`
		Policy   string `json:"policy"`
		Source   string `json:"source"`
	}{job.Annotations[expectedDurationKey], "built-in", "file"})
	return string(note)
}

// marks are the annotations that a decision leaves on its Job.
func marks(job *batchv1.Job, d decision, now time.Time) map[string]string {
	at := now.UTC().Format(time.RFC3339)
	if d.release {
		return map[string]string{
			releaseReasonKey: d.reason,
			releasedAtKey:    at,
			decisionKey:      d.text,
			planKey:          planNote(job),
		}
	}
	return map[string]string{
		deadlineKey:     d.deadline.UTC().Format(time.RFC3339),
		waitingSinceKey: at,
		decisionKey:     d.text,
		planKey:         planNote(job),
	}
}

func optedIn(job *batchv1.Job) bool {
	return job.Annotations[enabledKey] == "true" || job.Labels[enabledKey] == "true"
}

// ours is false for Jobs whose suspend field another controller writes.
func ours(job *batchv1.Job) bool {
	foreign := job.Spec.ManagedBy != nil && *job.Spec.ManagedBy != batchv1.JobControllerName
	return !foreign && job.Labels[kueueQueueKey] == ""
}

func suspended(job *batchv1.Job) bool { return job.Spec.Suspend != nil && *job.Spec.Suspend }
