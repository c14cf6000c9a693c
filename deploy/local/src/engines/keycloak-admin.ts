const TIMEOUT_MS = 60_000;

/** A Keycloak that answered an administrative request with something else than was hoped for. */
export class KeycloakAdminError extends Error {
  readonly status: number;

  constructor(what: string, status: number, body: string) {
    super(`Keycloak answered ${status} to ${what}: ${body.slice(0, 500)}`);
    this.name = 'KeycloakAdminError';
    this.status = status;
  }
}

/** The few administrative calls that setting up a realm takes. */
export class KeycloakAdmin {
  readonly #url: string;
  readonly #token: string;

  private constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  static async signIn(url: string, username: string, password: string): Promise<KeycloakAdmin> {
    const response = await fetch(`${url}/realms/master/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'password', client_id: 'admin-cli', username, password }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) throw new KeycloakAdminError('the administrator’s login', response.status, await response.text());
    const { access_token: token } = (await response.json()) as { access_token: string };
    return new KeycloakAdmin(url, token);
  }

  async get<T>(path: string): Promise<T> {
    return (await (await this.#request('GET', path)).json()) as T;
  }

  /** Undefined where there is no such thing. */
  async find<T>(path: string): Promise<T | undefined> {
    try {
      return await this.get<T>(path);
    } catch (error) {
      if (error instanceof KeycloakAdminError && error.status === 404) return undefined;
      throw error;
    }
  }

  async post(path: string, body: unknown): Promise<void> {
    await (await this.#request('POST', path, body)).arrayBuffer();
  }

  async put(path: string, body: unknown): Promise<void> {
    await (await this.#request('PUT', path, body)).arrayBuffer();
  }

  async delete(path: string, body?: unknown): Promise<void> {
    await (await this.#request('DELETE', path, body)).arrayBuffer();
  }

  async #request(method: string, path: string, body?: unknown): Promise<Response> {
    const response = await fetch(`${this.#url}/admin/realms${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new KeycloakAdminError(`${method} ${path}`, response.status, await response.text());
    return response;
  }
}
