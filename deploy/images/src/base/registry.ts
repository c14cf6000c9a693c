import { createHash } from 'node:crypto';
import { z } from 'zod';

const INDEXES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
const TIMEOUT_MS = 30_000;
const MAX_MANIFEST_BYTES = 4 * 1024 ** 2;

const tokenSchema = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/** Docker Hub answers under another name than its images carry. */
const hostOf = (registry: string): string => (registry === 'docker.io' ? 'registry-1.docker.io' : registry);

/**
 * Asks a registry (OCI distribution API) for the digest that a tag has now. The digest is computed from what came, so that
 * it does not matter what the registry says it is; an image for one platform only is refused.
 */
export async function digestOf(image: string, tag: string, scheme: 'https' | 'http' = 'https'): Promise<string> {
  const [registry = '', ...rest] = image.split('/');
  const url = `${scheme}://${hostOf(registry)}/v2/${rest.join('/')}/manifests/${tag}`;
  const first = await ask(url);
  const answer = first.status === 401 ? await ask(url, await anonymousToken(first)) : first;
  if (!answer.ok) throw new Error(`${image}:${tag}: the registry answers ${answer.status}`);
  const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
  if (!INDEXES.includes(type)) throw new Error(`${image}:${tag} is no index of platforms but ${type}`);
  const body = Buffer.from(await answer.arrayBuffer());
  if (body.length > MAX_MANIFEST_BYTES) throw new Error(`${image}:${tag}: ${body.length} bytes are no manifest`);
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  const said = answer.headers.get('docker-content-digest');
  if (said !== null && said !== digest)
    throw new Error(`${image}:${tag}: the registry says ${said} and sends ${digest}`);
  return digest;
}

const ask = (url: string, token?: string): Promise<Response> =>
  fetch(url, {
    headers: { accept: INDEXES.join(', '), ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });

/** As the refusal itself says where to get it: `Bearer realm="…",service="…",scope="…"`. */
async function anonymousToken(refusal: Response): Promise<string> {
  const challenge = refusal.headers.get('www-authenticate') ?? '';
  const parts = new Map([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
  const realm = parts.get('realm');
  if (!challenge.startsWith('Bearer ') || realm === undefined) throw new Error('the registry asks for a login');
  const url = new URL(realm);
  for (const name of ['service', 'scope']) url.searchParams.set(name, parts.get(name) ?? '');
  const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!answer.ok) throw new Error(`${url.host} gives no token: ${answer.status}`);
  const { token, access_token } = tokenSchema.parse(await answer.json());
  const found = token ?? access_token;
  if (found === undefined) throw new Error(`${url.host} gives no token`);
  return found;
}
