import { tokenProofText } from '@nexus/contracts';
import { toBase64Url } from '@nexus/journal';
import { TransportError } from '../ports/transport.ts';
import type { TillPorts } from '../ports/ports.ts';

/** A token is renewed this long before it ends. */
const RENEW_BEFORE_MS = 60_000;

/** The terminal's access token, got by proof of possession and kept until shortly before it ends. */
export class AccessTokens {
  readonly #ports: TillPorts;
  #token: { readonly text: string; readonly renewAt: number } | null = null;

  constructor(ports: TillPorts) {
    this.#ports = ports;
  }

  /** Calls with a token; once more with a new one where the platform no longer takes it. */
  async use<T>(call: (token: string) => Promise<T>): Promise<T> {
    try {
      return await call(await this.#get());
    } catch (error) {
      if (!(error instanceof TransportError) || error.failure !== 'unauthorized') throw error;
      this.#token = null;
      return call(await this.#get());
    }
  }

  async #get(): Promise<string> {
    const now = this.#ports.clock.nowMs();
    if (this.#token && now < this.#token.renewAt) return this.#token.text;
    const { accessToken, expiresIn } = await this.#prove();
    this.#token = { text: accessToken, renewAt: now + expiresIn * 1000 - RENEW_BEFORE_MS };
    return accessToken;
  }

  async #prove() {
    const { keys, hash, transport } = this.#ports;
    const publicKey = await keys.publicKey();
    if (!publicKey) throw new Error('this terminal has no key yet');
    const keyId = hash(publicKey);
    const nonce = await transport.nonce(keyId);
    const signature = toBase64Url(await keys.sign(new TextEncoder().encode(tokenProofText(keyId, nonce))));
    return transport.token({ keyId, nonce, signature });
  }
}
