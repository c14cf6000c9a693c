/** Gives every workspace package the same Nx targets, so that none has to repeat them: test, lint, typecheck. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createNodesFromFiles, type CreateNodes, type TargetConfiguration } from '@nx/devkit';

const command = (text: string): TargetConfiguration => ({
  executor: 'nx:run-commands',
  options: { command: text, cwd: '{workspaceRoot}' },
  cache: false,
});

export const createNodes: CreateNodes = [
  '{packages/*,services/*,terminal/*,deploy/*,workflows,backoffice}/package.json',
  (files, options, context) =>
    createNodesFromFiles(
      (file) => {
        const folder = dirname(file);
        const checks = existsSync(join(context.workspaceRoot, folder, 'tsconfig.json'))
          ? { typecheck: command(`tsc -p ${folder}`) }
          : {};
        const targets = {
          test: command(`node tools/jest.ts --passWithNoTests ${folder}`),
          lint: command(`eslint ${folder} --max-warnings 0`),
          ...checks,
        };
        return { projects: { [folder]: { targets } } };
      },
      files,
      options,
      context,
    ),
];
