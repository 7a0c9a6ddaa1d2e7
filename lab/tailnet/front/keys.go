package main

import (
	"encoding/json"
	"net/http"
	"time"
)

type create struct {
	Reusable      bool     `json:"reusable"`
	Ephemeral     bool     `json:"ephemeral"`
	Tags          []string `json:"tags"`
	Preauthorized bool     `json:"preauthorized"`
}

type capabilities struct {
	Devices struct {
		Create create `json:"create"`
	} `json:"devices"`
}

// authKey is a key as Tailscale's API has it.
type authKey struct {
	ID           string       `json:"id"`
	Key          string       `json:"key,omitempty"`
	KeyType      string       `json:"keyType"`
	Description  string       `json:"description"`
	Seconds      int64        `json:"expirySeconds"`
	Created      time.Time    `json:"created"`
	Expires      time.Time    `json:"expires"`
	Invalid      bool         `json:"invalid"`
	Capabilities capabilities `json:"capabilities"`
}

// preAuthKey is a key as Headscale has it.
type preAuthKey struct {
	ID         string    `json:"id"`
	Key        string    `json:"key"`
	Reusable   bool      `json:"reusable"`
	Ephemeral  bool      `json:"ephemeral"`
	Used       bool      `json:"used"`
	Expiration time.Time `json:"expiration"`
	CreatedAt  time.Time `json:"createdAt"`
	ACLTags    []string  `json:"aclTags"`
}

const defaultSeconds = 90 * 24 * 60 * 60

func (k preAuthKey) asAuthKey() authKey {
	key := authKey{ID: k.ID, KeyType: "auth", Created: k.CreatedAt, Expires: k.Expiration}
	key.Seconds = int64(k.Expiration.Sub(k.CreatedAt).Round(time.Second).Seconds())
	key.Invalid = k.Expiration.Before(time.Now()) || (k.Used && !k.Reusable)
	key.Capabilities.Devices.Create = create{k.Reusable, k.Ephemeral, k.ACLTags, true}
	return key
}

func (a *api) createKey(r *http.Request) (any, error) {
	wanted := authKey{}
	if err := json.NewDecoder(r.Body).Decode(&wanted); err != nil {
		return nil, failure{http.StatusBadRequest, err.Error()}
	}
	if wanted.KeyType != "" && wanted.KeyType != "auth" {
		return nil, failure{http.StatusNotImplemented, "Headscale has no such keys"}
	}
	if wanted.Seconds == 0 {
		wanted.Seconds = defaultSeconds
	}
	device := wanted.Capabilities.Devices.Create
	made := struct {
		PreAuthKey preAuthKey `json:"preAuthKey"`
	}{}
	if err := a.headscale.call("POST", "preauthkey", map[string]any{
		"reusable":   device.Reusable,
		"ephemeral":  device.Ephemeral,
		"expiration": time.Now().Add(time.Duration(wanted.Seconds) * time.Second).UTC(),
		"aclTags":    device.Tags,
	}, &made); err != nil {
		return nil, failure{http.StatusBadRequest, err.Error()}
	}
	key := made.PreAuthKey.asAuthKey()
	key.Key = made.PreAuthKey.Key
	key.Description = wanted.Description
	return key, nil
}

func (a *api) findKey(id string) (authKey, error) {
	found := struct {
		PreAuthKeys []preAuthKey `json:"preAuthKeys"`
	}{}
	if err := a.headscale.call("GET", "preauthkey", nil, &found); err != nil {
		return authKey{}, err
	}
	for _, key := range found.PreAuthKeys {
		if key.ID == id {
			return key.asAuthKey(), nil
		}
	}
	return authKey{}, failure{http.StatusNotFound, "not found"}
}

func (a *api) readKey(r *http.Request) (any, error) { return a.findKey(r.PathValue("id")) }

func (a *api) deleteKey(r *http.Request) (any, error) {
	key, err := a.findKey(r.PathValue("id"))
	if err != nil || key.Invalid {
		return nil, err
	}
	return nil, a.headscale.call("POST", "preauthkey/expire", map[string]any{"id": key.ID}, nil)
}
