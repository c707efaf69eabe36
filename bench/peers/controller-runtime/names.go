package main

// What is read and written on a Job: the names of api/v1alpha1/names.hpp.
const (
	prefix = "carbon-aware.io/"

	enabledKey          = prefix + "enabled"
	maxDelayKey         = prefix + "max-delay"
	strictKey           = prefix + "strict"
	expectedDurationKey = prefix + "expected-duration"
	runNowKey           = prefix + "run-now"

	stateKey         = prefix + "state"
	deadlineKey      = prefix + "deadline"
	waitingSinceKey  = prefix + "waiting-since"
	decisionKey      = prefix + "decision"
	planKey          = prefix + "plan"
	releaseReasonKey = prefix + "release-reason"
	releasedAtKey    = prefix + "released-at"

	stateWaiting       = "waiting"
	stateReleased      = "released"
	stateUserSuspended = "user-suspended"

	greenTaintKey   = prefix + "green"
	greenNodePool   = "green-batch"
	nodePoolKey     = "karpenter.sh/nodepool"
	doNotDisruptKey = "karpenter.sh/do-not-disrupt"
	kueueQueueKey   = "kueue.x-k8s.io/queue-name"

	mutatePath = "/mutate-batch-v1-job"
	fieldOwner = "controller-runtime-peer"
)
