import { runDaemon } from '../daemon.ts';

// A supervisor in the background that has nothing to supervise: `empty-daemon.ts DIR`
await runDaemon(process.argv[2] ?? '', async () => ({ specs: [], publish: () => undefined }));
setInterval(() => undefined, 60_000);
