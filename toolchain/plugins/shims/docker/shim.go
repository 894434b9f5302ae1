// Package shim exposes the internal constructor of terraform-provider-docker. Its module path is below that of the
// provider, so it may import the provider's internal packages.
package shim

import (
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/terraform-providers/terraform-provider-docker/internal/provider"
)

// New is called by the plugin binary, which may not import internal packages of the provider.
func New() *schema.Provider { return provider.New("dev")() }
