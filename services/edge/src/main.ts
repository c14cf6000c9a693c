import { environment } from './config.ts';
import { runEdge } from './run-edge.ts';

await runEdge(environment, process);
