import { standardService } from '@nexus/service-kit';
import { sharedMigrations, tenantMigrations } from '../migrations/index.ts';
import { config } from './config.ts';
import { replayFigure, replayGauges } from './metrics/replay-figure.ts';
import { tillFigure, TILLS } from './metrics/till-figure.ts';
import { tillGauges } from './metrics/till-gauges.ts';
import { ReplayRelay } from './replay/replay-relay.ts';
import { routes } from './routes.ts';
import { rpcHandlers } from './rpc-handlers.ts';
import { subscribers } from './subscribers.ts';
import { TerminalKeys } from './terminal/terminal-keys.ts';
import { Nudges } from './till-view/nudges.ts';

/** Sync: the electronic journal in, changes for tills out. */
export const service = standardService({
  name: 'sync',
  config,
  tenantMigrations,
  sharedMigrations,
  deps: ({ config: { journalGraceMs, replayWakeEntries, replayBacklogMs }, figures, db, nats, temporal, logger }) => ({
    db,
    nats,
    temporal,
    logger,
    keys: new TerminalKeys(db, nats),
    nudges: new Nudges(nats, logger),
    reported: (tenantId: string) => figures.changed(TILLS, tenantId),
    replay: new ReplayRelay({ db, temporal, logger, wakeEntries: replayWakeEntries, backlogMs: replayBacklogMs }),
    now: Date.now,
    graceMs: journalGraceMs,
    wakeEntries: replayWakeEntries,
  }),
  routes,
  subscribers,
  rpcHandlers,
  background: ({ replay, nudges }) => [replay, nudges],
  figures: () => [replayFigure, tillFigure],
  gauges: ({ db }) => [replayGauges(db), tillGauges(db)],
});
