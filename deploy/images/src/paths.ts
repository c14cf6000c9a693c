import { resolve } from 'node:path';

/** The root of the checkout that this code runs from. */
export const checkoutDir = resolve(import.meta.dirname, '../../..');
export const imagesDir = resolve(import.meta.dirname, '..');
