// Command pulumi-resource-docker is the provider plugin that the Pulumi engine starts.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"

	"homelab.example/engine/bridge"
)

// version is put in by build.sh, without a leading "v".
var version = "0.0.0"

// schema is written by build.sh with pulumi-tfgen-docker.
//
//go:embed schema.json
var schema []byte

func main() {
	tfbridge.Main(bridge.Name, version, bridge.Provider(version), schema)
}
