// Package shim exposes the internal constructor of terraform-provider-tls: a module whose path lies
// below the provider's may import what is internal to it.
package shim

import (
	tfpf "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-provider-tls/internal/provider"
)

// New is called by the plugin binary, which may not import an internal package itself.
func New() tfpf.Provider { return provider.New() }
