import { randomBytes } from 'node:crypto';
import { DomainError } from '../../domain/errors.ts';
import type { AccountMode, ProviderName } from '../../domain/payments/provider-name.ts';

export interface EndpointInput {
  secret?: string;
  settings?: Record<string, string>;
}

interface EndpointKind {
  /** `made` here where absent, `given` by the provider, or `none`: signed by other means. */
  secret: 'made' | 'given' | 'none';
  pattern: RegExp;
  settings: Readonly<Record<string, EndpointSetting>>;
}

interface EndpointSetting {
  pattern: RegExp;
  /** Where a dialect of the provider keeps its certificates: a live endpoint trusts the provider's own hosts only. */
  onlyTest?: true;
  required?: true;
}

const kindOf: Readonly<Record<ProviderName, EndpointKind>> = {
  sandbox: { secret: 'made', pattern: /^.{16,}$/, settings: {} },
  stripe: { secret: 'given', pattern: /^whsec_.{8,}$/, settings: {} },
  paypal: {
    secret: 'none',
    pattern: /^$/,
    settings: {
      webhook_id: { pattern: /^[\w-]{1,100}$/, required: true },
      cert_host: { pattern: /^[a-z0-9.-]+(:\d{1,5})?$/i, onlyTest: true },
    },
  },
  custom: { secret: 'made', pattern: /^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, settings: {} },
};

export interface EndpointSecret {
  secret: string;
  /** Made now, and to be shown this once. */
  isNew: boolean;
}

/** The secret an endpoint is to have; `stored` is what it has. Throws `invalid_request`, naming fields and no values. */
export function secretFor(provider: ProviderName, input: EndpointInput, stored: string | null): EndpointSecret {
  const kind = kindOf[provider];
  if (input.secret !== undefined) {
    if (kind.secret === 'none') throw refusal('secret', 'is nothing this provider signs with');
    if (!kind.pattern.test(input.secret)) throw refusal('secret', 'is not a signing secret of this provider');
    return { secret: input.secret, isNew: false };
  }
  if (kind.secret === 'none') return { secret: '', isNew: false };
  if (kind.secret === 'given') {
    if (stored === null || input.settings === undefined) throw refusal('secret', 'is required');
    return { secret: stored, isNew: false };
  }
  return { secret: `whsec_${randomBytes(32).toString('base64')}`, isNew: true };
}

export function refuseUnfitSettings(
  { provider, mode }: { provider: ProviderName; mode: AccountMode },
  settings: Readonly<Record<string, string>>,
): void {
  const known = kindOf[provider].settings;
  for (const name of new Set([...Object.keys(known), ...Object.keys(settings)])) {
    const setting = Object.hasOwn(known, name) ? known[name] : undefined;
    const value = settings[name];
    if (!setting) throw refusal(`settings.${name}`, 'is unknown');
    if (value === undefined && setting.required) throw refusal(`settings.${name}`, 'is required');
    if (value === undefined) continue;
    if (setting.onlyTest && mode === 'live') throw refusal(`settings.${name}`, 'is for sandbox tenants');
    if (!setting.pattern.test(value)) throw refusal(`settings.${name}`, 'is invalid');
  }
}

function refusal(field: string, message: string): DomainError {
  return new DomainError('invalid_request', `${field} ${message}.`, { field, errors: [{ field, message }] });
}
