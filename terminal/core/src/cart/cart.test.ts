import { describe, expect, test } from '@jest/globals';
import { mayBecome } from '../transitions.ts';
import { Cart, CART_TRANSITIONS, MAX_CART_LINES, type CartState, type NewCartLine } from './cart.ts';

const line: NewCartLine = {
  product: '0190b6a2-1111-7000-8000-000000000001',
  code: 'A',
  description: 'Thing',
  quantity: 1000,
  unitPrice: 500,
  taxGroup: { code: 'standard', components: [] },
};
const STATES = Object.keys(CART_TRANSITIONS) as CartState[];

/** Brings a new cart into a state. */
const cartIn = async (state: CartState): Promise<Cart> => {
  const cart = new Cart('cart', 'GHS');
  cart.addLine(line);
  if (state === 'paid' || state === 'cancelled') await cart.end(state, () => Promise.resolve());
  if (state === 'writing') void cart.end('paid', () => new Promise(() => undefined));
  return cart;
};

describe('a cart', () => {
  test.each(STATES)('that is %s may only become what the table says', async (state) => {
    for (const end of ['paid', 'cancelled'] as const) {
      const cart = await cartIn(state);
      expect(cart.state).toBe(state);
      const ended = cart.end(end, () => Promise.resolve('done'));
      if (mayBecome(CART_TRANSITIONS, state, 'writing')) {
        expect(await ended).toBe('done');
        expect(cart.state).toBe(end);
      } else {
        await expect(ended).rejects.toThrow(`a cart that is ${state}`);
        expect(cart.state).toBe(state);
      }
    }
  });

  test.each(STATES.filter((state) => state !== 'open'))('that is %s cannot be changed', async (state) => {
    const cart = await cartIn(state);
    expect(cart.addLine(line)).toEqual({ ok: false, reason: 'cart-not-open' });
    expect(cart.changeLine(1, { quantity: 1 })).toBe(false);
    expect(cart.setDiscounts([])).toBe(false);
  });

  test('is open again where the write failed', async () => {
    const cart = await cartIn('open');
    await expect(cart.end('paid', () => Promise.reject(new Error('disk full')))).rejects.toThrow('disk full');
    expect(cart.state).toBe('open');
    expect(cart.changeLine(1, { quantity: 2000 })).toBe(true);
    expect(cart.changeLine(9, { quantity: 2000 })).toBe(false);
    expect(cart.price().totals.gross).toBe(1000);
  });

  test('never gives a line id twice, and holds as many as an entry takes', () => {
    const cart = new Cart('cart', 'GHS');
    for (let n = 1; n <= MAX_CART_LINES; n++) expect(cart.addLine(line)).toEqual({ ok: true, n });
    expect(cart.addLine(line)).toEqual({ ok: false, reason: 'too-many-lines' });
    cart.dropLine(MAX_CART_LINES);
    expect(cart.addLine(line)).toEqual({ ok: true, n: MAX_CART_LINES + 1 });
  });
});
