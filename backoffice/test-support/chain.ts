/**
 * A chain of forty branches, the same every time: what the component tests and their screenshots show. Shapes are the
 * contracts' own; the test site validates them on the way out.
 */
import { createHash } from 'node:crypto';
import {
  PERMISSIONS,
  type BranchFacts,
  type Permission,
  type ProductFacts,
  type TerminalFacts,
} from '@nexus/contracts';

/** A number from 0 to 1 that belongs to its name for ever. */
export const chance = (name: string): number => createHash('sha256').update(name).digest().readUInt32BE(0) / 2 ** 32;
const hex = (name: string): string => createHash('sha256').update(name).digest('hex');
export const idOf = (name: string): string => {
  const h = hex(name);
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-8${h.slice(13, 16)}-8${h.slice(17, 20)}-${h.slice(20, 32)}`;
};
export const hashOf = hex;

export const TENANT = {
  id: idOf('tenant'),
  slug: 'kente-stores',
  name: 'Kente Stores',
  currency: 'GHS',
  country: 'GH',
};
const LEGAL_ENTITY = idOf('legal entity');

const TOWNS =
  'Accra Mall,Osu Oxford Street,Makola,Tema Community 1,Madina,East Legon,Kasoa,Kumasi Adum,Kejetia,Asokwa,Takoradi,' +
  'Sekondi,Cape Coast,Elmina,Koforidua,Nsawam,Ho,Hohoe,Keta,Sunyani,Techiman,Wenchi,Tamale Central,Yendi,Bolgatanga,' +
  'Navrongo,Wa,Obuasi,Tarkwa,Winneba,Swedru,Nkawkaw,Konongo,Ejura,Mampong,Bekwai,Dunkwa,Axim,Aflao,Nungua';
export const BRANCHES: BranchFacts[] = TOWNS.split(',').map((name, index) => ({
  id: idOf(`branch ${index}`),
  index,
  name,
  legalEntity: LEGAL_ENTITY,
  brand: null,
  zone: 'Africa/Accra',
  dayCutoffMinutes: 180,
  currency: 'GHS',
}));

export const TERMINALS: TerminalFacts[] = BRANCHES.flatMap((branch, at) =>
  [1, 2].map((till) => ({
    id: idOf(`terminal ${at} ${till}`),
    index: at * 2 + till - 1,
    name: `Till ${till}`,
    branch: branch.id,
    legalEntity: LEGAL_ENTITY,
    keyId: hex(`key ${at} ${till}`),
    publicKey: 'MFkw',
    chain: idOf(`chain ${at} ${till}`),
    revokedAt: null,
  })),
);

export const STAFF = ['Ama Mensah', 'Kofi Boateng', 'Efua Owusu', 'Yaw Asante', 'Akosua Darko'].map((name, index) => ({
  id: idOf(`staff ${index}`),
  code: String(101 + index),
  name,
  email: index === 0 ? 'ama@kente.example' : null,
  subject: index === 0 ? idOf('subject') : null,
  active: true,
  grants: [{ role: index === 0 ? ('owner' as const) : ('cashier' as const), scope: { kind: 'chain' as const } }],
}));
export const OWNER: Permission[] = PERMISSIONS.filter((p) => p !== 'platform:operate' && p !== 'till:operate');

const RANGE =
  'Golden Tree Milk Chocolate 100 g|Ideal Evaporated Milk 170 g|Gino Tomato Paste 400 g|Frytol Vegetable Oil 1 l|' +
  'Royal Aroma Rice 5 kg|Indomie Chicken 70 g|Key Soap Bar|Milo Tin 400 g|Nido Milk Powder 900 g|Lele Rice 25 kg|' +
  'Verna Water 1.5 l|Club Beer 625 ml|Malta Guinness 330 ml|Pepsodent Toothpaste 140 g|Sunlight Powder 1 kg|' +
  'Plantain Chips 60 g|Shea Butter 250 g|Fresh Tilapia|Kenkey|Gari 1 kg|Kente Tote Bag|School Exercise Book 80 leaves';
const barcode = (name: string): string => {
  const digits = `20${String(Math.floor(chance(name) * 1e10)).padStart(10, '0')}`;
  const sum = [...digits].reduce((total, digit, at) => total + Number(digit) * (at % 2 === 0 ? 1 : 3), 0);
  return digits + String((10 - (sum % 10)) % 10);
};
export const PRODUCTS: ProductFacts[] = RANGE.split('|').map((description, index) => ({
  id: idOf(`product ${index}`),
  code: `K${String(1001 + index)}`,
  description,
  unit: description === 'Fresh Tilapia' ? 'kg' : 'ea',
  taxGroup: index % 5 === 4 ? 'zero' : 'standard',
  priceMinor: index === 20 ? null : 250 + Math.floor(chance(`price ${index}`) ** 2 * 60_000),
  currency: 'GHS',
  barcodes: index === 18 ? [] : Array.from({ length: (index % 3) + 1 }, (_, n) => barcode(`${index}/${n}`)),
  variants:
    index === 20
      ? ['Red', 'Gold', 'Green'].map((colour) => ({
          id: idOf(`variant ${colour}`),
          code: `K1021-${colour.toUpperCase()}`,
          attributes: { colour },
          barcodes: [barcode(colour)],
        }))
      : [],
  ...(index === 0 ? { attributes: { brand: 'Golden Tree', origin: 'Tema' } } : {}),
  active: true,
  revision: 7,
}));

export const PERSON = { sub: idOf('subject'), name: 'Ama Mensah', email: 'ama@kente.example' };
