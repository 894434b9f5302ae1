// Package shim exposes the internal constructor of terraform-provider-random. Its module path is below that of the
// provider, so it may import the provider's internal packages.
package shim

import (
	tfpf "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/terraform-providers/terraform-provider-random/internal/provider"
)

// New is called by the plugin binary, which may not import internal packages of the provider.
func New() tfpf.Provider { return provider.New() }
