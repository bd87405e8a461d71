/** A browser as far as cookies and redirects go: each cookie by its path, each redirect by hand. */
export interface TestBrowser {
  /** One request; a redirect is not followed. */
  send(url: string, init?: RequestInit): Promise<Response>;
  /** Follows redirects while they stay at this origin and `until` does not match; the address where it stopped. */
  follow(url: string, until: (url: URL) => boolean): Promise<{ url: URL; response: Response | null }>;
}

interface Cookie {
  name: string;
  value: string;
  path: string;
}

export function openTestBrowser(): TestBrowser {
  let cookies: Cookie[] = [];

  function take(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const name = pair.slice(0, pair.indexOf('='));
      const value = pair.slice(name.length + 1);
      const path = attributes.find((one) => /^path=/i.test(one))?.slice(5) ?? '/';
      const isOver = attributes.some((one) => /^expires=/i.test(one) && Date.parse(one.slice(8)) < Date.now());
      cookies = cookies.filter((one) => one.name !== name || one.path !== path);
      if (!isOver) cookies.push({ name, value, path });
    }
  }

  async function send(url: string, init: RequestInit = {}): Promise<Response> {
    const { pathname } = new URL(url);
    const sent = cookies.filter((one) => pathname.startsWith(one.path)).map((one) => `${one.name}=${one.value}`);
    const headers = new Headers(init.headers);
    if (!headers.has('accept')) headers.set('accept', 'text/html');
    if (sent.length > 0) headers.set('cookie', sent.join('; '));
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    take(response);
    return response;
  }

  return {
    send,
    async follow(start, until) {
      let url = new URL(start);
      for (let hops = 0; hops < 20; hops++) {
        if (until(url)) return { url, response: null };
        const response = await send(url.href);
        const location = response.headers.get('location');
        if (location === null) return { url, response };
        url = new URL(location, url);
      }
      throw new Error(`too many redirects, the last to ${url.href}`);
    },
  };
}
