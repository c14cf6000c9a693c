import type { Readable } from 'node:stream';
import type { z } from 'zod';

/** One server-sent event; `data` is written as JSON. */
export interface ServerSentEvent<T = unknown> {
  readonly event?: string;
  readonly id?: string;
  readonly data: T;
}

/** Answers that are not one JSON value. */
export interface NdjsonAnswer<T extends z.ZodType = z.ZodType> {
  readonly kind: 'ndjson';
  readonly row: T;
}
export interface SseAnswer<T extends z.ZodType = z.ZodType> {
  readonly kind: 'sse';
  readonly data: T;
}
export interface RawAnswer {
  readonly kind: 'raw';
  readonly contentType: string;
}
export interface EmptyAnswer {
  readonly kind: 'empty';
}
export type SpecialAnswer = NdjsonAnswer | SseAnswer | RawAnswer | EmptyAnswer;

/** Rows one by one, a line each. The handler returns an async iterable; the client's pace is kept. */
export const ndjson = <T extends z.ZodType>(row: T): NdjsonAnswer<T> => ({ kind: 'ndjson', row });
/** Live events. The handler returns an async iterable that ends when its `signal` is aborted. */
export const sse = <T extends z.ZodType>(data: T): SseAnswer<T> => ({ kind: 'sse', data });
/** Bytes of another kind: a file, CSV. The handler returns a string, a buffer or a stream. */
export const rawAnswer = (contentType: string): RawAnswer => ({ kind: 'raw', contentType });
/** 204. */
export const noContent: EmptyAnswer = { kind: 'empty' };

export type Answer = z.ZodType | SpecialAnswer;

export const isSpecial = (answer: Answer): answer is SpecialAnswer => 'kind' in answer;

/** What the handler returns for an answer. */
export type ResultOf<R extends Answer> = R extends z.ZodType
  ? z.input<R>
  : R extends NdjsonAnswer<infer T>
    ? AsyncIterable<z.input<T>>
    : R extends SseAnswer<infer T>
      ? AsyncIterable<ServerSentEvent<z.input<T>>>
      : R extends RawAnswer
        ? string | Buffer | Readable
        : void;

export const mediaTypeOf = (answer: Answer): string | undefined => {
  if (!isSpecial(answer)) return 'application/json';
  if (answer.kind === 'ndjson') return 'application/x-ndjson';
  if (answer.kind === 'sse') return 'text/event-stream';
  return answer.kind === 'raw' ? answer.contentType : undefined;
};
