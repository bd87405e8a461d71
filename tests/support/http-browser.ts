/** What a browser does without scripts: keeps cookies, says where it calls from, follows redirects when told to. */
export class HttpBrowser {
  readonly cookies = new Map<string, string>();
  readonly origin: string;

  constructor(origin: string) {
    this.origin = origin;
  }

  async send(
    method: string,
    path: string,
    request: { json?: object; form?: Record<string, string>; headers?: Record<string, string> } = {},
  ) {
    const url = new URL(path, this.origin);
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers: Record<string, string> = { cookie, 'sec-fetch-site': 'same-origin', ...request.headers };
    if (request.json) headers['content-type'] = 'application/json';
    const body = request.form ? new URLSearchParams(request.form) : request.json && JSON.stringify(request.json);
    const response = await fetch(url, { method, headers, redirect: 'manual', ...(body ? { body } : {}) });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  get(path: string, headers: Record<string, string> = {}) {
    return this.send('GET', path, { headers });
  }

  /** Follows redirects by GET until there is none, or one leads to `stopAt`; the last address. */
  async follow(path: string, stopAt?: string): Promise<{ url: URL; response: Response | null }> {
    let url = new URL(path, this.origin);
    for (let hop = 0; hop < 12; hop += 1) {
      if (stopAt !== undefined && url.pathname.startsWith(stopAt)) return { url, response: null };
      const response = await this.get(url.href);
      const location = response.headers.get('location');
      if (location === null) return { url, response };
      url = new URL(location, url);
    }
    throw new Error('redirected in circles');
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split('; ');
    const name = pair.slice(0, pair.indexOf('='));
    const isGone = attributes.some((one) => /^max-age=0$/i.test(one) || /^expires=Thu, 01 Jan 1970/i.test(one));
    if (isGone || pair.endsWith('=')) this.cookies.delete(name);
    else this.cookies.set(name, pair.slice(name.length + 1));
  }
}
