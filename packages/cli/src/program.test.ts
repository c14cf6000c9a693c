import { describe, expect, test } from '@jest/globals';
import { runNexus } from './program.ts';

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const streams = { stdout: (text: string) => void (out += text), stderr: (text: string) => void (err += text) };
  const config = { NEXUS_STATE_DIR: '/nowhere/at/all' };
  const code = await runNexus(args, { streams, config });
  return { code, out, err };
}

const COMMANDS = [
  ['up'],
  ['down'],
  ['status'],
  ['tenant', 'create'],
  ['catalogue', 'import'],
  ['simulate'],
  ['journal', 'export'],
  ['journal', 'import'],
  ['messages', 'list'],
  ['messages', 'retry'],
  ['prove'],
  ['rebuild', 'sales'],
  ['demo'],
];

describe('the nexus command', () => {
  test.each(COMMANDS.map((command) => [command.join(' '), command]))(
    '%s has help and --json',
    async (_name, command) => {
      const { code, out } = await run(...command, '--help');
      expect(code).toBe(0);
      expect(out).toContain('--json');
    },
  );

  test('says what is missing and exits 1', async () => {
    const { code, out, err } = await run('prove');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain("required option '--tenant <slug>' not specified");
  });

  test('says what is not known and exits 1', async () => {
    expect(await run('conquer')).toMatchObject({ code: 1, out: '' });
    expect((await run('prove', '--tenant', 'x', '--quick')).err).toContain("unknown option '--quick'");
  });

  test('fails in JSON as well where the platform does not run here', async () => {
    const { code, out, err } = await run('prove', '--tenant', 'kente', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      error: { message: 'Nexus is not running here.', remedy: expect.stringContaining('npx nexus up') },
    });
    expect(err).toContain('npx nexus up');
  });

  test.each([
    ['catalogue', 'import', '--tenant', 'kente', '--file', '/nowhere/at/all.csv'],
    ['catalogue', 'import', '--tenant', 'kente', '--file', import.meta.dirname],
    ['journal', 'import', '--tenant', 'kente', '--file', '/nowhere/at/all.journal'],
    ['journal', 'export', '--dir', '/nowhere/at/all', '--file', 'x.journal'],
  ])('%s %s names the file that is not there, without a stack', async (...command) => {
    const { code, out, err } = await run(...command, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({ error: { message: expect.stringMatching(/cannot be read: |there is no till/) } });
    expect(err).not.toMatch(/\n +at /);
  });

  test('says that nothing runs', async () => {
    const { code, out } = await run('status', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({ running: false, processes: [] });
  });
});
