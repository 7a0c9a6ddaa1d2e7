package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// untouched is what a client sees before anybody has written a policy. Headscale then lets everybody reach everything.
const untouched = "// Nobody has written a policy yet.\n{\"grants\": [{\"src\": [\"*\"], \"dst\": [\"*\"], \"ip\": [\"*\"]}]}\n"

type policyText struct {
	Policy string `json:"policy"`
}

// policy is the one that Headscale has; empty if there is none.
func (a *api) policy() (string, error) {
	found := policyText{}
	err := a.headscale.call("GET", "policy", nil, &found)
	if err != nil && strings.Contains(err.Error(), "policy not found") {
		return "", nil
	}
	return found.Policy, err
}

func tagOf(policy string) string {
	if policy == "" {
		return `"ts-default"`
	}
	return fmt.Sprintf(`"%x"`, sha256.Sum256([]byte(policy)))
}

func (a *api) readPolicy(*http.Request) (any, error) {
	policy, err := a.policy()
	if err != nil {
		return nil, err
	}
	if policy == "" {
		return text{untouched, tagOf("")}, nil
	}
	return text{policy, tagOf(policy)}, nil
}

func (a *api) writePolicy(r *http.Request) (any, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if expected := r.Header.Get("If-Match"); expected != "" {
		policy, err := a.policy()
		if err != nil {
			return nil, err
		}
		if expected != tagOf(policy) {
			return nil, failure{http.StatusPreconditionFailed, "precondition failed, invalid old hash"}
		}
	}
	if err := a.headscale.call("PUT", "policy", policyText{string(body)}, nil); err != nil {
		return nil, failure{http.StatusBadRequest, err.Error()}
	}
	return text{string(body), tagOf(string(body))}, nil
}

// validatePolicy always answers 200: a message says what is wrong.
func (a *api) validatePolicy(r *http.Request) (any, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(strings.TrimSpace(string(body)), "[") {
		return nil, failure{http.StatusNotImplemented, "tests alone cannot be run on Headscale"}
	}
	if err := a.headscale.call("POST", "policy/check", policyText{string(body)}, nil); err != nil {
		return map[string]any{"message": err.Error()}, nil
	}
	return map[string]any{}, nil
}
