package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// device is a machine as Tailscale's API has it.
type device struct {
	ID                string    `json:"id"`
	NodeID            string    `json:"nodeId"`
	Name              string    `json:"name"`
	Hostname          string    `json:"hostname"`
	Addresses         []string  `json:"addresses"`
	Tags              []string  `json:"tags,omitempty"`
	User              string    `json:"user"`
	Authorized        bool      `json:"authorized"`
	KeyExpiryDisabled bool      `json:"keyExpiryDisabled"`
	Expires           time.Time `json:"expires"`
	LastSeen          time.Time `json:"lastSeen"`
	Created           time.Time `json:"created"`
}

// node is a machine as Headscale has it.
type node struct {
	ID          string     `json:"id"`
	Name        string     `json:"name"`
	GivenName   string     `json:"givenName"`
	IPAddresses []string   `json:"ipAddresses"`
	Tags        []string   `json:"tags"`
	Expiry      *time.Time `json:"expiry"`
	LastSeen    time.Time  `json:"lastSeen"`
	CreatedAt   time.Time  `json:"createdAt"`
	User        struct {
		Name string `json:"name"`
	} `json:"user"`
}

func (n node) asDevice() device {
	it := device{
		ID: n.ID, NodeID: n.ID, Name: n.GivenName, Hostname: n.Name, Addresses: n.IPAddresses, Tags: n.Tags,
		User: n.User.Name + "@", Authorized: true, KeyExpiryDisabled: n.Expiry == nil, LastSeen: n.LastSeen, Created: n.CreatedAt,
	}
	if n.Expiry != nil {
		it.Expires = *n.Expiry
	}
	return it
}

// listDevices filters by hostname or name, as the original does.
func (a *api) listDevices(r *http.Request) (any, error) {
	found := struct {
		Nodes []node `json:"nodes"`
	}{}
	if err := a.headscale.call("GET", "node", nil, &found); err != nil {
		return nil, err
	}
	devices := []device{}
	for _, it := range found.Nodes {
		if device := it.asDevice(); matches(device, r.URL.Query()) {
			devices = append(devices, device)
		}
	}
	return map[string]any{"devices": devices}, nil
}

func matches(it device, query url.Values) bool {
	for filter, value := range map[string]string{"hostname": it.Hostname, "name": it.Name} {
		if query.Has(filter) && !strings.EqualFold(query.Get(filter), value) {
			return false
		}
	}
	return true
}

func (a *api) readDevice(r *http.Request) (any, error) {
	found := struct {
		Node node `json:"node"`
	}{}
	err := a.headscale.call("GET", "node/"+url.PathEscape(r.PathValue("id")), nil, &found)
	return found.Node.asDevice(), err
}

func (a *api) deleteDevice(r *http.Request) (any, error) {
	return nil, a.headscale.call("DELETE", "node/"+url.PathEscape(r.PathValue("id")), nil, nil)
}

// change passes what a client sends on to one of a machine's own calls.
func (a *api) change(r *http.Request, path string) (any, error) {
	wanted := map[string]any{}
	if err := json.NewDecoder(r.Body).Decode(&wanted); err != nil {
		return nil, failure{http.StatusBadRequest, err.Error()}
	}
	if err := a.headscale.call("POST", "node/"+url.PathEscape(r.PathValue("id"))+"/"+path, wanted, nil); err != nil {
		return nil, failure{http.StatusBadRequest, err.Error()}
	}
	return nil, nil
}

func (a *api) setTags(r *http.Request) (any, error)   { return a.change(r, "tags") }
func (a *api) setRoutes(r *http.Request) (any, error) { return a.change(r, "approve_routes") }
