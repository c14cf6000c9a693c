import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { Health } from '../http/health.ts';
import { serveProbes } from '../http/serve-probes.ts';
import { defineService } from '../service/define-service.ts';
import { runServices } from '../service/run-services.ts';
import { count } from '../service/standard-config.ts';

/** A process whose services misbehave as their settings say: `how` is what goes wrong, and when. */

const config = z.object({
  how: z.enum(['fine', 'start-fails', 'stop-fails', 'stop-hangs', 'throws-later', 'rejects-later']).default('fine'),
  httpPort: count(0, 65_535),
});

const service = (name: string) =>
  defineService({
    name,
    config,
    async start({ config: { how, httpPort }, logger, stopping }) {
      if (how === 'start-fails') throw new Error('cannot start');
      const health = new Health();
      const http = await serveProbes({ service: name, logger, health, stopping, host: '127.0.0.1', port: httpPort });
      health.markStarted();
      const later = new Error('unexpected');
      if (how === 'throws-later')
        setTimeout(() => {
          throw later;
        }, 50);
      if (how === 'rejects-later') setTimeout(() => void Promise.reject(later), 50);
      return {
        url: http.url,
        async stop() {
          await http.stop(1_000);
          if (how === 'stop-fails') throw new Error('cannot stop');
          if (how === 'stop-hangs') await sleep(60_000);
          logger.info('service stopped');
        },
      };
    },
  });

await runServices([service('alpha'), service('beta')]);
