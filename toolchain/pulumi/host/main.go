// A small language host for Pulumi programs in Node.js, Python and Go. It starts a program through its language's SDK
// and connects it directly to the engine's resource monitor. One binary serves all three: its name selects the language.
//
// The Go module proxy serves the official hosts of these languages only as part of old releases of the SDK (v3.68, for Go
// v3.40). The old host for Node.js puts its own monitor in between, which does not support resource hooks, transforms or
// other newer calls. The old host for Python ignores the option `virtualenv`.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/pulumi/pulumi/sdk/v3/go/common/constant"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/cmdutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/version"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	engine string
	// program returns the command that runs a program. It can use the directory scratch until the program ends.
	program func(ctx context.Context, r *pulumirpc.RunRequest, engine, scratch string) (*exec.Cmd, error)
	// install installs the dependencies of a program.
	install func(ctx context.Context, info *pulumirpc.ProgramInfo, output io.Writer) error
}

// services has the server of each language.
var services = map[string]func(h *host) pulumirpc.LanguageRuntimeServer{
	"pulumi-language-nodejs": newNodejs,
	"pulumi-language-python": newPython,
	"pulumi-language-go":     newGo,
}

func (h *host) Handshake(_ context.Context, r *pulumirpc.LanguageHandshakeRequest) (*pulumirpc.LanguageHandshakeResponse, error) {
	h.engine = r.EngineAddress
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

func (h *host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version.Version}, nil
}

// GetRequiredPackages names no plugin. The engine can do without: an SDK sends its plugin's version with each resource.
func (h *host) GetRequiredPackages(context.Context, *pulumirpc.GetRequiredPackagesRequest) (*pulumirpc.GetRequiredPackagesResponse, error) {
	return &pulumirpc.GetRequiredPackagesResponse{}, nil
}

func (h *host) Run(ctx context.Context, r *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	scratch, err := os.MkdirTemp("", "pulumi-program-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	cmd, err := h.program(ctx, r, h.engine, scratch)
	if err != nil {
		return nil, err
	}
	cmd.Dir = r.Info.ProgramDirectory
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return &pulumirpc.RunResponse{}, nil
	case errors.As(err, &exit) && exit.ExitCode() == constant.ExitStatusLoggedError:
		return &pulumirpc.RunResponse{Bail: true}, nil
	default:
		return &pulumirpc.RunResponse{Error: err.Error()}, nil
	}
}

func (h *host) InstallDependencies(r *pulumirpc.InstallDependenciesRequest, s grpc.ServerStreamingServer[pulumirpc.InstallDependenciesResponse]) error {
	return h.install(s.Context(), r.Info, sender(func(b []byte) error {
		return s.Send(&pulumirpc.InstallDependenciesResponse{Stdout: b})
	}))
}

type sender func([]byte) error

func (f sender) Write(b []byte) (int, error) { return len(b), f(append([]byte{}, b...)) }

// installWith returns a function that runs an installer in the directory of a program.
func installWith(name string, args ...string) func(context.Context, *pulumirpc.ProgramInfo, io.Writer) error {
	return func(ctx context.Context, info *pulumirpc.ProgramInfo, output io.Writer) error {
		cmd := exec.CommandContext(ctx, name, args...)
		cmd.Dir, cmd.Stdout, cmd.Stderr = info.ProgramDirectory, output, output
		return cmd.Run()
	}
}

// configuration returns the environment variables from which every SDK reads its configuration.
func configuration(values map[string]string, secretKeys []string) ([]string, error) {
	// A program without configuration has nil, but Python expects an object.
	object := map[string]string{}
	maps.Copy(object, values)
	valuesJSON, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	keysJSON, err := json.Marshal(append([]string{}, secretKeys...))
	if err != nil {
		return nil, err
	}
	return []string{"PULUMI_CONFIG=" + string(valuesJSON), "PULUMI_CONFIG_SECRET_KEYS=" + string(keysJSON)}, nil
}

func main() {
	for _, ignored := range []string{"tracing", "root", "typescript", "packagemanager"} {
		flag.String(ignored, "", "accepted for compatibility")
	}
	flag.Parse()
	name := filepath.Base(os.Args[0])
	service, ok := services[name]
	if !ok {
		cmdutil.Exit(fmt.Errorf("%s is not the name of a language host", name))
	}
	server := service(&host{engine: flag.Arg(0)})
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{Init: func(s *grpc.Server) error {
		pulumirpc.RegisterLanguageRuntimeServer(s, server)
		return nil
	}})
	if err != nil {
		cmdutil.Exit(err)
	}
	fmt.Println(handle.Port)
	if err := <-handle.Done; err != nil {
		cmdutil.Exit(err)
	}
}
