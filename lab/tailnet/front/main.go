// Command tailnet-front answers calls of Tailscale's API v2 over the API of a Headscale that does not know them (0.29),
// and passes everything else on to it: nodes and people see one control server.
//
//	tailnet-front -listen ADDRESS -certificate FILE -key FILE -headscale URL -credentials FILE
//
// The credentials are JSON: {"headscale": API key of Headscale, "client": ID, "secret": of an OAuth client}.
package main

import (
	"crypto/rand"
	"encoding/json"
	"flag"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"time"
)

type credentials struct {
	Headscale string `json:"headscale"`
	Client    string `json:"client"`
	Secret    string `json:"secret"`
}

func main() {
	listen := flag.String("listen", "127.0.0.1:8443", "address to serve HTTPS on")
	certificate := flag.String("certificate", "", "file with the certificate")
	key := flag.String("key", "", "file with its key")
	upstream := flag.String("headscale", "http://127.0.0.1:8080", "where Headscale serves")
	file := flag.String("credentials", "", "file with the credentials")
	flag.Parse()

	known := credentials{}
	text, err := os.ReadFile(*file)
	if err == nil {
		err = json.Unmarshal(text, &known)
	}
	target, parseErr := url.Parse(*upstream)
	if err != nil || parseErr != nil {
		log.Fatal(err, parseErr)
	}
	server := &http.Server{
		Addr:              *listen,
		Handler:           newFront(target, known),
		ReadHeaderTimeout: 10 * time.Second,
	}
	log.Fatal(server.ListenAndServeTLS(*certificate, *key))
}

// newFront serves the API, and Headscale behind it.
func newFront(target *url.URL, known credentials) http.Handler {
	headscale := &headscale{url: target, key: known.Headscale}
	api := &api{headscale: headscale, known: known, token: rand.Text()}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v2/oauth/token", whole(api.login))
	for pattern, handle := range map[string]handler{
		"GET /api/v2/tailnet/{tailnet}/acl":           api.readPolicy,
		"POST /api/v2/tailnet/{tailnet}/acl":          api.writePolicy,
		"POST /api/v2/tailnet/{tailnet}/acl/validate": api.validatePolicy,
		"POST /api/v2/tailnet/{tailnet}/keys":         api.createKey,
		"GET /api/v2/tailnet/{tailnet}/keys/{id}":     api.readKey,
		"DELETE /api/v2/tailnet/{tailnet}/keys/{id}":  api.deleteKey,
		"GET /api/v2/tailnet/{tailnet}/devices":       api.listDevices,
		"GET /api/v2/device/{id}":                     api.readDevice,
		"DELETE /api/v2/device/{id}":                  api.deleteDevice,
		"POST /api/v2/device/{id}/tags":               api.setTags,
		"POST /api/v2/device/{id}/routes":             api.setRoutes,
	} {
		mux.HandleFunc(pattern, api.authorized(handle))
	}
	mux.HandleFunc("/api/v2/", api.authorized(func(*http.Request) (any, error) {
		return nil, failure{http.StatusNotImplemented, "Headscale has nothing of the kind"}
	}))
	mux.Handle("/", httputil.NewSingleHostReverseProxy(target))
	return mux
}
