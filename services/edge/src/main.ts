import { runEdge } from './run-edge.ts';

await runEdge(process.env, process);
