import { execute, succeed, type Outcome } from '../chart/execute.ts';

/** kubectl and helm, spoken to one cluster. */
export class Client {
  readonly #programs: { readonly kubectl: string; readonly helm: string };
  readonly #env: Readonly<Record<string, string>>;

  constructor(programs: { readonly kubectl: string; readonly helm: string }, kubeconfig: string) {
    this.#programs = programs;
    this.#env = { KUBECONFIG: kubeconfig };
  }

  /** What kubectl prints; an error with its complaint where it fails. */
  kubectl(args: readonly string[], input?: string): Promise<string> {
    return succeed(this.#programs.kubectl, args, { env: this.#env, ...(input === undefined ? {} : { input }) });
  }

  /** The same where failing is an answer. */
  tryKubectl(args: readonly string[], input?: string): Promise<Outcome> {
    return execute(this.#programs.kubectl, args, { env: this.#env, ...(input === undefined ? {} : { input }) });
  }

  helm(args: readonly string[]): Promise<Outcome> {
    return execute(this.#programs.helm, args, { env: this.#env, timeoutMs: 10 * 60_000 });
  }

  /** Makes or changes objects. */
  apply(objects: readonly object[]): Promise<string> {
    return this.kubectl(['apply', '--server-side', '-f', '-'], list(objects));
  }

  async get<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.kubectl(['get', ...args, '-o', 'json'])) as T;
  }
}

export const list = (items: readonly object[]): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
