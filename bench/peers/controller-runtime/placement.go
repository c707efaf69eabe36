package main

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
)

const preferredWeight = 100

// place directs a pod template in place, AND-ed with what its author wrote: the peer of
// placement::append_placement. Webhook and reconciler share it.
func place(template *corev1.PodTemplateSpec, d decision) {
	if _, has := template.Annotations[doNotDisruptKey]; !has {
		if template.Annotations == nil {
			template.Annotations = map[string]string{}
		}
		template.Annotations[doNotDisruptKey] = "true"
	}
	spec := &template.Spec
	if !d.green || pinsNodePool(spec) {
		return // any pool will do: the built-in policy names no fallback pool
	}
	if !slices.ContainsFunc(spec.Tolerations, toleratesGreen) {
		spec.Tolerations = append(slices.Clip(spec.Tolerations),
			corev1.Toleration{Key: greenTaintKey, Operator: corev1.TolerationOpExists})
	}
	terms := cross(pools(d), requiredTerms(spec))
	if len(terms) == 0 {
		return // the author's terms match no node at all: theirs to mend
	}
	if spec.Affinity == nil {
		spec.Affinity = &corev1.Affinity{}
	}
	if spec.Affinity.NodeAffinity == nil {
		spec.Affinity.NodeAffinity = &corev1.NodeAffinity{}
	}
	node := spec.Affinity.NodeAffinity
	node.RequiredDuringSchedulingIgnoredDuringExecution = &corev1.NodeSelector{NodeSelectorTerms: terms}
	if !d.strict {
		node.PreferredDuringSchedulingIgnoredDuringExecution = append(
			slices.Clip(node.PreferredDuringSchedulingIgnoredDuringExecution),
			corev1.PreferredSchedulingTerm{
				Weight: preferredWeight,
				Preference: corev1.NodeSelectorTerm{
					MatchExpressions: []corev1.NodeSelectorRequirement{poolIs(corev1.NodeSelectorOpIn)},
				},
			})
	}
}

func poolIs(operator corev1.NodeSelectorOperator) corev1.NodeSelectorRequirement {
	return corev1.NodeSelectorRequirement{Key: nodePoolKey, Operator: operator, Values: []string{greenNodePool}}
}

// pools in the order in which Karpenter is to try them.
func pools(d decision) []corev1.NodeSelectorRequirement {
	if d.strict {
		return []corev1.NodeSelectorRequirement{poolIs(corev1.NodeSelectorOpIn)}
	}
	return []corev1.NodeSelectorRequirement{poolIs(corev1.NodeSelectorOpIn), poolIs(corev1.NodeSelectorOpNotIn)}
}

func requiredTerms(spec *corev1.PodSpec) []corev1.NodeSelectorTerm {
	if spec.Affinity == nil || spec.Affinity.NodeAffinity == nil {
		return nil
	}
	required := spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution
	if required == nil {
		return nil
	}
	return required.NodeSelectorTerms
}

// cross ANDs each pool with each of the author's terms, pools outermost.
func cross(pools []corev1.NodeSelectorRequirement, users []corev1.NodeSelectorTerm) []corev1.NodeSelectorTerm {
	var terms []corev1.NodeSelectorTerm
	for _, pool := range pools {
		if len(users) == 0 {
			terms = append(terms, corev1.NodeSelectorTerm{MatchExpressions: []corev1.NodeSelectorRequirement{pool}})
		}
		for _, term := range users {
			// A term without any expression matches no node; adding ours would make it match.
			if len(term.MatchExpressions) == 0 && len(term.MatchFields) == 0 {
				continue
			}
			term.MatchExpressions = append(slices.Clip(term.MatchExpressions), pool)
			terms = append(terms, term)
		}
	}
	return terms
}

func pinsNodePool(spec *corev1.PodSpec) bool {
	if _, pinned := spec.NodeSelector[nodePoolKey]; pinned {
		return true
	}
	return slices.ContainsFunc(requiredTerms(spec), func(term corev1.NodeSelectorTerm) bool {
		return slices.ContainsFunc(term.MatchExpressions, func(e corev1.NodeSelectorRequirement) bool {
			return e.Key == nodePoolKey
		})
	})
}

func toleratesGreen(t corev1.Toleration) bool {
	return t.Operator == corev1.TolerationOpExists && t.Effect == "" && (t.Key == "" || t.Key == greenTaintKey)
}
