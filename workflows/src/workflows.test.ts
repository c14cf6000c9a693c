import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createLogger } from '@nexus/telemetry';
import { bundleWorkflows } from '@nexus/temporal-kit';
import * as workflows from './workflows.ts';

describe('what the sandbox runs', () => {
  test('is bundled, with our interceptors and without a validation library', async () => {
    const workflowsPath = join(import.meta.dirname, 'workflows.ts');
    const { code } = await bundleWorkflows({
      workflowsPath,
      logger: createLogger({ service: 'test', level: 'silent' }),
    });
    expect(code).toContain('nexus-trace');
    // Every module is evaluated once for each workflow: import from `@nexus/contracts/workflows`.
    expect(code).not.toMatch(/node_modules\/zod/);
  }, 180_000);

  test('is every workflow', () => {
    expect(Object.keys(workflows).sort()).toEqual(['provisionTenant', 'reconcileBranch', 'replayTerminal']);
  });

  test('moves on with each release: a pinned run would wait for ever for a worker of its version', () => {
    const options = Object.values(workflows).map((workflow) =>
      'workflowDefinitionOptions' in workflow ? workflow.workflowDefinitionOptions : undefined,
    );
    expect(options).toEqual(options.map(() => undefined));
  });
});
