import { beforeAll, describe, expect, test } from '@jest/globals';
import { render } from '../chart/render.ts';
import { valuesOf, VARIANTS, type Variant } from '../chart/values-files.ts';
import { provideChartTools } from '../tools/tools.ts';
import { POLICIES, rendered, type Rendered } from './index.ts';
import { allowedArrows, networkValuesSchema } from './network.ts';
import { wantedArrows } from './wanted-arrows.ts';

const renderings = new Map<string, Rendered>();
beforeAll(async () => {
  const { helm } = await provideChartTools(console.log);
  for (const variant of VARIANTS) renderings.set(variant.name, rendered(await render(helm, variant)));
});
const renderingOf = ({ name }: Variant): Rendered => renderings.get(name)!;

describe.each(VARIANTS.map((variant) => [variant.name, variant] as const))('the chart: %s', (_name, variant) => {
  test.each(Object.entries(POLICIES))('keeps to the policy %s', (_policy, policy) => {
    expect(policy(renderingOf(variant))).toEqual([]);
  });

  const guarded = variant.set?.['networkPolicy.enabled'] !== 'false';
  test('allows the arrows of the code and no others', () => {
    const values = networkValuesSchema.parse(valuesOf(variant)['networkPolicy']);
    const { manifests } = renderingOf(variant);
    const { arrows, halves, closed } = allowedArrows(manifests, values);
    expect(closed).toBe(guarded);
    expect(halves).toEqual([]);
    expect([...arrows].sort()).toEqual(guarded ? [...wantedArrows(renderingOf(variant), values)].sort() : []);
  });
});
