import { describe, expect, jest, test } from '@jest/globals';
import { DeterminismViolationError } from '@temporalio/workflow';
import { Worker } from '@temporalio/worker';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { provisionTenantBundle, quietRuntime } from './testing/bench.ts';

jest.setTimeout(180_000);

const FOLDER = join(import.meta.dirname, '../../histories/provision-tenant');
const histories = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
quietRuntime();
const workflowBundle = await provisionTenantBundle();

interface SavedHistory {
  events: { activityTaskScheduledEventAttributes?: { activityType: { name: string } } }[];
}
const read = (name: string): SavedHistory => JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as SavedHistory;

/** Workflows that began under an older version of the code go on under this one. */
describe('saved histories of provisionTenant', () => {
  test('there are some of each outcome', () => {
    expect(histories.length).toBeGreaterThanOrEqual(6);
  });

  test.each(histories)('%s', async (name) => {
    await Worker.runReplayHistory({ workflowBundle }, read(name));
  });

  test('a history that the code would not have made is noticed', async () => {
    const history = read('ready.json');
    const step = history.events.find(
      (event) => event.activityTaskScheduledEventAttributes?.activityType.name === 'createOwner',
    );
    if (step?.activityTaskScheduledEventAttributes === undefined) throw new Error('ready.json makes no owner');
    step.activityTaskScheduledEventAttributes.activityType.name = 'createSomethingElse';
    await expect(Worker.runReplayHistory({ workflowBundle }, history)).rejects.toThrow(DeterminismViolationError);
  });
});
