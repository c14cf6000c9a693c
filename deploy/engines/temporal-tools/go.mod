module nexus.local/engines/temporal-tools

go 1.26.0

tool go.temporal.io/server/cmd/tools/sql

require go.temporal.io/server v1.32.0
