import type { KeycloakAdmin } from './keycloak-admin.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface Mapper extends Fields {
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
}
export interface Client extends Fields {
  readonly clientId: string;
  readonly attributes?: Fields | undefined;
  readonly protocolMappers?: readonly Mapper[] | undefined;
}
export interface ClientScope extends Fields {
  readonly name: string;
  readonly protocolMappers: readonly Mapper[];
}
export interface ProfileAttribute extends Fields {
  readonly name: string;
}
type Stored<T> = T & { readonly id: string };

/**
 * Brings parts of a realm to what is wanted. A part that is named here is ours: what it says other than we want is put
 * right, what is missing is made. What we say nothing about (other clients, mappers, attributes, settings) is somebody
 * else's and stays. A realm that is right is not written to.
 */
export class RealmKeeper {
  /** What was put right, in order. */
  readonly changed: string[] = [];
  readonly #admin: KeycloakAdmin;
  readonly #path: string;

  constructor(admin: KeycloakAdmin, realm: string) {
    this.#admin = admin;
    this.#path = `/${realm}`;
  }

  /** Settings of the realm itself; of `attributes` those that are given. */
  async settings(wanted: Fields): Promise<void> {
    if (covers(await this.#admin.get(this.#path), wanted)) return;
    await this.#admin.put(this.#path, wanted);
    this.changed.push('settings');
  }

  /** A client with its own mappers; the id that Keycloak gave it. */
  async client(wanted: Client): Promise<string> {
    const { protocolMappers = [], ...own } = wanted;
    const find = async (): Promise<Stored<Client> | undefined> =>
      (await this.#admin.get<Stored<Client>[]>(`${this.#path}/clients?clientId=${wanted.clientId}`))[0];
    let has = await find();
    if (has === undefined) {
      await this.#admin.post(`${this.#path}/clients`, wanted);
      this.changed.push(`client ${wanted.clientId}`);
      has = await find();
      if (has === undefined)
        throw new Error(`Keycloak does not find the client ${wanted.clientId} it was told to make`);
    } else if (!covers(has, own)) {
      // Of attributes Keycloak changes those that it is told of.
      await this.#admin.put(`${this.#path}/clients/${has.id}`, { ...has, ...own });
      this.changed.push(`client ${wanted.clientId}`);
    }
    const mappers = has.protocolMappers as readonly Stored<Mapper>[] | undefined;
    await this.#mappers(`${this.#path}/clients/${has.id}`, wanted.clientId, mappers ?? [], protocolMappers);
    return has.id;
  }

  /** A scope that every client may ask for, with its mappers; made for those that are to come too. */
  async optionalScope(wanted: ClientScope, clientIds: readonly string[]): Promise<void> {
    const find = async (): Promise<Stored<ClientScope> | undefined> =>
      (await this.#admin.get<Stored<ClientScope>[]>(`${this.#path}/client-scopes`)).find(
        ({ name }) => name === wanted.name,
      );
    let has = await find();
    if (has === undefined) {
      await this.#admin.post(`${this.#path}/client-scopes`, wanted);
      this.changed.push(`scope ${wanted.name}`);
      has = await find();
      if (has === undefined) throw new Error(`Keycloak does not find the scope ${wanted.name} it was told to make`);
      await this.#admin.put(`${this.#path}/default-optional-client-scopes/${has.id}`, undefined);
    }
    const mappers = (has.protocolMappers as readonly Stored<Mapper>[] | undefined) ?? [];
    await this.#mappers(`${this.#path}/client-scopes/${has.id}`, wanted.name, mappers, wanted.protocolMappers);
    for (const id of clientIds) {
      const offered = await this.#admin.get<{ name: string }[]>(`${this.#path}/clients/${id}/optional-client-scopes`);
      if (offered.some(({ name }) => name === wanted.name)) continue;
      // As a scope that every token has it would answer a question that nobody asked.
      await this.#admin.delete(`${this.#path}/clients/${id}/default-client-scopes/${has.id}`);
      await this.#admin.put(`${this.#path}/clients/${id}/optional-client-scopes/${has.id}`, undefined);
      this.changed.push(`scope ${wanted.name} of a client`);
    }
  }

  /** What is known of a person: the attributes that are named, others stay. */
  async profile(wanted: readonly ProfileAttribute[]): Promise<void> {
    const path = `${this.#path}/users/profile`;
    const has = await this.#admin.get<{ attributes: ProfileAttribute[] }>(path);
    const byName = new Map(has.attributes.map((attribute) => [attribute.name, attribute]));
    const wrong = wanted.filter((attribute) => !covers(byName.get(attribute.name), attribute));
    if (wrong.length === 0) return;
    for (const attribute of wrong) byName.set(attribute.name, attribute);
    await this.#admin.put(path, { ...has, attributes: [...byName.values()] });
    this.changed.push('profile');
  }

  async #mappers(
    owner: string,
    what: string,
    has: readonly Stored<Mapper>[],
    wanted: readonly Mapper[],
  ): Promise<void> {
    const path = `${owner}/protocol-mappers/models`;
    for (const mapper of wanted) {
      const found = has.find(({ name }) => name === mapper.name);
      if (covers(found, mapper)) continue;
      if (found === undefined) await this.#admin.post(path, mapper);
      else {
        const config = { ...found.config, ...mapper.config };
        await this.#admin.put(`${path}/${found.id}`, { ...found, ...mapper, config });
      }
      this.changed.push(`mapper ${mapper.name} of ${what}`);
    }
  }
}

/** Whether `has` says all that `wanted` says; a list says it with as many entries in the same order. */
export function covers(has: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    const entries: readonly unknown[] = wanted;
    return Array.isArray(has) && has.length === entries.length && entries.every((entry, n) => covers(has[n], entry));
  }
  if (!isFields(wanted)) return has === wanted;
  return isFields(has) && Object.entries(wanted).every(([name, value]) => covers(has[name], value));
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
