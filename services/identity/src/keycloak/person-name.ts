/** Longest part of a name that Keycloak's user profile takes. */
const MAX_PART = 255;
/** Signs that Keycloak's user profile refuses in a person's name. */
const REFUSED = /[<>&"\v$%!#?§;*~/\\|^=[\]{}()\p{Cc}]/gu;

/**
 * First and last name as Keycloak wants them, both filled: a person without them is asked for them at every sign-in. One
 * word serves as both.
 */
export function personName(name: string): { firstName: string; lastName: string } {
  const words = name.replace(REFUSED, ' ').split(/\s+/).filter(Boolean);
  const firstName = (words[0] ?? 'New').slice(0, MAX_PART);
  const lastName = (words.slice(1).join(' ') || words[0] || 'Person').slice(0, MAX_PART);
  return { firstName, lastName };
}
