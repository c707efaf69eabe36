package main

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
)

// operation is one step of a JSON Patch (RFC 6902).
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"`
}

var pointerToken = strings.NewReplacer("~", "~0", "/", "~1")

// releasePatch unsuspends, directs and marks the Job in one, and holds only for the very version that
// was decided on. It is written by hand, not as a diff: a Job from the stripped cache is not whole.
func releasePatch(job *batchv1.Job, d decision, now time.Time) ([]byte, error) {
	template := job.Spec.Template.DeepCopy() // what the cache holds is never written to
	place(template, d)

	ops := []operation{
		{"test", "/metadata/uid", job.UID},
		{"test", "/metadata/resourceVersion", job.ResourceVersion},
	}
	before := &job.Spec.Template
	if len(before.Annotations) != len(template.Annotations) {
		ops = setEntries(ops, "/spec/template/metadata/annotations", before.Annotations == nil,
			map[string]string{doNotDisruptKey: template.Annotations[doNotDisruptKey]})
	}
	if len(before.Spec.Tolerations) != len(template.Spec.Tolerations) {
		ops = append(ops, operation{"add", "/spec/template/spec/tolerations", template.Spec.Tolerations})
	}
	if !reflect.DeepEqual(before.Spec.Affinity, template.Spec.Affinity) {
		ops = append(ops, operation{"add", "/spec/template/spec/affinity", template.Spec.Affinity})
	}
	ops = setEntries(ops, "/metadata/labels", job.Labels == nil, map[string]string{stateKey: stateReleased})
	ops = setEntries(ops, "/metadata/annotations", job.Annotations == nil, marks(job, d, now))
	ops = append(ops, operation{"add", "/spec/suspend", false})
	return json.Marshal(ops)
}

// setEntries adds entries to the map at base, or the map itself where there is none.
func setEntries(ops []operation, base string, missing bool, entries map[string]string) []operation {
	if missing {
		return append(ops, operation{"add", base, entries})
	}
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		ops = append(ops, operation{"add", base + "/" + pointerToken.Replace(key), entries[key]})
	}
	return ops
}
