import { CliError } from '../cli-error.ts';

/** Of countries that keep several times: the one by which most of their shops live. */
const MAIN_ZONES: Readonly<Record<string, string>> = {
  AR: 'America/Argentina/Buenos_Aires',
  AU: 'Australia/Sydney',
  BR: 'America/Sao_Paulo',
  CA: 'America/Toronto',
  CD: 'Africa/Kinshasa',
  CL: 'America/Santiago',
  CN: 'Asia/Shanghai',
  CY: 'Asia/Nicosia',
  DE: 'Europe/Berlin',
  EC: 'America/Guayaquil',
  ES: 'Europe/Madrid',
  FM: 'Pacific/Pohnpei',
  GL: 'America/Nuuk',
  ID: 'Asia/Jakarta',
  KI: 'Pacific/Tarawa',
  KZ: 'Asia/Almaty',
  MH: 'Pacific/Majuro',
  MN: 'Asia/Ulaanbaatar',
  MX: 'America/Mexico_City',
  MY: 'Asia/Kuala_Lumpur',
  NZ: 'Pacific/Auckland',
  PF: 'Pacific/Tahiti',
  PG: 'Pacific/Port_Moresby',
  PS: 'Asia/Hebron',
  PT: 'Europe/Lisbon',
  RU: 'Europe/Moscow',
  UA: 'Europe/Kyiv',
  US: 'America/New_York',
  UZ: 'Asia/Tashkent',
};

/** The zone of a chain's branches: the one asked for, or its country's. */
export function zoneFor(country: string, asked: string | undefined): string {
  const zone = asked ?? MAIN_ZONES[country] ?? onlyZone(country);
  if (zone === undefined) throw new CliError(`which zone is usual in ${country} is not known here; give --zone`);
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return zone;
  } catch (error) {
    throw new CliError(`${zone} is not an IANA time zone`, { cause: error });
  }
}

/** Undefined where there are none or several: nobody should guess then. */
function onlyZone(country: string): string | undefined {
  const zones = new Intl.Locale(`und-${country}`).getTimeZones() ?? [];
  return zones.length === 1 ? zones[0] : undefined;
}
