import { setTimeout as sleep } from 'node:timers/promises';
import { operatorTokenAnswer, tokenAnswer } from '@nexus/contracts';
import type { EnginesState } from '@nexus/local';
import { z } from 'zod';
import type { Answer, KeepAliveClient } from './keep-alive-client.ts';

export interface SignInPlace {
  readonly client: KeepAliveClient;
  readonly keycloak: EnginesState['keycloak'];
  /** Slug of the chain that is entered. */
  readonly chain: string;
}

const keycloakAnswer = z.object({ access_token: z.string(), refresh_token: z.string() });
type KeycloakTokens = z.infer<typeof keycloakAnswer>;

const PAUSE_MS = 1_000;
/** So many renewals, then the password again. */
const RENEWALS = 5;
/** Keycloak's refusal of a second sign-in while it still notes the first. */
const NOT_YET = 400;
const SIGN_IN_TRIES = 5;

/**
 * A person who signs in, renews and enters a chain again and again, through the edge; everybody else of the back office
 * uses the newest tokens.
 */
export class SignIn {
  readonly #place: SignInPlace;
  #platform: string | undefined;
  #chain: string | undefined;

  constructor(place: SignInPlace) {
    this.#place = place;
  }

  /** For work on the platform. */
  get platformToken(): string {
    return mustHave(this.#platform);
  }

  /** For work in the chain. */
  get chainToken(): string {
    return mustHave(this.#chain);
  }

  async run(signal: AbortSignal): Promise<void> {
    let tokens: KeycloakTokens | undefined;
    for (let round = 0; !signal.aborted; round += 1) {
      tokens = round % RENEWALS === 0 || tokens === undefined ? await this.#signIn() : await this.#renew(tokens);
      if (tokens !== undefined) await this.#enter(tokens);
      await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Once, before anybody needs a token. */
  async first(): Promise<void> {
    const tokens = await this.#signIn();
    if (tokens !== undefined) await this.#enter(tokens);
    mustHave(this.#chain);
  }

  async #enter({ access_token: token }: KeycloakTokens): Promise<void> {
    const { client, chain } = this.#place;
    const platform = await client.ask({ method: 'POST', path: '/api/identity/token', token });
    if (platform === undefined) return;
    this.#platform = tokenAnswer.parse(JSON.parse(platform.body)).accessToken;
    const path = `/api/identity/tenants/${chain}/operator-token`;
    const entered = await client.ask({ method: 'POST', path, token: this.#platform });
    if (entered !== undefined) this.#chain = operatorTokenAnswer.parse(JSON.parse(entered.body)).accessToken;
  }

  async #signIn(): Promise<KeycloakTokens | undefined> {
    const { username, password, organizationAlias } = this.#place.keycloak.operator;
    for (let attempt = 1; attempt <= SIGN_IN_TRIES; attempt += 1) {
      const form = { grant_type: 'password', scope: `openid organization:${organizationAlias}`, username, password };
      const answer = await this.#keycloak(form, [NOT_YET]);
      if (answer?.status !== NOT_YET) return answer && keycloakAnswer.parse(JSON.parse(answer.body));
      await sleep(400 * attempt);
    }
    throw new Error('Keycloak refuses the operator');
  }

  async #renew({ refresh_token }: KeycloakTokens): Promise<KeycloakTokens | undefined> {
    const answer = await this.#keycloak({ grant_type: 'refresh_token', refresh_token }, []);
    return answer && keycloakAnswer.parse(JSON.parse(answer.body));
  }

  #keycloak(form: Record<string, string>, expected: readonly number[]): Promise<Answer | undefined> {
    const { client, keycloak } = this.#place;
    return client.ask({
      method: 'POST',
      path: `/auth/realms/${keycloak.realm}/protocol/openid-connect/token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ client_id: 'nexus-cli', ...form }).toString(),
      expected,
    });
  }
}

function mustHave(token: string | undefined): string {
  if (token === undefined) throw new Error('nobody has signed in');
  return token;
}
