// Command pulumi-tfgen-docker writes the Pulumi schema of the bridge to standard output.
package main

import (
	"encoding/json"
	"os"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfgen"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/cmdutil"

	"homelab.example/engine/bridge"
)

func main() {
	if len(os.Args) != 2 {
		cmdutil.Exit(os.ErrInvalid)
	}
	res, err := tfgen.GenerateSchemaWithOptions(tfgen.GenerateSchemaOptions{
		ProviderInfo:    bridge.Provider(os.Args[1]),
		DiagnosticsSink: diag.DefaultSink(os.Stderr, os.Stderr, diag.FormatOptions{Color: colors.Never}),
		XInMemoryDocs:   true, // descriptions from the Terraform schema, not from Markdown
	})
	if err != nil {
		cmdutil.Exit(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(res.PackageSpec); err != nil {
		cmdutil.Exit(err)
	}
}
