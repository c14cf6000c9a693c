import { describe, expect, test } from '@jest/globals';
import { ERROR_CODES } from '@nexus/contracts';
import { ApiError, LOCAL_CODES, localError } from './api-error.ts';
import { explain } from './explain.ts';

describe('an error in the reader’s words', () => {
  test('every code of the platform says what to do and keeps its code', () => {
    for (const [code, { status, title }] of Object.entries(ERROR_CODES)) {
      const words = explain(new ApiError({ code, title, status }));
      expect(words).toMatchObject({ code, title });
      expect(words.advice.length).toBeGreaterThan(10);
    }
    for (const code of Object.keys(LOCAL_CODES) as (keyof typeof LOCAL_CODES)[]) {
      expect(explain(localError(code))).toMatchObject({ code, title: LOCAL_CODES[code] });
    }
  });

  test('offers to try again only where that can help', () => {
    const retry = (code: string, status: number | null) => explain(new ApiError({ code, title: '', status })).retry;
    expect(retry('NX-3001', 503)).toBe(true);
    expect(retry('BO-1001', null)).toBe(true);
    expect(retry('NX-2003', 403)).toBe(false);
    expect(retry('NX-1002', 404)).toBe(false);
  });

  test('a fault of the page itself has no code and shows nothing of its inside', () => {
    expect(explain(new TypeError('x is undefined'))).toMatchObject({ code: null, title: 'This page stopped' });
  });
});
