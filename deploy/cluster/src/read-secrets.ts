import { z } from 'zod';

const listSchema = z.object({
  items: z.array(
    z.object({ metadata: z.object({ name: z.string() }), data: z.record(z.string(), z.string()).optional() }),
  ),
});

/** What `kubectl get secrets -o json` prints: name → key → value. */
export function readSecrets(text: string): (name: string, key: string) => string {
  const { items } = listSchema.parse(JSON.parse(text));
  const secrets = new Map(items.map(({ metadata, data = {} }) => [metadata.name, data]));
  return (name, key) => {
    const value = secrets.get(name)?.[key];
    if (value === undefined) throw new Error(`there is no Secret ${name} with the key ${key}`);
    return Buffer.from(value, 'base64').toString('utf8');
  };
}
