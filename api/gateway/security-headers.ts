/** Two years, as the preload lists want it. */
const transportSecurity = 'max-age=63072000; includeSubDomains';

/** On what is no page: nothing in it is to be shown, framed or run, whatever a browser takes it for. */
export const answerHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

/** On a document, which a browser shows by a viewer of its own. */
export const documentHeaders: Readonly<Record<string, string>> = {
  ...answerHeaders,
  'content-security-policy': "frame-ancestors 'none'",
};

/** On pages of ours, with their own content security policy. */
export function pageHeaders(contentSecurityPolicy: string): Record<string, string> {
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': contentSecurityPolicy,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  };
}

/** Where the public address is HTTPS, browsers are told to use nothing else. */
export function transportHeaders(publicUrl: string): Record<string, string> {
  return publicUrl.startsWith('https:') ? { 'strict-transport-security': transportSecurity } : {};
}
