package main

import (
	"fmt"
	"os"
	"sync"
	"time"
)

// tally says once how long it took to release all Jobs that waited when it turned green.
type tally struct {
	mu    sync.Mutex
	began time.Time
	want  int
	done  int
}

func (t *tally) expect(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.began, t.want, t.done = time.Now(), n, 0
}

func (t *tally) released() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done++
	if t.done == t.want {
		took := time.Since(t.began).Seconds()
		fmt.Fprintf(os.Stderr, "released %d in %.3f s, %.1f/s\n", t.done, took, float64(t.done)/took)
	}
}
