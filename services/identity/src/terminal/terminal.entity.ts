import { EntitySchema } from 'typeorm';

/** A till. Key and chain are there once it is enrolled. */
export interface Terminal {
  id: string;
  /** 0-based order of creation. */
  index: number;
  name: string;
  branch: string;
  keyId: string | null;
  publicKey: string | null;
  /** Announced at enrolment. */
  chain: string | null;
  enrolledAt: Date | null;
  revokedAt: Date | null;
}

export const terminalEntity = new EntitySchema<Terminal>({
  name: 'terminal',
  columns: {
    id: { type: 'uuid', primary: true },
    index: { type: 'integer' },
    name: { type: 'text' },
    branch: { type: 'uuid' },
    keyId: { type: 'text', name: 'key_id', nullable: true },
    publicKey: { type: 'text', name: 'public_key', nullable: true },
    chain: { type: 'uuid', nullable: true },
    enrolledAt: { type: 'timestamptz', name: 'enrolled_at', nullable: true },
    revokedAt: { type: 'timestamptz', name: 'revoked_at', nullable: true },
  },
});
