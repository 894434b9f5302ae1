// The docker, random and tls provider plugins in one binary, bridged from the upstream Terraform providers like Pulumi's
// official plugins. The name under which the binary is started selects the plugin. They are one binary because they share nearly
// all of their code and build time.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"unicode"

	tlsshim "github.com/hashicorp/terraform-provider-tls/shim"
	dockershim "github.com/terraform-providers/terraform-provider-docker/shim"
	randomshim "github.com/terraform-providers/terraform-provider-random/shim"

	pf "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	btok "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// Set by the linker from versions.env.
var randomVersion, tlsVersion, dockerVersion string

// emptyMetadata replaces the metadata that Pulumi generates from a plugin's history at release time, because these
// builds have no history. Likewise, a schema contains only the package's name: Node.js programs do not request the rest.
var emptyMetadata = []byte("{}")

func packageSchema(name string) []byte { return []byte(`{"name":"` + name + `"}`) }

func serveFramework(name string, info tfbridge.ProviderInfo) {
	metadata := pf.ProviderMetadata{PackageSchema: packageSchema(name), BridgeMetadata: emptyMetadata}
	pf.Main(context.Background(), name, info, metadata)
}

func random() {
	info := tfbridge.ProviderInfo{
		P: pf.ShimProvider(randomshim.New()), Name: "random", Version: randomVersion,
		MetadataInfo: tfbridge.NewProviderMetadata(emptyMetadata),
		Resources: map[string]*tfbridge.ResourceInfo{
			// The only resource whose Terraform counterpart has no ID.
			"random_bytes": {ComputeID: func(_ context.Context, s resource.PropertyMap) (resource.ID, error) {
				b := s["base64"]
				if b.IsSecret() {
					b = b.SecretValue().Element
				}
				if !b.IsString() {
					return "", errors.New("random_bytes has no base64")
				}
				return resource.ID(b.StringValue()), nil
			}},
		},
		EnableAccurateBridgePreview: true, EnableRawStateDelta: true,
	}
	std := btok.MakeStandard("random")
	info.MustComputeTokens(btok.SingleModule("random_", "index", func(m, n string) (string, error) { return std(m, "Random"+n) }))
	serveFramework("random", info)
}

func tls() {
	info := tfbridge.ProviderInfo{
		P: pf.ShimProvider(tlsshim.New()), Name: "tls", Version: tlsVersion,
		MetadataInfo:                   tfbridge.NewProviderMetadata(emptyMetadata),
		EnableZeroDefaultSchemaVersion: true, EnableAccurateBridgePreview: true,
	}
	info.MustComputeTokens(btok.SingleModule("tls_", "index", btok.MakeStandard("tls")))
	serveFramework("tls", info)
}

// member returns the token of a docker resource or function. The module is the name in lower camel case.
func member(name string) tokens.ModuleMember {
	module := string(unicode.ToLower(rune(name[0]))) + name[1:]
	return tokens.ModuleMember("docker:index/" + module + ":" + name)
}

func dockerResource(name string) *tfbridge.ResourceInfo {
	return &tfbridge.ResourceInfo{Tok: tokens.Type(member(name))}
}

func dockerFunction(name string) *tfbridge.DataSourceInfo {
	return &tfbridge.DataSourceInfo{Tok: member(name)}
}

func docker() {
	host := "unix:///var/run/docker.sock"
	if runtime.GOOS == "windows" {
		host = "npipe:////./pipe/docker_engine"
	}
	// @pulumi/docker assigns the names of its resources and fields by hand, so they cannot be derived.
	container := dockerResource("Container")
	container.DeleteBeforeReplace = true
	container.Fields = map[string]*tfbridge.SchemaInfo{
		"command":           {Name: "command"},
		"networks_advanced": {Name: "networksAdvanced"},
	}
	remoteImage := dockerResource("RemoteImage")
	remoteImage.Fields = map[string]*tfbridge.SchemaInfo{"name": {Name: "name"}}
	info := tfbridge.ProviderInfo{
		P: shimv2.NewProvider(dockershim.New()), Name: "docker", Version: dockerVersion,
		MetadataInfo: tfbridge.NewProviderMetadata(emptyMetadata),
		// @pulumi/docker has neither of these.
		IgnoreMappings: []string{"docker_compose", "docker_buildx_builder"},
		Config: map[string]*tfbridge.SchemaInfo{
			"host": {Default: &tfbridge.DefaultInfo{
				EnvVars: []string{"DOCKER_HOST"},
				ComputeDefault: func(context.Context, tfbridge.ComputeDefaultOptions) (any, error) {
					return host, nil
				},
			}},
			"registry_auth": {Name: "registryAuth", MaxItemsOne: tfbridge.False()},
		},
		Resources: map[string]*tfbridge.ResourceInfo{
			"docker_config":         dockerResource("ServiceConfig"),
			"docker_container":      container,
			"docker_image":          remoteImage,
			"docker_network":        dockerResource("Network"),
			"docker_plugin":         dockerResource("Plugin"),
			"docker_registry_image": dockerResource("RegistryImage"),
			"docker_secret":         dockerResource("Secret"),
			"docker_service":        dockerResource("Service"),
			"docker_tag":            dockerResource("Tag"),
			"docker_volume":         dockerResource("Volume"),
		},
		DataSources: map[string]*tfbridge.DataSourceInfo{
			"docker_image":                    dockerFunction("getRemoteImage"),
			"docker_logs":                     dockerFunction("getLogs"),
			"docker_network":                  dockerFunction("getNetwork"),
			"docker_plugin":                   dockerFunction("getPlugin"),
			"docker_registry_image":           dockerFunction("getRegistryImage"),
			"docker_registry_image_manifests": dockerFunction("getRegistryImageManifests"),
		},
	}
	info.SetAutonaming(255, "-")
	tfbridge.Main("docker", dockerVersion, info, packageSchema("docker"))
}

func main() {
	switch name := strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe"); name {
	case "pulumi-resource-random":
		random()
	case "pulumi-resource-tls":
		tls()
	case "pulumi-resource-docker":
		docker()
	default:
		fmt.Fprintf(os.Stderr, "%s: start this binary as pulumi-resource-docker, -random or -tls\n", name)
		os.Exit(2)
	}
}
