const lengthMax = 2_000;

/** A path of this host to go on to, as it stands, or null: whatever a browser could read as another host is none. */
export function ownPath(text: string | undefined, publicUrl: string): string | null {
  if (text === undefined || text.length > lengthMax) return null;
  if (!/^\/(?![/\\])[\x21-\x7e]*$/.test(text) || text.includes('\\')) return null;
  const { origin } = new URL(publicUrl);
  const url = URL.canParse(text, origin) ? new URL(text, origin) : null;
  if (url === null || url.origin !== origin || url.pathname.startsWith('//')) return null;
  return url.pathname.startsWith('/auth/') ? null : url.pathname + url.search + url.hash;
}
