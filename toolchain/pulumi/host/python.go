package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"
)

func newPython(h *host) pulumirpc.LanguageRuntimeServer {
	h.program, h.install = pythonProgram, pythonInstall
	return h
}

// pythonOf returns the Python of a program: that of the virtual environment that Pulumi.yaml names, else the one on PATH.
func pythonOf(info *pulumirpc.ProgramInfo) (toolchain.Toolchain, error) {
	options := toolchain.PythonOptions{Root: info.RootDirectory, ProgramDir: info.ProgramDirectory}
	options.Virtualenv, _ = info.Options.AsMap()["virtualenv"].(string)
	return toolchain.ResolveToolchain(options)
}

// pythonProgram runs a program with the script that is installed next to the official host. It is part of the Go module
// of the SDK, and set-up copies it from there.
func pythonProgram(ctx context.Context, r *pulumirpc.RunRequest, engine, _ string) (*exec.Cmd, error) {
	python, err := pythonOf(r.Info)
	if err != nil {
		return nil, err
	}
	if err := python.ValidateVenv(ctx); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	args := []string{
		"-u", filepath.Join(filepath.Dir(self), "pulumi-language-python-exec"),
		"--monitor", r.MonitorAddress, "--engine", engine, "--project", r.Project, "--stack", r.Stack,
		"--root_directory", r.Info.RootDirectory, "--pwd", r.Info.ProgramDirectory,
		"--dry_run", fmt.Sprint(r.DryRun), "--parallel", fmt.Sprint(r.Parallel),
	}
	if r.Organization != "" {
		args = append(args, "--organization", r.Organization)
	}
	settings, err := configuration(r.Config, r.ConfigSecretKeys)
	if err != nil {
		return nil, err
	}
	cmd, err := python.Command(ctx, append(append(args, r.Info.EntryPoint), r.Args...)...)
	if err != nil {
		return nil, err
	}
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	cmd.Env = append(cmd.Env, settings...)
	return cmd, nil
}

func pythonInstall(ctx context.Context, info *pulumirpc.ProgramInfo, output io.Writer) error {
	python, err := pythonOf(info)
	if err != nil {
		return err
	}
	return python.InstallDependencies(ctx, info.ProgramDirectory, false, true, output, output)
}
