import { expect, test } from '@jest/globals';
import type { World } from './world.ts';

/** Two chains that signed up, sold offline and delivered at the same time. */
export function sideBySideSuite(world: () => World): void {
  test('both are proved, each with its own sales alone', async () => {
    const { platform, a, b } = world();
    const proofs = await Promise.all([platform.prove(a), platform.prove(b)]);
    expect(proofs.flatMap(({ invariants }) => invariants.filter(({ holds }) => !holds))).toEqual([]);
    expect(proofs.map(({ totals }) => totals)).toMatchObject([
      { sales: a.sold, gaps: 0, forks: 0 },
      { sales: b.sold, gaps: 0, forks: 0 },
    ]);
    expect(a.sold).not.toBe(b.sold);
  });
}
