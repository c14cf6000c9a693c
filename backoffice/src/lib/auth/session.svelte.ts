import { myOrganizations, type Me, type Permission } from '@nexus/contracts';
import { ApiError } from '../api/api-error.ts';
import { createNexusApi, type NexusApi } from '../api/nexus-api.ts';
import { createRequester } from '../api/requester.ts';
import { createTokenKeeper, type TokenSource } from '../api/tokens.ts';
import { chooseChain, organizationScope, type Organization } from './chain.ts';
import { createSignIn, type SignIn } from './keycloak.ts';

export type Tenant = NonNullable<Me['tenant']>;
export interface Ready {
  readonly api: NexusApi;
  readonly tokens: TokenSource;
  readonly me: Me;
  readonly tenant: Tenant;
  readonly person: { readonly name: string; readonly email: string | null };
}

/** Where the person is on the way in. */
export type SessionState =
  | { readonly at: 'starting' }
  | { readonly at: 'choosing'; readonly chains: readonly Organization[] }
  | { readonly at: 'none'; readonly operator: boolean }
  | { readonly at: 'ready'; readonly ready: Ready }
  | { readonly at: 'failed'; readonly error: unknown };

/** The chain that was used last on this device: saves asking again. Only its alias, which is no secret. */
const REMEMBERED = 'nexus.chain';
/** The chain that this tab already asked Keycloak for, so that a refusal cannot send it round in circles. */
const TRIED = 'nexus.chain.tried';

export class Session {
  state = $state.raw<SessionState>({ at: 'starting' });
  /** The session ended while the page was open. */
  ended = $state(false);
  readonly #signIn: SignIn;

  constructor(signIn: SignIn = createSignIn()) {
    this.#signIn = signIn;
  }

  async start(): Promise<void> {
    const alias = localStorage.getItem(REMEMBERED);
    try {
      await this.#signIn.start(alias === null ? undefined : organizationScope(alias));
      await (alias === null ? this.#choose() : this.#enter());
    } catch (error) {
      // Keycloak itself may refuse a chain that is not theirs any more: then the next try is without it.
      if (error instanceof ApiError && error.code === 'BO-1006') localStorage.removeItem(REMEMBERED);
      this.state = { at: 'failed', error };
    }
  }

  /** Goes to Keycloak for a token that names this chain, and back to this page. */
  async take(alias: string): Promise<void> {
    localStorage.setItem(REMEMBERED, alias);
    sessionStorage.setItem(TRIED, alias);
    await this.#signIn.again(organizationScope(alias));
  }

  async switchChain(): Promise<void> {
    this.state = { at: 'starting' };
    try {
      this.state = { at: 'choosing', chains: (await this.#organizations()).filter(({ kind }) => kind === 'tenant') };
    } catch (error) {
      this.state = { at: 'failed', error };
    }
  }

  signInAgain(): Promise<void> {
    const alias = localStorage.getItem(REMEMBERED);
    return this.#signIn.again(alias === null ? undefined : organizationScope(alias));
  }

  async signOut(): Promise<void> {
    localStorage.removeItem(REMEMBERED);
    sessionStorage.clear();
    await this.#signIn.signOut();
  }

  async #choose(): Promise<void> {
    const choice = chooseChain(await this.#organizations());
    if (choice.kind === 'several') this.state = { at: 'choosing', chains: choice.chains };
    else if (choice.kind === 'none') this.state = { at: 'none', operator: choice.operator };
    else await this.take(choice.alias);
  }

  async #enter(): Promise<void> {
    const tokens = createTokenKeeper({ keycloakToken: () => this.#freshToken() });
    const api = createNexusApi(createRequester({ tokens }));
    try {
      const me = await api.me();
      if (me.tenant === null) throw new ApiError({ code: 'NX-2004', title: '', status: 403 });
      sessionStorage.removeItem(TRIED);
      this.state = { at: 'ready', ready: { api, tokens, me, tenant: me.tenant, person: this.#signIn.person() } };
    } catch (error) {
      await this.#refused(error);
    }
  }

  /** The chain that was remembered is not (or no more) one of this person's: ask which ones are, unless just asked. */
  async #refused(error: unknown): Promise<void> {
    const notAMember = error instanceof ApiError && (error.status === 403 || error.status === 401);
    const alias = localStorage.getItem(REMEMBERED);
    if (!notAMember || sessionStorage.getItem(TRIED) === alias) {
      localStorage.removeItem(REMEMBERED);
      throw error;
    }
    localStorage.removeItem(REMEMBERED);
    await this.#choose();
  }

  async #freshToken(): Promise<string> {
    try {
      return await this.#signIn.token();
    } catch (error) {
      if (error instanceof ApiError && error.code === 'BO-1005') this.ended = true;
      throw error;
    }
  }

  /** Asked with the Keycloak token itself: there is no chain yet to have a Nexus token for. */
  async #organizations(): Promise<readonly Organization[]> {
    const token = () => this.#freshToken();
    const request = createRequester({ tokens: { current: token, renew: token } });
    const answer = await request({ method: 'GET', path: '/api/identity/me/organizations', answer: myOrganizations });
    return answer.items;
  }
}

/** True where the person may do this. */
export const may = (me: Me, permission: Permission): boolean => me.permissions.includes(permission);
