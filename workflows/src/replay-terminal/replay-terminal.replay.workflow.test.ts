import { describe, expect, jest, test } from '@jest/globals';
import { DeterminismViolationError } from '@temporalio/workflow';
import { Worker } from '@temporalio/worker';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { quietRuntime, replayTerminalBundle } from './replay-terminal.bench.ts';

const FOLDER = join(import.meta.dirname, '../../histories/replay-terminal');
const histories = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
jest.setTimeout(180_000);
quietRuntime();
const workflowBundle = await replayTerminalBundle();

interface SavedHistory {
  events: { markerRecordedEventAttributes?: { details: { data: { payloads: [{ data: string }] } } } }[];
}
const read = (name: string): SavedHistory => JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as SavedHistory;

/** Workflows that began under an older version of the code go on under this one. */
describe('saved histories of replayTerminal', () => {
  test('there are some of each way', () => {
    expect(histories.length).toBeGreaterThanOrEqual(8);
  });

  test.each(histories)('%s', async (name) => {
    await Worker.runReplayHistory({ workflowBundle }, read(name));
  });

  test('a history that the code would not have made is noticed', async () => {
    const history = read('plain.json');
    // A marker of a local activity names it in JSON, base64 in the saved form.
    const payloads = history.events.flatMap(
      (event) => event.markerRecordedEventAttributes?.details.data.payloads ?? [],
    );
    const step = payloads.find(({ data }) => Buffer.from(data, 'base64').includes('settleReplay'));
    if (step === undefined) throw new Error('plain.json settles nothing');
    const named = Buffer.from(step.data, 'base64').toString().replace('settleReplay', 'somethingElse');
    step.data = Buffer.from(named).toString('base64');
    await expect(Worker.runReplayHistory({ workflowBundle }, history)).rejects.toThrow(DeterminismViolationError);
  });
});
