/** Realms that people of the platform sign in to; names as Keycloak's own master realm has one are not among them. */
const REALM = /^\/auth\/realms\/([A-Za-z0-9_-]+)(?:\/|$)/;
const RESOURCES = '/auth/resources/';

/**
 * What of Keycloak is for everybody: the pages and endpoints of a realm, and the files that those pages are made of. All
 * else is for administrators (the console, the REST API beside it, the master realm that signs them in), who reach Keycloak
 * by its own address. A list of what is open, so that what a next version adds is closed at first.
 */
export function isSignInPath(pathname: string): boolean {
  if (!isPlain(pathname)) return false;
  if (pathname.startsWith(RESOURCES)) return true;
  const realm = REALM.exec(pathname)?.[1];
  return realm !== undefined && realm.toLowerCase() !== 'master';
}

/** False for a path that a server behind might read as another one: `..`, `%2e%2e`, `..;x`, `//`, `%2f`, `\`. */
function isPlain(pathname: string): boolean {
  if (/\\|%2f|%5c|%00/i.test(pathname)) return false;
  return pathname
    .split('/')
    .slice(1)
    .every((segment, index, all) => {
      const name = segment.replaceAll(/%2e/gi, '.').replace(/(?:;|%3b).*$/i, '');
      const last = index === all.length - 1;
      return name !== '.' && name !== '..' && (name !== '' || (last && segment === ''));
    });
}
