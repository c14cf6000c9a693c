import { service as catalog } from '@nexus/service-catalog';
import { service as identity } from '@nexus/service-identity';
import { service as inventory } from '@nexus/service-inventory';
import { runServices } from '@nexus/service-kit';
import { service as sales } from '@nexus/service-sales';
import { service as sync } from '@nexus/service-sync';
import { worker as workflows } from '@nexus/workflows';

// Every service and the workflow worker in one process: the same compositions that run alone on a cluster.
await runServices([identity, catalog, sync, sales, inventory, workflows]);
