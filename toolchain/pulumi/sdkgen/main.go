// Writes the SDKs of the plugin in all languages, with Pulumi's own generators:
//
//	sdkgen SCHEMA VERSION DIRECTORY
//
// `pulumi package gen-sdk` would use the generators of the installed language hosts, whose versions differ between
// machines.
package main

import (
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/pulumi/pulumi-dotnet/pulumi-language-dotnet/v3/codegen"
	"github.com/pulumi/pulumi-java/pkg/codegen/java"
	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/version"
)

// tool is the name of this program in the header of each generated file.
const tool = "toolchain/pulumi/sdkgen"

//go:embed logo.png pom.xml
var assets embed.FS

type files = map[string][]byte

// A generator has the folder of an SDK and the function that generates its files.
type generator struct {
	folder   string
	generate func(spec schema.PackageSpec) (files, error)
}

var generators = []generator{
	{"python", generatePython},
	{"nodejs", generateNodejs},
	{"go", generateGo},
	{"java", generateJava},
	{"dotnet", generateDotnet},
}

func generatePython(spec schema.PackageSpec) (files, error) {
	pkg, err := bind(spec)
	if err != nil {
		return nil, err
	}
	generated, err := python.GeneratePackage(tool, pkg, nil, nil)
	if err != nil {
		return nil, err
	}
	// pyproject.toml expects the file next to itself.
	inPackage := pkg.Language["python"].(python.PackageInfo).PackageName + "/README.md"
	generated["README.md"] = generated[inPackage]
	delete(generated, inPackage)
	return generated, nil
}

func generateNodejs(spec schema.PackageSpec) (files, error) {
	pkg, err := bind(spec)
	if err != nil {
		return nil, err
	}
	return nodejs.GeneratePackage(tool, pkg, nil, nil, false, nil)
}

// generateGo adds a module file. `go mod tidy` completes it.
func generateGo(spec schema.PackageSpec) (files, error) {
	pkg, err := bind(spec)
	if err != nil {
		return nil, err
	}
	generated, err := golang.GeneratePackage(tool, pkg, nil)
	if err != nil {
		return nil, err
	}
	info := pkg.Language["go"].(golang.GoPackageInfo)
	generated["go.mod"] = fmt.Appendf(nil, "module %s\n\ngo 1.25.11\n\nrequire github.com/pulumi/pulumi/sdk/v3 %s\n",
		info.ImportBasePath, version.Version)
	// The folder has the name of the package, as the last part of the import path.
	inFolder := files{}
	for name, data := range generated {
		inFolder[info.RootPackageName+"/"+name] = data
	}
	return inFolder, nil
}

// generateJava adds a project file for Maven: the generator only has one for Gradle.
func generateJava(spec schema.PackageSpec) (files, error) {
	// The generated code for secret outputs does not compile for components. The outputs are secret without it: the
	// plugin marks the values themselves.
	for token, resource := range spec.Resources {
		for name, property := range resource.Properties {
			property.Secret = false
			resource.Properties[name] = property
		}
		spec.Resources[token] = resource
	}
	pkg, err := bind(spec)
	if err != nil {
		return nil, err
	}
	generated, err := java.GeneratePackage(tool, pkg, nil, nil, true, false)
	if err != nil {
		return nil, err
	}
	pom, err := assets.ReadFile("pom.xml")
	if err != nil {
		return nil, err
	}
	generated["pom.xml"] = []byte(strings.ReplaceAll(string(pom), "${sdk.version}", spec.Version))
	generated[".gitignore"] = []byte("target\n")
	return generated, nil
}

// generateDotnet gives the generator the logo that it would otherwise download.
func generateDotnet(spec schema.PackageSpec) (files, error) {
	http.DefaultTransport.(*http.Transport).RegisterProtocol("file", http.NewFileTransportFS(assets))
	spec.LogoURL = "file:///logo.png"
	pkg, err := bind(spec)
	if err != nil {
		return nil, err
	}
	return dotnet.GeneratePackage(tool, pkg, nil, nil)
}

// bind checks a schema and resolves its references. Generators change the result, so each needs its own.
func bind(spec schema.PackageSpec) (*schema.Package, error) {
	pkg, diags, err := schema.BindSpec(spec, schema.NewNullLoader(), schema.ValidationOptions{})
	if err == nil && diags.HasErrors() {
		err = diags
	}
	return pkg, err
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: sdkgen SCHEMA VERSION DIRECTORY")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(schemaFile, sdkVersion, directory string) error {
	data, err := os.ReadFile(schemaFile)
	if err != nil {
		return err
	}
	for _, g := range generators {
		var spec schema.PackageSpec
		if err := json.Unmarshal(data, &spec); err != nil {
			return fmt.Errorf("%s: %w", schemaFile, err)
		}
		spec.Version = sdkVersion
		generated, err := g.generate(spec)
		if err != nil {
			return fmt.Errorf("%s, SDK for %s: %w", schemaFile, g.folder, err)
		}
		if err := write(filepath.Join(directory, g.folder), generated); err != nil {
			return err
		}
	}
	return nil
}

func write(directory string, generated files) error {
	for name, data := range generated {
		file := filepath.Join(directory, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}
