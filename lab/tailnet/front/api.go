package main

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// api is Tailscale's API v2, as far as the homelab uses it.
type api struct {
	headscale *headscale
	known     credentials
	// token is what a login gives, as long as this process lives.
	token string
}

// A handler answers with what is sent as JSON, or as it is if it is a text.
type handler func(*http.Request) (any, error)

// text is sent as it is, with a tag by which it can be told from others.
type text struct{ body, tag string }

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// longest is the size in bytes of the largest body that is taken.
const longest = 1 << 20

// whole reads the body before anything is answered: over HTTP/2, a client that still sends takes an early answer for an error.
func whole(handle http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longest))
		if err != nil {
			answer(w, nil, failure{http.StatusRequestEntityTooLarge, err.Error()})
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		handle(w, r)
	}
}

// login gives a token to the OAuth client.
func (a *api) login(w http.ResponseWriter, r *http.Request) {
	if r.FormValue("grant_type") != "client_credentials" {
		answer(w, nil, failure{http.StatusBadRequest, "unsupported grant type"})
		return
	}
	client, secret, _ := r.BasicAuth()
	if !same(client, a.known.Client) || !same(secret, a.known.Secret) {
		answer(w, nil, failure{http.StatusUnauthorized, "API token invalid"})
		return
	}
	answer(w, map[string]any{"access_token": a.token, "token_type": "Bearer", "expires_in": 3600}, nil)
}

func (a *api) authorized(handle handler) http.HandlerFunc {
	return whole(func(w http.ResponseWriter, r *http.Request) {
		if !same(r.Header.Get("Authorization"), "Bearer "+a.token) {
			answer(w, nil, failure{http.StatusUnauthorized, "API token invalid"})
			return
		}
		result, err := handle(r)
		answer(w, result, err)
	})
}

func answer(w http.ResponseWriter, result any, err error) {
	if err != nil {
		said := failure{http.StatusInternalServerError, err.Error()}
		errors.As(err, &said)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(said.Status)
		_ = json.NewEncoder(w).Encode(said)
		return
	}
	if it, ok := result.(text); ok {
		w.Header().Set("Content-Type", "application/hujson")
		w.Header().Set("ETag", it.tag)
		_, _ = w.Write([]byte(it.body))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(result)
}
