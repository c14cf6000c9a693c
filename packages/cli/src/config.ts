import { z } from 'zod';

const text = z.string().trim().min(1).optional();

/** What the command takes from the environment: whom to talk to where it is not the platform of this checkout. */
const environment = z.object({
  /** Directory of the local launcher's state; `.nexus` of the checkout unless set. */
  NEXUS_STATE_DIR: text,
  /** Another platform's origin; then the four below are needed too. */
  NEXUS_ORIGIN: z.url().optional(),
  NEXUS_OPERATOR: text,
  NEXUS_OPERATOR_PASSWORD: text,
  NEXUS_OPERATOR_ORGANIZATION: text,
  NEXUS_REALM: text,
});
export type CliConfig = z.infer<typeof environment>;

export const readConfig = (env: Readonly<Record<string, string | undefined>> = process.env): CliConfig =>
  environment.parse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')));
