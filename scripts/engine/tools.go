//go:build tools

// Package engine pins the Pulumi engine that scripts/setup builds where its download is closed.
package engine

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
