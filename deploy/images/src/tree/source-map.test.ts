import { expect, test } from '@jest/globals';
import { withoutSources } from './source-map.ts';

const encoded = (map: object): string => Buffer.from(JSON.stringify(map)).toString('base64');

test('a bundle keeps the lines of stack traces, and neither the sources nor where they stood', () => {
  const map = {
    version: 3,
    sources: ['/home/me/nexus/workflows/src/workflows.ts', 'webpack/bootstrap'],
    sourcesContent: ['const secret = 1'],
    mappings: 'AAAA',
  };
  const code = `run();\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,${encoded(map)}`;
  const slim = withoutSources(code, '/home/me/nexus');
  expect(slim.startsWith('run();\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,')).toBe(true);
  expect(JSON.parse(Buffer.from(slim.slice(slim.lastIndexOf(',') + 1), 'base64').toString())).toEqual({
    version: 3,
    sources: ['workflows/src/workflows.ts', 'webpack/bootstrap'],
    mappings: 'AAAA',
  });
});

test('a bundle without one is refused: the worker would refuse it at the start', () => {
  expect(() => withoutSources('run();', '/home/me/nexus')).toThrow('no source map');
});
