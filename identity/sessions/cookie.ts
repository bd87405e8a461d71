import { isSecret } from './secret.ts';

/** `__Host-`: the browser takes it from this very host alone, over a channel nobody else writes to. */
export const sessionCookie = '__Host-redcore';
/** Binds a sign-in to the browser that began it. */
export const signInCookie = '__Host-redcore-sign-in';

const attributes = 'Path=/; Secure; HttpOnly; SameSite=Lax';

/** The secret in a Cookie header; null where there is none of our shape. Of two of one name none is believed. */
export function readCookie(header: string | undefined, name: string): string | null {
  if (header === undefined) return null;
  const found = header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  const [value] = found;
  return found.length === 1 && isSecret(value) ? value : null;
}

/** Without an age: it goes with the browser, and earlier with the session. */
export function writeCookie(name: string, secret: string): string {
  return `${name}=${secret}; ${attributes}`;
}

export function clearCookie(name: string): string {
  return `${name}=; ${attributes}; Max-Age=0`;
}
