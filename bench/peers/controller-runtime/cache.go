package main

import (
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/cache"
)

// stripJob is the transform of --cache=stripped: of each Job it keeps identity, our own labels and
// annotations, suspend, and the few fields of the pod template that placement reads. Without those a
// release would have to read the Job first, one call more for each.
func stripJob(object any) (any, error) {
	job, ok := object.(*batchv1.Job)
	if !ok {
		return object, nil // a tombstone
	}
	template := job.Spec.Template
	return &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{
			Name:              job.Name,
			Namespace:         job.Namespace,
			UID:               job.UID,
			ResourceVersion:   job.ResourceVersion,
			CreationTimestamp: job.CreationTimestamp,
			Labels:            keepOurs(job.Labels),
			Annotations:       keepOurs(job.Annotations),
		},
		Spec: batchv1.JobSpec{
			Suspend:   job.Spec.Suspend,
			ManagedBy: job.Spec.ManagedBy,
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Annotations: template.Annotations},
				Spec: corev1.PodSpec{
					Affinity:     template.Spec.Affinity,
					Tolerations:  template.Spec.Tolerations,
					NodeSelector: template.Spec.NodeSelector,
				},
			},
		},
	}, nil
}

// keepOurs leaves a map that was there a map: patches ask whether there is one.
func keepOurs(all map[string]string) map[string]string {
	if all == nil {
		return nil
	}
	kept := map[string]string{}
	for key, value := range all {
		if strings.HasPrefix(key, prefix) || key == kueueQueueKey {
			kept[key] = value
		}
	}
	return kept
}

// An index of the informer, so that a turn to green finds the waiting Jobs without a look at the
// others, and without the copies that a List makes.
const stateIndex = "carbon-aware.io/state"

var indexers = cache.Indexers{stateIndex: func(object any) ([]string, error) {
	if job, ok := object.(*batchv1.Job); ok && job.Labels[stateKey] != "" {
		return []string{job.Labels[stateKey]}, nil
	}
	return nil, nil
}}
