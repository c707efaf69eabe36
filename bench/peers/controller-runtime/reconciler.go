package main

import (
	"cmp"
	"context"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	toolscache "k8s.io/client-go/tools/cache"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/source"
)

// A Job that changes faster than this many reads in a row goes back to the queue.
const maxAttempts = 4

// reconciler releases waiting Jobs: when the signal is green, or their deadline has come.
type reconciler struct {
	client  client.Client // reads from the cache
	reader  client.Reader // reads from the API server
	signal  *signal
	tally   *tally
	indexer toolscache.Indexer
	events  chan event.TypedGenericEvent[*batchv1.Job]
	leads   <-chan struct{} // closed when it does
}

func (r *reconciler) setup(ctx context.Context, mgr ctrl.Manager, workers int) error {
	informer, err := mgr.GetCache().GetInformer(ctx, &batchv1.Job{})
	if err != nil {
		return err
	}
	if err := informer.AddIndexers(indexers); err != nil {
		return err
	}
	r.indexer = informer.(toolscache.SharedIndexInformer).GetIndexer()
	r.events = make(chan event.TypedGenericEvent[*batchv1.Job])
	r.leads = mgr.Elected()
	r.signal.onGreen = r.wakeAll
	waiting := predicate.NewPredicateFuncs(func(object client.Object) bool {
		return object.GetLabels()[stateKey] == stateWaiting
	})
	return ctrl.NewControllerManagedBy(mgr).
		Named("jobs").
		For(&batchv1.Job{}, builder.WithPredicates(waiting)).
		WatchesRawSource(source.Channel(r.events, &handler.TypedEnqueueRequestForObject[*batchv1.Job]{})).
		WithOptions(controller.Options{MaxConcurrentReconciles: workers}).
		Complete(r)
}

// wakeAll queues every waiting Job, the earliest deadline first.
func (r *reconciler) wakeAll(ctx context.Context) {
	select {
	case <-r.leads:
	default:
		return // whoever begins to lead looks at every Job anyway, and before that nobody takes events
	}
	objects, err := r.indexer.ByIndex(stateIndex, stateWaiting)
	if err != nil {
		return // there is no such index: setup made it
	}
	slices.SortFunc(objects, func(a, b any) int {
		// RFC 3339 in UTC sorts as text.
		return cmp.Compare(a.(*batchv1.Job).Annotations[deadlineKey], b.(*batchv1.Job).Annotations[deadlineKey])
	})
	r.tally.expect(len(objects))
	for _, object := range objects {
		job := object.(*batchv1.Job)
		// The name is all that the handler reads; the object itself is the cache's.
		name := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: job.Namespace, Name: job.Name}}
		select {
		case r.events <- event.TypedGenericEvent[*batchv1.Job]{Object: name}:
		case <-ctx.Done():
			return
		}
	}
}

func (r *reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	job := &batchv1.Job{}
	err := r.client.Get(ctx, req.NamespacedName, job)
	for range maxAttempts {
		if err != nil {
			return ctrl.Result{}, client.IgnoreNotFound(err)
		}
		if job.Labels[stateKey] != stateWaiting || !suspended(job) || !ours(job) {
			return ctrl.Result{}, nil
		}
		now := time.Now()
		d := decide(job, r.signal.green(), now)
		if !d.release {
			return ctrl.Result{RequeueAfter: d.deadline.Sub(now)}, nil
		}
		err = r.release(ctx, job, d, now)
		if err == nil {
			r.tally.released()
			return ctrl.Result{}, nil
		}
		// A test of the patch that does not hold is a 422: the cache is behind. Read the Job and decide anew.
		if !apierrors.IsConflict(err) && !apierrors.IsInvalid(err) {
			return ctrl.Result{}, client.IgnoreNotFound(err)
		}
		job = &batchv1.Job{}
		if readErr := r.reader.Get(ctx, req.NamespacedName, job); readErr != nil {
			return ctrl.Result{}, client.IgnoreNotFound(readErr)
		}
		err = nil
	}
	return ctrl.Result{}, apierrors.NewConflict(batchv1.Resource("jobs"), req.Name, errKeptChanging)
}

func (r *reconciler) release(ctx context.Context, job *batchv1.Job, d decision, now time.Time) error {
	data, err := releasePatch(job, d, now)
	if err != nil {
		return err
	}
	target := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: job.Namespace, Name: job.Name}}
	return r.client.Patch(ctx, target, client.RawPatch(types.JSONPatchType, data), client.FieldOwner(fieldOwner))
}
