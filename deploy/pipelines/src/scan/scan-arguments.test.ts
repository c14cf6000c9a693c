import { expect, test } from '@jest/globals';
import { SCANNER, scanArguments } from './scan-arguments.ts';

test('the scanner is pinned, sees the registry’s image and fails on what can be mended', () => {
  expect(SCANNER).toMatch(/:\d+\.\d+\.\d+@sha256:[0-9a-f]{64}$/);
  const args = scanArguments({
    image: 'registry.example/nexus/sales:1.2.3',
    dockerConfig: '/home/ci/.docker/config.json',
  });
  const line = args.join(' ');
  expect(line).toContain('--volume /home/ci/.docker/config.json:/root/.docker/config.json:ro');
  expect(line).toContain('--severity HIGH,CRITICAL');
  expect(line).toContain('--exit-code 1');
  expect(args.at(-1)).toBe('registry.example/nexus/sales:1.2.3');
  const anonymous = scanArguments({ image: 'x', dockerConfig: undefined });
  expect(anonymous.join(' ')).not.toContain('config.json');
});
