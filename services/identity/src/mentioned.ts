import { NexusError } from '@nexus/contracts';

/** What a body mentions and is not there (or is another tenant's): NX-1002 with the place in the body. */
export async function mentioned<T>(path: string, looking: Promise<T>): Promise<T> {
  try {
    return await looking;
  } catch (error) {
    if (!(error instanceof NexusError) || error.code !== 'NX-1002') throw error;
    throw new NexusError('NX-1002', error.message, { errors: [{ path: `body.${path}`, message: 'is not known' }] });
  }
}
