package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

const pollEvery = 100 * time.Millisecond

// signal is the carbon signal: "true" or "false" in a file or at a URL. What cannot be read, or no
// source at all, is not green.
type signal struct {
	source  string // path, http:// or https://; empty: never green
	onGreen func(ctx context.Context)
	isGreen atomic.Bool
}

func (s *signal) green() bool { return s.isGreen.Load() }

// Start polls until ctx ends; it makes a signal a manager.Runnable.
func (s *signal) Start(ctx context.Context) error {
	if s.source == "" {
		return nil
	}
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	for {
		green := s.read(ctx)
		if green != s.isGreen.Swap(green) && green && s.onGreen != nil {
			s.onGreen(ctx)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// NeedLeaderElection is false: the webhook of every replica asks for the signal.
func (s *signal) NeedLeaderElection() bool { return false }

func (s *signal) read(ctx context.Context) bool {
	if !strings.HasPrefix(s.source, "http://") && !strings.HasPrefix(s.source, "https://") {
		text, err := os.ReadFile(s.source)
		return err == nil && strings.TrimSpace(string(text)) == "true"
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.source, nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 64))
	return err == nil && resp.StatusCode == http.StatusOK && strings.TrimSpace(string(text)) == "true"
}
