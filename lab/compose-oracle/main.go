// Loads Compose files with the library that Docker Compose itself loads them with, so that tests can compare what this
// program makes of a file with what Compose does.
//
//	compose-oracle <CASES >PROJECTS
//
// CASES is a JSON list of `case`. PROJECTS is a list of as many `answer`: Compose's canonical project, or why it refuses
// the file. Nothing but the files of the cases is read, and of the environment nothing.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/sirupsen/logrus"
)

type request struct {
	// Folder with compose.yaml, what that names, and perhaps .env.
	Directory string `json:"directory"`
	// Project name where the file has none.
	Name        string            `json:"name"`
	Environment map[string]string `json:"environment"`
	Profiles    []string          `json:"profiles"`
}

type answer struct {
	Project json.RawMessage `json:"project,omitempty"`
	Error   string          `json:"error,omitempty"`
}

func main() {
	logrus.SetOutput(io.Discard)
	var requests []request
	if err := json.NewDecoder(os.Stdin).Decode(&requests); err != nil {
		fail(err)
	}
	answers := make([]answer, 0, len(requests))
	for _, it := range requests {
		project, err := load(it)
		if err != nil {
			answers = append(answers, answer{Error: err.Error()})
		} else {
			answers = append(answers, answer{Project: project})
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		fail(err)
	}
}

func load(it request) ([]byte, error) {
	environment := make([]string, 0, len(it.Environment))
	for name, value := range it.Environment {
		environment = append(environment, name+"="+value)
	}
	options, err := cli.NewProjectOptions(
		[]string{filepath.Join(it.Directory, "compose.yaml")},
		cli.WithWorkingDirectory(it.Directory),
		cli.WithName(it.Name),
		cli.WithEnv(environment),
		cli.WithEnvFiles(),
		cli.WithDotEnv,
		cli.WithProfiles(it.Profiles),
	)
	if err != nil {
		return nil, err
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return nil, err
	}
	return project.MarshalJSON()
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "compose-oracle:", err)
	os.Exit(1)
}
