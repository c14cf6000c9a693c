/** What happens to one request: it never arrives, its answer is lost, or the platform says that it is busy. */
export type Fault = 'request-lost' | 'answer-lost' | 'busy';

/** A shop's line to the platform, which a trial may break request by request. */
export interface BreakableLine {
  /** Asked for each request by its path, e.g. `/api/sync/journal`; null lets it through. */
  fault: (path: string) => Fault | null;
  readonly fetch: typeof fetch;
}

export const breakableLine = (): BreakableLine => {
  const line: BreakableLine = {
    fault: () => null,
    fetch: async (input, init) => {
      const path = new URL(input instanceof Request ? input.url : input).pathname;
      const fault = line.fault(path);
      if (fault === 'request-lost') throw new TypeError(`${path} was cut off on its way`);
      if (fault === 'busy') return Response.json({ title: 'busy' }, { status: 503 });
      const response = await fetch(input, init);
      if (fault === null) return response;
      // It was done all the same: only nobody here hears of it.
      await response.arrayBuffer();
      throw new TypeError(`the answer of ${path} was cut off`);
    },
  };
  return line;
};
