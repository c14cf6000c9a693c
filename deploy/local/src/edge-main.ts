import { startEdge } from './edge.ts';
import { readEdgeConfig } from './edge/config.ts';

const edge = await startEdge(readEdgeConfig(process.env));
console.log(`the edge listens on port ${edge.port}`);
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    edge.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}
