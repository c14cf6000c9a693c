import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

const listSchema = z.object({
  items: z.array(
    z.object({ metadata: z.object({ name: z.string() }), data: z.record(z.string(), z.string()).optional() }),
  ),
});

/** What `kubectl get secrets -o yaml` prints, of several namespaces one after the other with `---` between. */
export function readSecrets(text: string): (name: string, key: string) => string {
  const lists = parseAllDocuments(text).map((document) => listSchema.parse(document.toJS()));
  const secrets = new Map(lists.flatMap(({ items }) => items.map(({ metadata, data = {} }) => [metadata.name, data])));
  return (name, key) => {
    const value = secrets.get(name)?.[key];
    if (value === undefined) throw new Error(`there is no Secret ${name} with the key ${key}`);
    return Buffer.from(value, 'base64').toString('utf8');
  };
}
