import type { StoreTx } from './store.ts';

/** Single values that a till keeps, as JSON. */
export type SettingName = 'facts' | 'drawer' | 'feed-cursor' | 'feed-snapshot' | 'clone';

export const readSetting = async <T>(tx: StoreTx, name: SettingName): Promise<T | null> => {
  const row = await tx.one<{ value: string }>('SELECT value FROM setting WHERE name = ?', [name]);
  return row ? (JSON.parse(row.value) as T) : null;
};

export const writeSetting = (tx: StoreTx, name: SettingName, value: unknown): Promise<void> =>
  tx.run('INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value', [
    name,
    JSON.stringify(value),
  ]);

export const deleteSetting = (tx: StoreTx, name: SettingName): Promise<void> =>
  tx.run('DELETE FROM setting WHERE name = ?', [name]);
