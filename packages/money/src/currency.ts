/**
 * Active ISO 4217 codes of money that changes hands, by the number of decimals of their minor unit. Written down here
 * and not asked of `Intl`: that answers by the runtime's locale data, which differs from the standard (AFN, IDR …) and
 * between versions, while amounts in journals must mean the same for ever. Add codes; never change an exponent.
 */
const CODES_BY_EXPONENT: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF',
  2:
    'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC ' +
    'CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR ' +
    'JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD ' +
    'NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN ' +
    'SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG',
  3: 'BHD IQD JOD KWD LYD OMR TND',
};

const EXPONENTS: ReadonlyMap<string, number> = new Map(
  Object.entries(CODES_BY_EXPONENT).flatMap(([exponent, codes]) =>
    codes.split(' ').map((code) => [code, Number(exponent)] as const),
  ),
);

export class UnknownCurrencyError extends Error {
  override readonly name = 'UnknownCurrencyError';
}

export const isCurrency = (code: string): boolean => EXPONENTS.has(code);

/** Every code known here, sorted. */
export const currencies = (): string[] => [...EXPONENTS.keys()].sort();

/** Decimals of the currency's minor unit: 2 for GHS, 0 for JPY, 3 for KWD. */
export const exponentOf = (code: string): number => {
  const exponent = EXPONENTS.get(code);
  if (exponent === undefined) throw new UnknownCurrencyError(`${code} is not a currency known here`);
  return exponent;
};
