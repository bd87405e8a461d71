import { randomBytes } from 'node:crypto';
import { DomainError } from '../../domain/errors.ts';
import type { ProviderName } from '../../domain/payments/provider-name.ts';

export interface EndpointInput {
  secret?: string;
  settings?: Record<string, string>;
}

interface EndpointKind {
  /** `made` here where absent, `given` by the provider, or `none`: signed by other means. */
  secret: 'made' | 'given' | 'none';
  pattern: RegExp;
  /** All of them required. */
  settings: readonly string[];
}

const kindOf: Readonly<Record<ProviderName, EndpointKind>> = {
  sandbox: { secret: 'made', pattern: /^.{16,}$/, settings: [] },
  stripe: { secret: 'given', pattern: /^whsec_.{8,}$/, settings: [] },
  paypal: { secret: 'none', pattern: /^$/, settings: ['webhook_id'] },
  custom: { secret: 'made', pattern: /^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, settings: [] },
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

export function refuseUnfitSettings(provider: ProviderName, settings: Readonly<Record<string, string>>): void {
  const wanted = kindOf[provider].settings;
  const unknown = Object.keys(settings).find((name) => !wanted.includes(name));
  if (unknown !== undefined) throw refusal(`settings.${unknown}`, 'is unknown');
  const missing = wanted.find((name) => settings[name] === undefined);
  if (missing !== undefined) throw refusal(`settings.${missing}`, 'is required');
}

function refusal(field: string, message: string): DomainError {
  return new DomainError('invalid_request', `${field} ${message}.`, { field, errors: [{ field, message }] });
}
