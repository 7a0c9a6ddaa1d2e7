package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
)

// headscale is the API v1 of Headscale 0.29.
type headscale struct {
	url *url.URL
	key string
}

// A failure is what a client is told instead of an answer.
type failure struct {
	Status  int    `json:"status"`
	Message string `json:"message"`
}

func (f failure) Error() string { return f.Message }

// call sends JSON and reads JSON. Headscale says what is wrong as {"code", "message"}.
func (h *headscale) call(method, path string, in, out any) error {
	body := &bytes.Buffer{}
	if in != nil {
		if err := json.NewEncoder(body).Encode(in); err != nil {
			return err
		}
	}
	request, err := http.NewRequest(method, h.url.JoinPath("/api/v1/", path).String(), body)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+h.key)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return failure{http.StatusBadGateway, err.Error()}
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return failure{http.StatusBadGateway, err.Error()}
	}
	if response.StatusCode != http.StatusOK {
		said := failure{Message: string(text)}
		_ = json.Unmarshal(text, &said)
		return failure{response.StatusCode, said.Message}
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, out)
}
