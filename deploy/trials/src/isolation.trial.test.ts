import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { addressesSuite } from './isolation/addresses.ts';
import { databasesSuite } from './isolation/databases.ts';
import { eventsSuite } from './isolation/events.ts';
import { httpSuite } from './isolation/http.ts';
import { journalSuite } from './isolation/journal.ts';
import { personSuite } from './isolation/person.ts';
import { questionsSuite } from './isolation/questions.ts';
import { sideBySideSuite } from './isolation/side-by-side.ts';
import { isolationWorld, type World } from './isolation/world.ts';

jest.setTimeout(600_000);

describe.each([
  ['straight to PostgreSQL, with named statements', false],
  ['through PgBouncer in transaction mode', true],
])('%s', (_way, pooled) => {
  let made: World;
  const world = (): World => made;
  beforeAll(async () => {
    made = await isolationWorld({ pooled });
  });
  afterAll(() => made?.close());

  describe('two chains side by side', () => sideBySideSuite(world));
  describe('HTTP', () => httpSuite(world));
  describe('a person of two chains', () => personSuite(world));
  describe('addresses of clients', () => addressesSuite(world));
  describe('questions over NATS', () => questionsSuite(world));
  describe('databases', () => databasesSuite(world));
  // Last: what they do to A's own books is A's.
  describe('events', () => eventsSuite(world));
  describe('the electronic journal', () => journalSuite(world));
});
