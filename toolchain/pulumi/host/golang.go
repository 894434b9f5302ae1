package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

func newGo(h *host) pulumirpc.LanguageRuntimeServer {
	h.program = goProgram
	h.install = installWith("go", "mod", "download")
	return h
}

// goProgram builds the program, unless Pulumi.yaml names a binary. `go run` would hide the program's exit code.
func goProgram(ctx context.Context, r *pulumirpc.RunRequest, engine, scratch string) (*exec.Cmd, error) {
	binary, _ := r.Info.Options.AsMap()["binary"].(string)
	if binary == "" {
		binary = filepath.Join(scratch, "program")
		build := exec.CommandContext(ctx, "go", "build", "-o", binary, r.Info.EntryPoint)
		build.Dir = r.Info.ProgramDirectory
		build.Stdout, build.Stderr = os.Stdout, os.Stderr
		if err := build.Run(); err != nil {
			return nil, fmt.Errorf("the program does not compile: go build: %w", err)
		}
	} else if !filepath.IsAbs(binary) {
		binary = filepath.Join(r.Info.RootDirectory, binary)
	}
	settings, err := configuration(r.Config, r.ConfigSecretKeys)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, binary, r.Args...)
	cmd.Env = append(append(os.Environ(), settings...),
		"PULUMI_MONITOR="+r.MonitorAddress, "PULUMI_ENGINE="+engine, "PULUMI_ORGANIZATION="+r.Organization,
		"PULUMI_PROJECT="+r.Project, "PULUMI_STACK="+r.Stack, "PULUMI_ROOT_DIRECTORY="+r.Info.RootDirectory,
		"PULUMI_DRY_RUN="+fmt.Sprint(r.DryRun), "PULUMI_PARALLEL="+fmt.Sprint(r.Parallel))
	return cmd, nil
}
