import { CliError } from '../cli-error.ts';

/** Zone of the countries that have only one, or whose shops nearly all keep one time. */
const ZONES: Readonly<Record<string, string>> = {
  BF: 'Africa/Ouagadougou',
  BJ: 'Africa/Porto-Novo',
  CI: 'Africa/Abidjan',
  DE: 'Europe/Berlin',
  FR: 'Europe/Paris',
  GB: 'Europe/London',
  GH: 'Africa/Accra',
  IE: 'Europe/Dublin',
  IN: 'Asia/Kolkata',
  JP: 'Asia/Tokyo',
  KE: 'Africa/Nairobi',
  KW: 'Asia/Kuwait',
  NG: 'Africa/Lagos',
  NL: 'Europe/Amsterdam',
  SN: 'Africa/Dakar',
  TG: 'Africa/Lome',
  TZ: 'Africa/Dar_es_Salaam',
  UG: 'Africa/Kampala',
  ZA: 'Africa/Johannesburg',
};

/** The zone of a chain's branches: the one asked for, or its country's. */
export function zoneFor(country: string, asked: string | undefined): string {
  const zone = asked ?? ZONES[country];
  if (zone === undefined) throw new CliError(`which zone is usual in ${country} is not known here; give --zone`);
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return zone;
  } catch (error) {
    throw new CliError(`${zone} is not an IANA time zone`, { cause: error });
  }
}
