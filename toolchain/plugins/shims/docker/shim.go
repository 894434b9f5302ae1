// Package shim exposes the internal constructor of terraform-provider-docker: a module whose path lies
// below the provider's may import what is internal to it.
package shim

import (
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/terraform-providers/terraform-provider-docker/internal/provider"
)

// New is called by the plugin binary, which may not import an internal package itself.
func New() *schema.Provider { return provider.New("dev")() }
